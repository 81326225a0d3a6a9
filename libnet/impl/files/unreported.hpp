#pragma once
// What a server will say of its answers once they are sent.

#include <libnet/access_record.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::detail {

/// The answers of a connection that are queued, or on their way.
class UnreportedAnswers {
public:
    /// `begin` and `end` are the positions of the content in all that the connection is ever sent. The record's views must
    /// stay good until it is reported.
    void add(const AccessRecord& record, std::chrono::steady_clock::time_point started, std::uint64_t begin,
             std::uint64_t end, std::string_view user = {})
    {
        answers_.push_back({record, started, begin, end, std::string{user}});
    }

    /// Tells of them all: they are sent, or never will be. So many bytes have been sent; `failure` is why no more.
    void report(const AccessHandler& tell, std::uint64_t sent, std::string_view failure)
    {
        if (answers_.empty()) return;
        const auto now = std::chrono::steady_clock::now();
        for (auto& [record, started, begin, end, user] : answers_) {
            record.user = user;
            record.bytes_sent = std::clamp(sent, begin, end) - begin;
            record.duration = now - started;
            if (sent < end && record.reason.empty()) record.reason = failure;
            tell(record);
        }
        answers_.clear();
    }

    /// Forgets them.
    void clear() noexcept { answers_.clear(); }

private:
    struct Answer {
        AccessRecord record;
        std::chrono::steady_clock::time_point started;
        std::uint64_t begin, end;
        std::string user;
    };
    std::vector<Answer> answers_;
};

}  // namespace libnet::inline v0::detail
