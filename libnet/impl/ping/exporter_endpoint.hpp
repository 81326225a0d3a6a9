#pragma once
// The port of an exporter, and what is there beside the metrics.

#include <libnet/config.hpp>
#include <libnet/io/http/http_endpoint.hpp>
#include <libnet/io/tcp/endpoint_text.hpp>
#include <libnet/ping_exporter_options.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0::detail {

/// On a machine without IPv6, 0.0.0.0 stands in for `::`.
inline std::unique_ptr<io::HttpEndpoint> try_listen(const io::Executor& executor, io::HttpEndpointOptions options)
{
    using namespace boost::asio;
    try {
        return std::make_unique<io::HttpEndpoint>(executor, options);
    } catch (const boost::system::system_error& failed) {
        const bool no_ipv6 = failed.code() == error::address_family_not_supported;
        if (!no_ipv6 || options.address != ip::address_v6::any()) throw;
    }
    options.address = ip::address_v4::any();
    return std::make_unique<io::HttpEndpoint>(executor, options);
}

inline boost::asio::awaitable<io::EndpointAnswer> say(std::string_view text)
{
    io::EndpointAnswer answer;
    answer.body = text;
    co_return answer;
}

inline boost::asio::awaitable<io::EndpointAnswer> landing_page()
{
    io::EndpointAnswer answer{.content_type = "text/html; charset=utf-8"};
    answer.body =
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>ping++</title>\n<h1>ping++</h1>\n"
        "<p>An exporter for Prometheus (libnet " LIBNETXX_VERSION
        ").</p>\n<ul>\n"
        "<li><a href=\"/metrics\">Metrics</a> of the hosts it was told to watch, and its own</li>\n"
        "<li><a href=\"/probe?target=localhost\">Probe of localhost</a>, or of any target</li>\n"
        "<li><a href=\"/-/healthy\">Healthy</a>, <a href=\"/-/ready\">ready</a></li>\n</ul>\n";
    co_return answer;
}

/// Listens, be it with sockets that listen already, and has a page for people and answers on its health. Throws
/// boost::system::system_error when it can't.
inline std::unique_ptr<io::HttpEndpoint> open_exporter_endpoint(const io::Executor& executor,
                                                                const PingExporterOptions& settings,
                                                                std::vector<boost::asio::ip::tcp::acceptor> listeners)
{
    io::HttpEndpointOptions options{.address = settings.address, .port = settings.port};
    options.drain_timeout = settings.drain_timeout;
    options.max_connections = 2 * settings.max_probes + 100;  // who is refused has to be told so
    std::unique_ptr<io::HttpEndpoint> endpoint;
    try {
        if (listeners.empty()) endpoint = try_listen(executor, options);
        else endpoint = std::make_unique<io::HttpEndpoint>(executor, options, std::move(listeners));
    } catch (const boost::system::system_error& error) {
        const boost::asio::ip::tcp::endpoint place{settings.address, settings.port};
        throw boost::system::system_error{error.code(), "cannot listen on " + io::to_text(place)};
    }
    endpoint->on("/", [](const io::EndpointRequest&) { return landing_page(); });
    endpoint->on("/-/healthy", [](const io::EndpointRequest&) { return say("healthy\n"); });
    endpoint->on("/-/ready", [](const io::EndpointRequest&) { return say("ready\n"); });
    return endpoint;
}

}  // namespace libnet::inline v0::detail
