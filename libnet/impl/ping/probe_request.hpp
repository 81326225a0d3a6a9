#pragma once
// What a client of a PingExporter asks for at /probe, as blackbox_exporter understands it.

#include <libnet/base/parse_seconds.hpp>
#include <libnet/base/printable.hpp>
#include <libnet/base/text.hpp>
#include <libnet/io/dns/resolver_options.hpp>
#include <libnet/wire/http/http_fields.hpp>
#include <libnet/wire/http/query.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
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

constexpr std::chrono::nanoseconds usual_probe_time = std::chrono::seconds{5},
                                   longest_probe_time = std::chrono::minutes{2};

/// Throws std::invalid_argument for a value that is no number of seconds in this range; the words name both bounds.
inline std::chrono::nanoseconds read_seconds(std::string_view name, std::string_view text,
                                             std::chrono::nanoseconds longest)
{
    constexpr std::chrono::nanoseconds shortest = std::chrono::milliseconds{1};
    const auto read = base::parse_seconds(text);
    if (read && *read >= shortest && *read <= longest) return *read;
    const auto most = std::chrono::duration_cast<std::chrono::seconds>(longest).count();
    throw std::invalid_argument{std::string{name} + ": '" + base::printable(text) +
                                "' is not a number of seconds: give a number from 0.001 to " + std::to_string(most)};
}

inline std::uint64_t read_count(std::string_view text)
{
    const auto read = base::parse_number<std::uint64_t>(text);
    if (read && *read >= 1 && *read <= 100) return *read;
    throw std::invalid_argument{"count: '" + base::printable(text) + "' is not a whole number from 1 to 100"};
}

/// Half a second less than the scraper waits, which the answer needs for its way; of short times, half.
inline std::optional<std::chrono::nanoseconds> scrape_time(const wire::HttpFields& fields)
{
    using namespace std::chrono_literals;
    constexpr std::string_view name = "X-Prometheus-Scrape-Timeout-Seconds";
    const auto* field = fields.find(name);
    if (field == nullptr) return std::nullopt;
    const auto told = read_seconds(name, field->value, 24h);
    return std::max(told - 500ms, told / 2);
}

inline io::AddressFamily probe_family(std::string_view module)
{
    if (module == "icmp") return io::AddressFamily::any;
    if (module == "icmp4") return io::AddressFamily::ipv4;
    if (module == "icmp6") return io::AddressFamily::ipv6;
    throw std::invalid_argument{"module: '" + base::printable(module) +
                                "' is unknown: there are icmp, icmp4 and icmp6"};
}

/// An IPv6 address in brackets, as it stands in a URL.
inline std::string_view without_brackets(std::string_view target)
{
    const bool brackets = target.starts_with('[') && target.ends_with(']') && target.find(':') != target.npos;
    return brackets ? target.substr(1, target.size() - 2) : target;
}

/// Reads the query and fields of a request for /probe. `family` is for a client that names no module. Throws
/// std::invalid_argument with the words for the client. Whether the target is a name at all is for the lookup to find
/// out: for a scraper it is a target that is down, not a mistake of its own.
inline ProbeRequest read_probe_request(std::string_view query, const wire::HttpFields& fields,
                                       io::AddressFamily family = io::AddressFamily::any)
{
    const auto parsed = wire::Query::parse(query);
    if (!parsed) throw std::invalid_argument{std::string{wire::reason_of(parsed.error())}};

    ProbeRequest request;
    request.family = family;
    std::optional<std::chrono::nanoseconds> timeout;
    for (const auto& [name, value] : parsed->parameters()) {
        if (name == "target") request.target = without_brackets(value);
        else if (name == "module") request.family = probe_family(value);
        else if (name == "count") request.count = read_count(value);
        else if (name == "timeout") timeout = read_seconds(name, value, longest_probe_time);
        else
            throw std::invalid_argument{"'" + base::printable(name) +
                                        "' is no parameter: there are target, module, count and timeout"};
    }
    if (request.target.empty()) throw std::invalid_argument{"target is missing: /probe?target=NAME"};

    const auto scrape = scrape_time(fields);
    request.time = timeout.value_or(scrape ? longest_probe_time : usual_probe_time);
    if (scrape) request.time = std::min(request.time, *scrape);
    return request;
}

}  // namespace libnet::inline v0::detail
