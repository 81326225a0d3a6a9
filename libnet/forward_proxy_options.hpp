#pragma once
// What a ForwardProxy can be told: see libnet/forward_proxy.hpp.

#include <libnet/access_record.hpp>
#include <libnet/diagnostics.hpp>
#include <libnet/engine/proxy/header_rules.hpp>
#include <libnet/engine/proxy/parent_proxy.hpp>
#include <libnet/engine/proxy/port_range.hpp>
#include <libnet/http_limits.hpp>
#include <libnet/io/connect/outbound_ways.hpp>
#include <libnet/proxy_event.hpp>
#include <libnet/proxy_hooks.hpp>
#include <libnet/resolver_options.hpp>
#include <libnet/shared_objects.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace libnet::inline v0 {

using engine::ClientAddressRule;  ///< what servers are told of a client's address
using engine::every_port;         ///< a PortRange
using engine::HeaderField;        ///< one that is set
using engine::HeaderRules;        ///< what a proxy changes in heads
using engine::ParentKind;         ///< HTTP or SOCKS5
using engine::ParentProxy;        ///< one by which requests go on
using engine::PortRange;          ///< one port, or several

/// Options of a `ForwardProxy`. A timeout of zero or less expires at once, unless it says otherwise.
struct ForwardProxyOptions {
    /// Where to listen. Loopback by default: whoever can connect to the proxy can use it, unless `access` has users.
    /// `::` takes IPv4 connections, too.
    boost::asio::ip::address address = boost::asio::ip::address_v4::loopback();
    std::uint16_t port = 8888;  ///< 0: a free one, see `ForwardProxy::local_endpoint`
    bool share_port =
        false;  ///< others of this user may join it on its port later, one per thread; who is there already may not
    bool reuse_port = false;          ///< joins one that shares its port (SO_REUSEPORT)
    std::size_t max_connections = 0;  ///< of clients; more wait in the kernel's queue. 0: no limit
    /// The same for several servers together, in several threads; null: this one alone, with `max_connections`.
    std::shared_ptr<io::ConnectionBudget> shared_connections{};

    /// Clients speak TLS to the proxy, and nothing else (an `https://` proxy); null: they don't. What they ask for goes on as it
    /// would without. Proxies that share a port must share the context.
    std::shared_ptr<TlsContext> tls{};

    /// Whom to trust of the servers with which the proxy itself speaks TLS: those of `https://` targets in absolute
    /// form. A client that asks so lets the proxy read everything. Such targets are judged as those of CONNECT, and
    /// `credentials` work for them. Null: they are refused with 501. Several proxies may share one.
    std::shared_ptr<TlsClientContext> origin_tls{};

    /// Our name in Via, a token, by which a forwarding loop is recognised: unique to this proxy, but the same for all
    /// that share a port. Empty: `libnet-` and a random number.
    std::string via_name{};
    /// Whether addresses are reached that are not of the public internet, such as 127.0.0.1 and 10.0.0.0/8. Without it they
    /// are refused with 403, after the name is resolved; metadata services of clouds are refused in any case. See
    /// engine::EgressPolicy.
    bool allow_private = false;
    /// Where clients may go, by rules in files that can be read again; then `allow_private` and `connect_ports` don't count.
    /// Null: to the public internet. Several proxies may share one.
    std::shared_ptr<EgressControl> egress{};
    /// The ports that tunnels and `https://` targets may reach, such as `{443, {8000, 8099}}`, or `{every_port}`. Empty: 443 for
    /// CONNECT and `https://`, and every port for SOCKS and where `transparent`; others are refused with 403.
    std::vector<PortRange> connect_ports{};

    /// Clients have connected to others, and a firewall has led them here: by REDIRECT, or by TPROXY, for which the
    /// listening socket needs IP_TRANSPARENT (Linux; `tls` and `socks` don't count then). What they speak is found out
    /// by their first octets: a request of HTTP is for the host in it, a ClientHello of TLS for the server that it
    /// names, both at the address that the client has connected to. Rules are about that host if it has this address,
    /// else about the address. Anything else is a tunnel to the address; a protocol in which the server speaks first
    /// doesn't work. What is refused ends without an answer, but for HTTP. The proxy's own tunnels must not be led back
    /// to it: those that are end.
    bool transparent = false;

