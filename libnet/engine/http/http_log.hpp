#pragma once
// The requests of a connection that are answered, and of which nobody has been told yet.

#include <libnet/engine/http/http_action.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
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
    std::string_view reason{};             ///< why it was refused, or failed; empty: it was served
    std::string user{};                    ///< who has logged in for it
    std::uint64_t begin = 0, end = 0;      ///< of the content, in all that the connection is ever sent
    std::uint64_t content_sent = 0;        ///< set when it is told
    std::chrono::nanoseconds duration{0};  ///< set when it is told
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
