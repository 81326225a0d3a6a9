#pragma once
// ping++ under the name of iputils' ping.

#include <apps/common/run.hpp>
#include <apps/ping/iputils/route.hpp>
#include <apps/ping/personality.hpp>
#include <apps/ping/resolver_words.hpp>
#include <apps/ping/session.hpp>
#include <libnet/io/dns/resolver.hpp>

#include <algorithm>
#include <memory>

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

/// What the options mean together. Throws Fault.
inline void settle(PingSettings& s, const Request& request)
{
    using namespace std::chrono_literals;
    constexpr std::size_t most_payload = 65'507, timed_payload = 16;  // a time has room in a payload of 16 octets
    if (request.operands.empty()) throw Fault{2, "usage error: Destination address required"};
    if (request.operands.size() > 1) throw Fault{2, "record route: Operation not supported"};
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

inline asio::awaitable<int> ping(PingSettings& settings, const Request& request)
{
    const auto executor = co_await asio::this_coro::executor;
    const std::string name = io::resolvable_host(settings.hosts.front());
    io::Resolver resolver{executor};
    const auto addresses = co_await resolver.resolve(name, settings.family);
    const auto address = addresses.front();
    settings.plain->address = address;
    boost::system::error_code is_name;
    asio::ip::make_address(name, is_name);
    if (is_name && address.is_v6() && settings.names != PingNames::never) {
        const auto found = co_await resolver.name_of(address);
        settings.plain->name = found;
    }
    const auto source = source_towards(address, settings);
    if (request.strict_source && !settings.options.source) settings.options.source = source;
    const auto session = std::make_shared<PingSession>(executor, settings);
    const int exit_code = co_await session->run();
    co_return exit_code;
}

/// A literal of the other IP version is no name without an address.
inline std::string_view trouble_of(const PingSettings& settings, const boost::system::error_code& error)
{
    boost::system::error_code is_name;
    asio::ip::make_address(io::resolvable_host(settings.hosts.front()), is_name);
    return is_name ? resolver_words(error) : "Address family for hostname not supported";
}

inline asio::awaitable<int> ping_or_fail(PingSettings& settings, const Request& request)
{
    const std::string host = settings.hosts.front();
    try {
        const int exit_code = co_await ping(settings, request);
        co_return exit_code;
    } catch (const Fault& fault) {
        complain(settings.program, fault.what());
        co_return fault.exit_code;
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) throw;
        const bool unknown = error.code().category() == asio::error::get_netdb_category() ||
                             error.code() == asio::error::no_data || error.code() == asio::error::timed_out;
        if (unknown && settings.hosts.empty()) settings.hosts = {host};
        complain(settings.program,
                 unknown ? fmt::format("{}: {}", host, trouble_of(settings, error.code())) : reason_of(error));
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
        if (request.help) return fmt::print(stderr, "{}", usage_text(table)), 2;
        if (request.version) return fmt::print("ping from iputils {} (ping++ {})\n", version, LIBNETXX_VERSION), 0;
        settle(settings, request);
    } catch (const GetoptError& error) {
        fmt::print(stderr, "{}: {}\n{}", settings.program, error.what(), usage_text(table));
        return 2;
    } catch (const Fault& fault) {
        complain(settings.program, fault.what());
        return fault.exit_code;
    }
    return apps::run(settings.program, ping_or_fail(settings, request));
}

}  // namespace libnet::apps::iputils