    /// Speaks SOCKS4, 4a and 5 as well, on the same port: who begins so gets what CONNECT would get, by the same rules and
    /// limits, and is logged so. Users log in with SOCKS5 (RFC 1929). Names are looked up here; BIND is refused.
    bool socks = true;

    /// Relays datagrams for clients of SOCKS5, too (UDP ASSOCIATE, RFC 1928 section 7), each from sockets of its own,
    /// as long as its connection stays. Off, since UDP reaches what CONNECT doesn't: each destination is judged as that
    /// of a tunnel, with the method "UDP", and parents are not asked. The rules of `access` are asked about the host
    /// `socks-udp.invalid` and not about the destinations. A client gets datagrams from those whom it has sent some to;
    /// the proxy neither encrypts them nor puts fragments together.
    bool socks_udp = false;

    /// Ports where a tunnel has to begin with a ClientHello of TLS that names the host of its CONNECT, such as {443}: against
    /// domain fronting, and against other protocols on these ports. What doesn't fit ends the tunnel before the server gets a
    /// byte of it, see engine::check_hello. Empty: tunnels are not looked into.
    std::vector<std::uint16_t> check_sni{};

    /// Proxies behind this one, by which requests go on: by the first that works, in this order. With `egress`, its
    /// `route` and its rules say by which, and it has to know their names (EgressOptions::parents). What goes by a
    /// parent is judged by its name and port only, since the parent looks the name up; see engine::EgressPolicy. A
    /// parent that can't be connected to, doesn't take its log-in or says what can't be read is left out for
    /// `parent_retry`, and the next one is asked; what it answers counts. Empty: everything goes directly. Two with one
    /// name are `invalid_argument`.
    std::vector<ParentProxy> parents{};
    /// Where `egress` is null: whether what no parent takes goes directly. Rules have "direct" in their routes for that.
    bool parents_or_direct = false;
    /// How long a parent that failed is left out; then one request tries it. 0: it is tried again every time.
    std::chrono::milliseconds parent_retry{30'000};
    /// How often each parent is checked while `run` runs: it is connected to, and asked for what shows that it works (`OPTIONS *`, or
    /// the greeting of SOCKS5), within `connect_timeout`. One that fails `parent_fall` checks in a row is down: no request tries
    /// it as long as its route has another way, until it has passed `parent_rise` in a row. `diagnostics` is told of both.
    /// 0: requests alone find out.
    std::chrono::milliseconds parent_check{0};
    unsigned parent_fall = 2, parent_rise = 2;  ///< checks in a row; 0 is 1

    /// GET /proxy.pac and /wpad.dat, as of a server, bring the file by which browsers find the proxy, see engine::pac_file.
    bool serves_pac = false;

    /// What is changed in heads, beside what a proxy must. Names and values that can't be are `invalid_argument`.
    HeaderRules headers{};
    /// Credentials that servers get and clients never have, in the place of what a client says in Authorization: over a
    /// connection that isn't TLS in plain text, and not with TRACE. Null: none. Whoever may send requests to such a server
    /// can have what it gives to these credentials.
    std::shared_ptr<CredentialFiles> credentials{};

    /// What the program itself has to say about requests: see libnet/proxy_hooks.hpp. Null: nothing. Several proxies
    /// may share one, which nothing may change while they serve. Datagrams are not asked about.
    std::shared_ptr<const ProxyHooks> hooks{};

    /// Who may ask for what; null: anyone for anything. Its rules are about the host of a request, in lower case and
    /// without its port ("*.example.org"). Who has to log in, and hasn't, gets 407 (Proxy Authentication Required).
    std::shared_ptr<AccessControl> access{};
    /// How many connections, requests, bytes and wrong passwords one client may have; null: any number.
    std::shared_ptr<ClientLimiter> client_limits{};
    /// Every connection from these networks begins with a PROXY header of version 1 or 2 (HAProxy's proxy-protocol.txt),
    /// within `request_timeout`: the address in it is the client's, for rules, limits and the log. One without, or with a
    /// malformed one, is closed, and so is one from elsewhere that has one: `diagnostics` is told. Empty: no such headers
    /// are taken.
    std::vector<AccessNetwork> proxy_protocol{};

    std::chrono::milliseconds idle_timeout{60'000};      ///< a client's connection between two requests
    std::chrono::milliseconds request_timeout{30'000};   ///< a request's head, from its first byte to its last
    std::chrono::milliseconds resolve_timeout{10'000};   ///< to look a name up
    std::chrono::milliseconds connect_timeout{10'000};   ///< to connect, over all addresses of a name together
    std::chrono::milliseconds response_timeout{60'000};  ///< from the end of a request to its answer's head
    std::chrono::milliseconds transfer_timeout{60'000};  ///< without progress in the middle of a message
    std::chrono::milliseconds tunnel_timeout{600'000};   ///< a tunnel without a byte in either direction; 0: no limit
    /// The same for a tunnel of which one side has ended (a FIN) and the other hasn't; 0: `tunnel_timeout`.
    std::chrono::milliseconds half_closed_timeout{60'000};
    /// After so long without a datagram in either direction a client's UDP association ends; 0: no limit.
    std::chrono::milliseconds udp_timeout{120'000};
    /// After so long without a byte the kernel asks both sides of a tunnel whether they are still there, and after a minute
    /// without an answer the tunnel breaks (tcp(7), SO_KEEPALIVE). 0: it doesn't ask.
    std::chrono::seconds tunnel_keep_alive{120};
    /// Bytes a second that a request's body must bring at least, on average over `transfer_timeout` of waiting for it; else
    /// 408. 0: however slow it is.
    std::uint64_t min_receive_rate = 500;
    /// Bytes a second that a client takes at least of an answer, on average over `transfer_timeout` of waiting for it; else
    /// its connection ends. 0: however slow it is.
    std::uint64_t min_send_rate = 0;
    std::chrono::milliseconds drain_timeout{10'000};  ///< how long a drain lets requests and tunnels finish

    /// How long an idle connection to a server is kept for the next request; 0: not at all.
    std::chrono::milliseconds upstream_idle_timeout{30'000};
    std::size_t max_idle_upstreams = 128;  ///< idle connections to servers in all; 0: none

    /// Connections to servers that are in use at a time, to one host and in all, those that are being made and tunnels
    /// included; more are refused with 503. Of each ForwardProxy.
    std::size_t max_upstreams_per_host = 0, max_upstreams = 0;  ///< 0: no limit

    std::uint64_t max_requests = 0;  ///< of one connection of a client: the answer to the last ends it; 0: any number
    HttpLimits limits{.head = 65'536};  ///< of requests: browsers send cookies of 40 KB to some sites
    HttpLimits response_limits{.head = 65'536, .fields = 200};  ///< of responses
    ResolverOptions resolver{};                                 ///< how names are looked up
    /// The program's own way to look names up, or to connect to servers and parents, see
    /// libnet/io/connect/outbound_ways.hpp. Null: the library's. With `socks_udp` the first is `invalid_argument`:
    /// datagrams don't go this way.
    std::shared_ptr<const OutboundWays> outbound{};
    /// Called when a request, or a tunnel, is over; may be empty. What it throws ends that connection.
    AccessHandler on_access{};
    /// Called when a tunnel begins, and when a request or a tunnel is over, with all that is known of its way: see
    /// libnet/proxy_event.hpp, which also writes it as JSON. May be empty.
    ProxyEventHandler on_event{};
    /// Told what the proxy complains of, see libnet/diagnostics.hpp; may be empty.
    DiagnosticsHandler diagnostics{};
};

}  // namespace libnet::inline v0
