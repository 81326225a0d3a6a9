#pragma once
// What is told of a request when it is over.

#include <libnet/access_record.hpp>
#include <libnet/wire/http/http_request.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace libnet::inline v0::detail {

/// Grows while the request is served.
struct ProxyRecord {
    using Clock = std::chrono::steady_clock;

    bool open = false;  // a request has begun, and is not reported yet
    std::chrono::system_clock::time_point started{};
    Clock::time_point begin{};
    unsigned status = 0;
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::string reason;

    /// The record of this request, whose views must be good as long as it is used.
    AccessRecord of(const wire::RequestHead& request, const boost::asio::ip::tcp::endpoint& client) const
    {
        AccessRecord record;
        record.client = client;
        record.started = started;
        record.method = request.method;
        record.target = request.target;
        record.version = request.version == wire::HttpVersion::http_1_0 ? 10 : 11;
        record.status = status;
        record.bytes_sent = sent;
        record.bytes_received = received;
        record.duration = Clock::now() - begin;
        record.referer = request.fields.value_of("Referer");
        record.user_agent = request.fields.value_of("User-Agent");
        record.reason = reason;
        return record;
    }
};

}  // namespace libnet::inline v0::detail
