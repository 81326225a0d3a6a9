#pragma once
// Answers that are ready to be sent again.

#include <libnet/base/siphash.hpp>
#include <libnet/engine/http/cache_use.hpp>
#include <libnet/io/files/stored_file.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace libnet::inline v0::detail {

/// An answer to one request, to the letter of it.
struct FinishedAnswer {
    /// A part of the request's head.
    struct Part {
        std::uint16_t begin = 0, size = 0;
        std::string_view of(std::string_view request) const noexcept { return request.substr(begin, size); }
    };

    std::string text;      ///< the head, and the content as far as it is copied
    io::FilePointer file;  ///< what comes behind it; null: nothing
    std::size_t first = 0, length = 0;
    unsigned status = 0;
    std::string_view reason;  ///< static storage
    std::uint64_t content_length = 0;
    Part method, target, referer, user_agent;
    std::chrono::sys_seconds second{};  ///< of its Date
    std::uint64_t changes = 0;          ///< how many changes to files there had been
    engine::CacheUse cache = engine::CacheUse::none;
    bool keep = true;  ///< the connection outlives it
};

/// Finds the answer to a request that came before, byte for byte, in the same second: the same bytes mean the same, the
/// files are the same, and so is the Date. The parser and all decisions are spared.
///
/// Bounded: when there are too many, all are made anew. A request is kept when it comes a second time; those that come
/// once cost next to nothing.
class FinishedAnswers {
public:
    explicit FinishedAnswers(base::SipKey key) : answers_{0, Hash{key}} {}

    /// The answer to the request at the front of `received`, with the request's head; null: there is none.
    struct Found {
        const FinishedAnswer* answer = nullptr;
        std::string_view request{};
    };
    Found find(std::string_view received, std::chrono::sys_seconds second, std::uint64_t changes) const
    {
        // No further than that: who sends a long head byte by byte must not have it searched each time.
        const auto end = received.substr(0, longest_request + 4).find("\r\n\r\n");
        if (answers_.empty() || end == received.npos) return {};
        const auto request = received.substr(0, end + 4);
        const auto found = answers_.find(request);
        if (found == answers_.end()) return {};
        const auto& answer = found->second;
        if (answer.second != second || answer.changes != changes) return {};
        return {&answer, request};
    }

    /// Where to put the answer to a request; null: it is not to be kept.
    FinishedAnswer* place_for(std::string_view request)
    {
        if (request.size() > longest_request) return nullptr;
        if (const auto found = answers_.find(request); found != answers_.end()) return &found->second;
        const auto hash = answers_.hash_function()(request);
        if (auto& seen = seen_[hash % seen_.size()]; seen != hash) {
            seen = hash;
            return nullptr;
        }
        if (answers_.size() == most_answers) answers_.clear();
        return &answers_[std::string{request}];
    }

    void clear() noexcept { answers_.clear(); }

private:
    static constexpr std::size_t longest_request = 2048, most_answers = 1024;

    /// Requests come from clients, who must not be able to choose some that are slow to find.
    struct Hash {
        using is_transparent = void;
        base::SipKey key;
        std::size_t operator()(std::string_view request) const noexcept
        {
            return base::siphash(key, std::as_bytes(std::span{request.data(), request.size()}));
        }
    };

    std::unordered_map<std::string, FinishedAnswer, Hash, std::equal_to<>> answers_;
    std::array<std::size_t, 1024> seen_{};  // hashes of requests that came once
};

}  // namespace libnet::inline v0::detail
