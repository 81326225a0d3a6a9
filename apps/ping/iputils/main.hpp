#pragma once
// ping++ under the name of iputils' ping.

#include <apps/common/run.hpp>
#include <apps/ping/iputils/node_query.hpp>
#include <apps/ping/iputils/route.hpp>
#include <apps/ping/iputils/sockets.hpp>
#include <apps/ping/personality.hpp>
#include <apps/ping/resolver_words.hpp>
#include <apps/ping/session.hpp>
#include <libnet/io/dns/resolver.hpp>
#include <libnet/wire/ip/ipv4_options.hpp>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include <unistd.h>

namespace libnet::apps::iputils {

/// The version of iputils whose options and output these are.
constexpr std::string_view version = "20250605";

inline void set_origin(PingSettings& s, const Request& request)
{
    if (request.origin.empty()) return;
    const auto zone = request.origin.find('%');
    boost::system::error_code no_address;
    const auto source = asio::ip::make_address(request.origin.substr(0, zone), no_address);
    const bool is_address = !no_address;
    if (!is_address && request.origin.find(':') != std::string::npos)
        throw Fault{2, "invalid source address: " + request.origin};
    if (is_address) s.options.source = source;
    if (is_address && zone == std::string::npos) return;
    const auto device = is_address ? request.origin.substr(zone + 1) : request.origin;
    if (device.size() > InterfaceName::max_size)
        throw Fault{2, fmt::format("SO_BINDTODEVICE {}: No such device", device)};
    s.options.interface = device;
}

/// The operands in front of the last one are hops, or write their times down: IPv4 only.
inline void settle_hops(PingSettings& s, const Request& request)
{
    const std::size_t hops = request.operands.size() - 1;
    const bool recorded = s.options.record != PingRecord::nothing;
    const auto most = request.prespecified ? wire::ipv4_max_prespecified : wire::ipv4_max_source_route;
    if (hops > most || (hops != 0 && recorded && !request.prespecified)) throw UsageWanted{};
    if (hops != 0 && s.family == io::AddressFamily::ipv6) throw UsageWanted{};
    if (hops != 0) s.family = io::AddressFamily::ipv4;
}

/// Only IPv6 nodes are asked. Without a host, those who may have the subject's name are.
inline void settle_node(PingSettings& s, Request& request)
{
    const bool named = request.node.subject == wire::NodeSubject::name;
    if (request.operands.empty() && named) request.operands = {node_group_text(request.node)};
    if (!request.node.qtype) return;
    if (s.family == io::AddressFamily::ipv4 || request.operands.size() > 1) throw UsageWanted{};
    s.family = io::AddressFamily::ipv6;
}

/// IPUTILS_PING_PTR_LOOKUP=0 in the environment is -n, unless -H says otherwise.
inline void settle_names(PingSettings& s)
{
    const char* const look_up = std::getenv("IPUTILS_PING_PTR_LOOKUP");
    if (s.names != PingNames::of_names || look_up == nullptr || std::string_view{look_up} != "0") return;
    s.names = PingNames::never;
    if (!s.quiet) complain(s.program, "WARNING: reverse DNS resolution (PTR lookup) disabled, enforce with -H");
}

/// What the options mean together. Throws Fault.
inline void settle(PingSettings& s, const Request& request)
{
    using namespace std::chrono_literals;
    constexpr std::size_t most_payload = 65'507, timed_payload = 16;  // a time has room in a payload of 16 octets
    settle_names(s);
    if (request.operands.empty()) throw Fault{2, "usage error: Destination address required"};
    settle_hops(s, request);
    if (s.options.payload_size > most_payload)
        throw Fault{1, fmt::format("invalid -s value: '{}': out of range: 0 <= value <= {}", s.options.payload_size,
                                   most_payload)};
    if (s.options.ttl == 0) throw Fault{2, "cannot set unicast time-to-live: Invalid argument"};
    s.options.interval = s.interval.value_or(s.flood ? 0ns : 1s);
    constexpr std::chrono::nanoseconds least_of_users = 2ms;
    if (::getuid() != 0 && s.interval && *s.interval < least_of_users)
        throw Fault{2, "cannot flood, minimal interval for user must be >= 2 ms, use -i 0.002 (or higher)"};
    if (::getuid() != 0 && s.preload.value_or(1) > 3)
        throw Fault{2, fmt::format("cannot set preload to value greater than 3: {}", *s.preload)};
    s.plain->timed = s.options.payload_size >= timed_payload;
    // Answers count as long as they can be told from others; how long the last ones are waited for is `linger`.
    s.options.timeout = s.plain->linger.count() == 0 ? 1h : std::max<std::chrono::nanoseconds>(s.plain->linger, 10s);
    set_origin(s, request);
    s.hosts = {request.operands.back()};
}

/// The addresses of the operands in front of the last one. Throws `boost::system::system_error`.
inline asio::awaitable<std::vector<asio::ip::address_v4>> hop_addresses(io::Resolver& resolver, PingSettings& settings,
                                                                        const Request& request)
{
    std::vector<asio::ip::address_v4> hops;
    const std::string destination = settings.hosts.front();
    for (std::size_t i = 0; i + 1 < request.operands.size(); ++i) {
        settings.hosts = {request.operands[i]};  // whom a failure is about
        const std::string name = io::resolvable_host(request.operands[i]);
        const auto addresses = co_await resolver.resolve(name, io::AddressFamily::ipv4);
        hops.push_back(addresses.front().to_v4());
    }
    settings.hosts = {destination};
    co_return hops;
}

inline void set_hops(PingSettings& settings, const Request& request, std::span<const asio::ip::address_v4> hops)
{
    auto& options = settings.options;
    if (request.prespecified) options.ip_options = encode_ipv4_prespecified_times(hops);
    else options.ip_options = encode_ipv4_source_route(hops, options.dont_route);
    if (!options.ip_options.empty()) options.record = PingRecord::nothing;
}

/// Says what an address that each link has for itself lacks. Who names the interface by -I needs no zone.
inline void warn_without_zone(const PingSettings& settings, const std::string& host)
{
    boost::system::error_code is_name;
    const auto address = asio::ip::make_address_v6(host, is_name);
    if (is_name || !settings.options.interface.empty() || host.find('%') != std::string::npos) return;
    if (!address.is_link_local() && !address.is_multicast_link_local()) return;
    complain(settings.program,
             "Warning: IPv6 link-local address on ICMP datagram socket may require ifname or scope-id "
             "=> use: address%<ifname|scope-id>");
}

inline asio::awaitable<int> ping(PingSettings& settings, const Request& request)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto raw = settings.verbose ? tell_sockets(executor, settings, request) : RawSockets{};
    const io::ResolverOptions like_system{.localhost_from_hosts = true};
    io::Resolver resolver{executor, like_system};
    const auto hops = co_await hop_addresses(resolver, settings, request);
    const std::string name = io::resolvable_host(settings.hosts.front());
    warn_without_zone(settings, name);
    const auto addresses = co_await resolver.resolve(name, settings.family);
    auto address = addresses.front();
    settings.plain->tells_identifier = settings.options.identifier || (address.is_v4() ? raw.v4 : raw.v6);
    if (settings.verbose) tell_address(settings, address);
    set_hops(settings, request, hops);
    const auto source = source_towards(hops.empty() ? address : asio::ip::address{hops.front()}, settings);
    if (hops.empty() && address.is_v4() && address.is_unspecified()) address = source;
    settings.plain->address = address;
    if (request.strict_source && !settings.options.source) settings.options.source = source;
    if (request.node.qtype) {
        NodeQuery query{executor, settings, request.node};
        const int exit_code = co_await query.run();
        co_return exit_code;
    }
    const auto session = std::make_shared<PingSession>(executor, settings);
    const int exit_code = co_await session->run();
    co_return exit_code;
}

