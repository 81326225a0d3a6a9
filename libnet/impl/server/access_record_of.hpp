#pragma once
// What the engine of a connection knows of a request, as those who ask for an AccessRecord get it.

#include <libnet/access_record.hpp>
#include <libnet/engine/http/http_log.hpp>
#include <libnet/io/http/http_session.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <chrono>

namespace libnet::inline v0::detail {

/// What an `on_access` is told of a request.
inline AccessRecord access_record(const engine::HttpRecord& of, const boost::asio::ip::tcp::endpoint& client)
{
    AccessRecord record;
    record.client = client;
    record.started =
        std::chrono::system_clock::now() - std::chrono::duration_cast<std::chrono::system_clock::duration>(of.duration);
    record.user = of.user;
    record.method = of.method;
    record.target = of.target;
    record.version = of.version;
    record.status = of.status;
    record.bytes_sent = of.content_sent;
    record.bytes_received = of.body_received;
    record.duration = of.duration;
    record.queue = of.queue;
    record.first_byte = of.first_byte;
    record.referer = of.referer;
    record.user_agent = of.user_agent;
    record.reason = of.reason;
    record.rule = of.rule;
    record.forwarding = of.forwarding.get();
    record.cache = of.cache;
    return record;
}

/// What tells `on_access`, which must outlive it; nothing where that is empty.
inline io::HttpShare::OnRecord records_for(const AccessHandler& on_access)
{
    if (!on_access) return {};
    return [&on_access](const engine::HttpRecord& record, const boost::asio::ip::tcp::endpoint& client) {
        on_access(access_record(record, client));
    };
}

}  // namespace libnet::inline v0::detail
