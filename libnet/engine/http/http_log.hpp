#pragma once
// The requests of a connection that are answered, and that `on_access` has not been told of yet.

#include <libnet/engine/http/cache_use.hpp>
#include <libnet/engine/http/http_action.hpp>
#include <libnet/engine/http/http_forwarding.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <chrono>
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

/// A record that outlives the octets it is about: that of a tunnel.
class KeptRecord {
public:
    explicit KeptRecord(const HttpRecord& record) : record_{record}
    {
        record_.body_received = record_.begin = record_.end = 0;
        for (const auto text : {record.method, record.target, record.referer, record.user_agent}) texts_ += text;
        texts_.shrink_to_fit();
    }
    KeptRecord(const KeptRecord&) = delete;
    KeptRecord& operator=(const KeptRecord&) = delete;

    /// As it ended, after so many octets to and from the client. Good as long as this is.
    const HttpRecord& completed(HttpTime now, std::uint64_t sent, std::uint64_t received, std::string_view reason)
    {
        std::string_view rest{texts_};
        for (auto* const text : {&record_.method, &record_.target, &record_.referer, &record_.user_agent}) {
            *text = rest.substr(0, text->size());
            rest.remove_prefix(text->size());
        }
        record_.content_sent = sent;
        record_.body_received = received;
        record_.duration = std::max(now - record_.began, HttpTime::duration::zero());
        record_.reason = reason;
        return record_;
    }

private:
    HttpRecord record_;  // its texts' sizes count until it is completed, not where they were
    std::string texts_;
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
