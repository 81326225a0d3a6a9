#pragma once
// What a client of `ping++ --listen` asks for at /probe, as blackbox_exporter understands it.

#include <apps/common/option_values.hpp>
#include <libnet/io/dns/resolver_options.hpp>
#include <libnet/wire/http/http_fields.hpp>
#include <libnet/wire/http/query.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::apps {

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

namespace detail {

constexpr std::chrono::nanoseconds usual_probe_time = std::chrono::seconds{5},
                                   longest_probe_time = std::chrono::minutes{2};

/// Half a second less than the scraper waits, which the answer needs for its way; of short times, half.
inline std::optional<std::chrono::nanoseconds> scrape_time(const wire::HttpFields& fields)
{
    using namespace std::chrono_literals;
    constexpr std::string_view name = "X-Prometheus-Scrape-Timeout-Seconds";
    const auto* field = fields.find(name);
    if (field == nullptr) return std::nullopt;
    try {
        const auto told = seconds(1ms, 24h)(field->value);
        return std::max(told - 500ms, told / 2);
    } catch (const BadValue& error) {
        throw BadValue{fmt::format("{}: {}", name, error.what())};
    }
}

inline io::AddressFamily probe_family(std::string_view module)
{
    if (module == "icmp") return io::AddressFamily::any;
    if (module == "icmp4") return io::AddressFamily::ipv4;
    if (module == "icmp6") return io::AddressFamily::ipv6;
    throw BadValue{fmt::format("module: '{}' is unknown: there are icmp, icmp4 and icmp6", printable(module))};
}

template <typename Reader>
auto read_parameter(const wire::QueryParameter& parameter, Reader read)
{
    try {
        return read(parameter.value);
    } catch (const BadValue& error) {
        throw BadValue{fmt::format("{}: {}", parameter.name, error.what())};
    }
}

}  // namespace detail

/// Reads the query and fields of a request for /probe. `family` is for a client that names no module. Throws BadValue
/// with the words for the client. Whether the target is a name at all is for the lookup to find out: for a scraper it
/// is a target that is down, not a mistake of its own.
inline ProbeRequest read_probe_request(std::string_view query, const wire::HttpFields& fields,
                                       io::AddressFamily family = io::AddressFamily::any)
{
    using namespace std::chrono_literals;
    const auto parsed = wire::Query::parse(query);
    if (!parsed) throw BadValue{std::string{wire::reason_of(parsed.error())}};

    ProbeRequest request;
    request.family = family;
    std::optional<std::chrono::nanoseconds> timeout;
    for (const auto& parameter : parsed->parameters()) {
        const auto& [name, value] = parameter;
        if (name == "target") request.target = value;
        else if (name == "module") request.family = detail::probe_family(value);
        else if (name == "count") request.count = detail::read_parameter(parameter, integer<std::uint64_t>(1, 100));
        else if (name == "timeout")
            timeout = detail::read_parameter(parameter, seconds(1ms, detail::longest_probe_time));
        else
            throw BadValue{
                fmt::format("'{}' is no parameter: there are target, module, count and timeout", printable(name))};
    }
    if (request.target.empty()) throw BadValue{"target is missing: /probe?target=NAME"};

    const auto scrape = detail::scrape_time(fields);
    request.time = timeout.value_or(scrape ? detail::longest_probe_time : detail::usual_probe_time);
    if (scrape) request.time = std::min(request.time, *scrape);
    return request;
}

}  // namespace libnet::apps