/// A literal of the other IP version is no name without an address.
inline std::string_view trouble_of(const PingSettings& settings, const boost::system::error_code& error)
{
    boost::system::error_code is_name;
    const auto literal = asio::ip::make_address(io::resolvable_host(settings.hosts.front()), is_name);
    if (!is_name && settings.verbose) tell_address(settings, literal);
    return is_name || settings.family == io::AddressFamily::any ? resolver_words(error)
                                                                : "Address family for hostname not supported";
}

inline asio::awaitable<int> ping_or_fail(PingSettings& settings, const Request& request)
{
    try {
        const int exit_code = co_await ping(settings, request);
        co_return exit_code;
    } catch (const Fault& fault) {
        complain(settings.program, fault.what());
        co_return fault.exit_code;
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) throw;
        const bool unknown = error.code().category() == asio::error::get_netdb_category() ||
                             error.code() == boost::system::errc::too_many_symbolic_link_levels ||
                             error.code() == asio::error::no_data || error.code() == asio::error::timed_out;
        if (unknown && settings.hosts.empty()) settings.hosts = {request.operands.back()};
        complain(settings.program,
                 unknown ? fmt::format("{}: {}", settings.hosts.front(), trouble_of(settings, error.code()))
                         : reason_of(error));
    }
    co_return 2;
}

/// The whole program. Returns its exit code.
inline int run_as_ping(const Invocation& invocation)
{
    PingSettings settings;
    settings.program = invocation.program;
    settings.plain.emplace();
    if (invocation.name == "ping4") settings.family = io::AddressFamily::ipv4;
    if (invocation.name == "ping6") settings.family = io::AddressFamily::ipv6;
    Request request;
    GetoptTable table;
    add_probe_options(table, settings, request);
    add_output_options(table, settings, request);
    try {
        request.operands = table.read(invocation.arguments);
        if (request.node.help) return print("{}", node_help), 0;
        if (request.help) return fmt::print(stderr, "{}", usage_text(table)), 2;
        if (request.version) return print("ping from iputils {} (ping++ {})\n", version, LIBNETXX_VERSION), 0;
        settle_node(settings, request);
        settle(settings, request);
    } catch (const GetoptError& error) {
        fmt::print(stderr, "{}: {}\n{}", settings.program, error.what(), usage_text(table));
        return 2;
    } catch (const NodeHelpWanted&) {
        fmt::print(stderr, "{}", node_help);
        return 2;
    } catch (const UsageWanted&) {
        fmt::print(stderr, "{}", usage_text(table));
        return 2;
    } catch (const Fault& fault) {
        complain(settings.program, fault.what());
        return fault.exit_code;
    } catch (const OutputClosed&) {
        return exit_output_closed;
    } catch (const std::exception& error) {  // standard output on a full disk
        complain(settings.program, reason_of(error));
        return exit_failure;
    }
    return apps::run(settings.program, ping_or_fail(settings, request));
}

}  // namespace libnet::apps::iputils
