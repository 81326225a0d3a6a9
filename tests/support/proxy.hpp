#pragma once
// A ForwardProxy in a thread, between a client and an origin that are the test's.

#include <libnet/forward_proxy.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/scripted_origin.hpp>
#include <tests/support/server_thread.hpp>

#include <string>
#include <string_view>

namespace libnet::test {

using ProxyServer = ServerThread<ForwardProxy, ForwardProxyOptions>;

/// The name of every proxy in the tests.
constexpr std::string_view via_name = "proxy.test";

inline ForwardProxyOptions named(ForwardProxyOptions options = {})
{
    options.via_name = via_name;
    options.allow_private = true;  // the origins of the tests are on loopback, at any port
    if (options.connect_ports.empty()) options.connect_ports = {every_port};
    return options;
}

/// Client - proxy - origin.
struct ProxyFixture {
    explicit ProxyFixture(ForwardProxyOptions options = {}) : proxy{named(std::move(options))} {}

    /// A request head to the origin, with these further fields.
    std::string request(std::string_view method, std::string_view path = "/", std::string_view fields = {}) const
    {
        return std::string{method} + " " + origin.url(path) + " HTTP/1.1\r\nHost: " + origin.authority() + "\r\n" +
               std::string{fields} + "\r\n";
    }

    ScriptedOrigin origin;
    ProxyServer proxy;
};

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 2\r\n\r\nok";

}  // namespace libnet::test
