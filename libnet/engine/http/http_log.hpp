#pragma once
// The requests of a connection that are answered, and that `on_access` has not been told of yet.

#include <libnet/engine/http/cache_use.hpp>
#include <libnet/engine/http/http_action.hpp>
#include <libnet/engine/http/http_forwarding.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0::engine {

/// A request and what became of it. The views are into what was received, or static: good until it is told.
struct HttpRecord {
    HttpTime began{};                     ///< when the octets came with which it begins
    std::string_view method{}, target{};  ///< no method: it was no request
    unsigned version = 11;
    unsigned status = 0;
    std::uint64_t body_received = 0;
    std::string_view referer{}, user_agent{};
    std::string_view reason{};  ///< why it was refused, or failed; empty: it was served
    std::string user{};         ///< who has logged in for it
    std::string rule{};         ///< of access that refused it, as it was written; empty: none did
    std::shared_ptr<const HttpForwarding> forwarding{};  ///< of a proxy's request; null: it is none
    std::optional<boost::asio::ip::address> client{};    ///< whom a proxy has named; nothing: whose the connection is
    std::uint64_t begin = 0, end = 0;                    ///< of the content, in all that the connection is ever sent
    std::uint64_t content_sent = 0;                      ///< set when it is told
    std::chrono::nanoseconds duration{0};                ///< set when it is told
    std::chrono::nanoseconds queue{0};                   ///< until the handler got it
    std::chrono::nanoseconds first_byte{0};              ///< until its answer began
    CacheUse cache = CacheUse::none;                     ///< what the answer was made of
};

/// A record that outlives the octets it is about: that of a tunnel. Thousands may be idle, so that it has no more than it needs.
class KeptRecord {
public:
    explicit KeptRecord(const HttpRecord& record)
        : began_{record.began},
          queue_{record.queue},
          first_byte_{record.first_byte},
          forwarding_{record.forwarding},
          client_{record.client ? std::make_unique<boost::asio::ip::address>(*record.client) : nullptr},
          version_{static_cast<std::uint16_t>(record.version)},
          status_{static_cast<std::uint16_t>(record.status)},
          cache_{record.cache}
    {
        const std::array<std::string_view, texts> all{record.method,     record.target, record.referer,
                                                      record.user_agent, record.user,   record.rule};
        std::size_t size = 0;
        for (const auto text : all) size += text.size();
        text_.reserve(size);
        for (std::size_t i = 0; i < texts; ++i) {
            text_ += all[i];
            sizes_[i] = static_cast<std::uint32_t>(all[i].size());
        }
    }
    KeptRecord(const KeptRecord&) = delete;
    KeptRecord& operator=(const KeptRecord&) = delete;

    /// As it ended, after so many octets to and from the client. Good as long as this is.
    HttpRecord completed(HttpTime now, std::uint64_t sent, std::uint64_t received, std::string_view reason) const
    {
        HttpRecord record;
        record.began = began_;
        record.method = text(0);
        record.target = text(1);
        record.version = version_;
        record.status = status_;
        record.body_received = received;
        record.referer = text(2);
        record.user_agent = text(3);
        record.reason = reason;
        record.user = text(4);
        record.rule = text(5);
        record.forwarding = forwarding_;
        if (client_) record.client = *client_;
        record.content_sent = sent;
        record.duration = std::max(now - began_, HttpTime::duration::zero());
        record.queue = queue_;
        record.first_byte = first_byte_;
        record.cache = cache_;
        return record;
    }

private:
    static constexpr std::size_t texts = 6;

    std::string_view text(std::size_t index) const noexcept
    {
        std::size_t begin = 0;
        for (std::size_t i = 0; i < index; ++i) begin += sizes_[i];
        return std::string_view{text_}.substr(begin, sizes_[index]);
    }

    HttpTime began_;
    std::chrono::nanoseconds queue_, first_byte_;
    std::shared_ptr<const HttpForwarding> forwarding_;
    std::unique_ptr<const boost::asio::ip::address> client_;
    std::string text_{};  // all of them, behind each other
    std::array<std::uint32_t, texts> sizes_{};
    std::uint16_t version_, status_;
    CacheUse cache_;
};

/// What is told is told once: a record leaves the list before it is.
class HttpLog {
public:
    HttpRecord& add(HttpRecord record) { return records_.emplace_back(std::move(record)); }
    bool empty() const noexcept { return records_.empty(); }
    HttpRecord& last() noexcept { return records_.back(); }

    /// Calls `tell(record)` for all of them: they are sent, or never will be. So many octets have been sent to the
    /// connection in all; `failure` is why no more. What `tell` throws comes out, and the others are told the next time.
    template <typename Tell>
    void settle(HttpTime now, std::uint64_t sent, std::string_view failure, Tell&& tell)
    {
        while (told_ < records_.size()) {
            HttpRecord record = std::move(records_[told_++]);  // what `tell` does may end in another call of this
            record.content_sent = std::clamp(sent, record.begin, record.end) - record.begin;
            record.duration = std::max(now - record.began, HttpTime::duration::zero());
            if (sent < record.end && record.reason.empty()) record.reason = failure;
            tell(std::as_const(record));
        }
        clear();
    }

    /// Forgets them, and keeps the memory.
    void clear() noexcept
    {
        records_.clear();
        told_ = 0;
    }

private:
    std::vector<HttpRecord> records_;
    std::size_t told_ = 0;
};

}  // namespace libnet::inline v0::engine
