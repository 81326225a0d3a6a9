#pragma once
// What a client of a PingExporter asks for at /probe, as blackbox_exporter understands it.

#include <libnet/base/printable.hpp>
#include <libnet/engine/http/probe_query.hpp>
#include <libnet/io/dns/resolver_options.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace libnet::inline v0::detail {

/// `/probe?target=NAME&module=icmp&count=1&timeout=5`.
struct ProbeRequest {
    std::string target;  ///< a name or an address, or what the client takes for one
    io::AddressFamily family = io::AddressFamily::any;
    std::uint64_t count = 1;
    std::chrono::nanoseconds time{};  ///< for all of it: the lookup, and every answer
};

/// How far apart `count` probes are sent when there is so much time for them: as the command line says, but all of them
/// in the first half, so that the last one has the other half for its answer.
inline std::chrono::nanoseconds probe_interval(std::chrono::nanoseconds wanted, std::chrono::nanoseconds time,
                                               std::uint64_t count)
{
    return std::min(wanted, time / (2 * static_cast<std::int64_t>(count)));
}

inline io::AddressFamily probe_family(std::string_view module)
{
    if (module == "icmp") return io::AddressFamily::any;
    if (module == "icmp4") return io::AddressFamily::ipv4;
    if (module == "icmp6") return io::AddressFamily::ipv6;
    throw std::invalid_argument{"module: '" + base::printable(module) +
                                "' is unknown: there are icmp, icmp4 and icmp6"};
}

/// Reads the query and fields of a request for /probe. `family` is for a client that names no module. Throws
/// std::invalid_argument with the words for the client.
inline ProbeRequest read_probe_request(std::string_view query, const wire::HttpFields& fields,
                                       io::AddressFamily family = io::AddressFamily::any)
{
    constexpr std::uint64_t most = 100;
    ProbeRequest request;
    request.family = family;
    const auto read = engine::read_probe_query(query, fields, [&](std::string_view name, std::string_view value) {
        if (name == "module") request.family = probe_family(value);
        else if (name == "count") request.count = engine::read_probe_count(name, value, most);
        else
            throw std::invalid_argument{"'" + base::printable(name) +
                                        "' is no parameter: there are target, module, count and timeout"};
    });
    request.target = read.target;
    request.time = read.time;
    return request;
}

}  // namespace libnet::inline v0::detail
