#pragma once
// The options of proxy++ about where its clients may go.

#include <apps/common/option_values.hpp>
#include <apps/common/options.hpp>
#include <apps/proxy/explain.hpp>
#include <libnet/access.hpp>
#include <libnet/forward_proxy_options.hpp>

#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace libnet::apps {

namespace detail {

/// Reads "443", "8000-8099" or "all".
inline auto connect_port()
{
    return [](std::string_view text) {
        std::optional<PortRange> ports;
        if (text == "all") return every_port;
        try {
            ports = engine::parse_port_range(text);
        } catch (const std::invalid_argument&) {
            ports.reset();
        }
        if (!ports)
            throw BadValue{
                fmt::format("'{}' is no port: give one like 443, a range like 8000-8099, or all", printable(text))};
        return *ports;
    };
}

}  // namespace detail

/// Adds them in groups of their own.
inline void add_egress(Options& table, EgressOptions& egress, ForwardProxyOptions& options, ExplainSettings& explained,
                       std::string& origin_ca, std::string& event_log)
{
    table.group("Destinations")
        .flag("allow-private", "private and loopback addresses, too", egress.allow_private)
        .value("egress", "FILE", "rules of who may go where; read again at SIGHUP", text("file name"),
               egress.rules_file)
        .value("explain", "'METHOD URL'", "how this request would be decided", explained_request(), explained.target)
        .value("as", "[USER@]ADDRESS", "whose request --explain is about (127.0.0.1)", explained_client(),
               explained.client);
    table.rare_group("Destinations and events")
        .value("at", "TIME", "when --explain's request comes: 2026-11-30T14:00, with Z behind it in UTC (now)",
               explained_time(), explained.time)
        .list("connect-port", "PORT",
              "or FIRST-LAST or all, for tunnels and https; several times if need be (443; SOCKS: all)",
              detail::connect_port(), egress.connect_ports)
        .flag("check-sni", "tunnels to 443 begin with TLS for the host of their CONNECT", options.check_sni, {443})
        .value("origin-ca", "FILE", "who signs the certificates of https:// servers, PEM (who the system trusts)",
               text("file name"), origin_ca)
        .flag("socks-udp", "relay datagrams of SOCKS5 clients (UDP ASSOCIATE), by the same rules", options.socks_udp)
        .flag("pac", "GET /proxy.pac, as of a server, is the file by which browsers find it", options.serves_pac)
        .value("event-log", "FILE", "requests and tunnels as JSON Lines, with verdict and phases; - is stdout",
               text("file name"), event_log);
}

}  // namespace libnet::apps
