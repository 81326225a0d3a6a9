#pragma once
// What a Prometheus server asks /probe of an exporter for, as blackbox_exporter understands it.

#include <libnet/base/parse_seconds.hpp>
#include <libnet/base/printable.hpp>
#include <libnet/base/text.hpp>
#include <libnet/wire/http/http_fields.hpp>
#include <libnet/wire/http/query.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// `/probe?target=NAME&timeout=5`, and what else the exporter takes.
struct ProbeQuery {
    std::string target{};             ///< a name or an address, or what the client takes for one
    std::chrono::nanoseconds time{};  ///< for all of it: the lookup, and every answer
};

constexpr std::chrono::nanoseconds usual_probe_time = std::chrono::seconds{5},  ///< where the client says nothing
    longest_probe_time = std::chrono::minutes{2};                               ///< whatever it says

namespace detail {

/// Throws std::invalid_argument for a value that is no number of seconds in this range; the words name both bounds.
inline std::chrono::nanoseconds read_probe_seconds(std::string_view name, std::string_view text,
                                                   std::chrono::nanoseconds longest)
{
    constexpr std::chrono::nanoseconds shortest = std::chrono::milliseconds{1};
    const auto read = base::parse_seconds(text);
    if (read && *read >= shortest && *read <= longest) return *read;
    const auto most = std::chrono::duration_cast<std::chrono::seconds>(longest).count();
    throw std::invalid_argument{std::string{name} + ": '" + base::printable(text) +
                                "' is not a number of seconds: give a number from 0.001 to " + std::to_string(most)};
}

/// Half a second less than the scraper waits, which the answer needs for its way; of short times, half.
inline std::optional<std::chrono::nanoseconds> scrape_time(const wire::HttpFields& fields)
{
    using namespace std::chrono_literals;
    constexpr std::string_view name = "X-Prometheus-Scrape-Timeout-Seconds";
    const auto* field = fields.find(name);
    if (field == nullptr) return std::nullopt;
    const auto told = read_probe_seconds(name, field->value, 24h);
    return std::max(told - 500ms, told / 2);
}

/// An IPv6 address in brackets, as it stands in a URL.
inline std::string_view without_brackets(std::string_view target)
{
    const bool brackets = target.starts_with('[') && target.ends_with(']') && target.find(':') != target.npos;
    return brackets ? target.substr(1, target.size() - 2) : target;
}

}  // namespace detail

/// Reads a whole number of a parameter. Throws std::invalid_argument, in words, for others than 1 to `most`.
inline std::uint64_t read_probe_count(std::string_view name, std::string_view text, std::uint64_t most)
{
    const auto read = base::parse_number<std::uint64_t>(text);
    if (read && *read >= 1 && *read <= most) return *read;
    throw std::invalid_argument{std::string{name} + ": '" + base::printable(text) +
                                "' is not a whole number from 1 to " + std::to_string(most)};
}

/// Reads the query and the fields of a request for /probe. `take(name, value)` is given every other parameter, in their
/// order, and throws what doesn't please it. Throws std::invalid_argument with the words for the client. Whether the target
/// is a name at all is for the lookup to find out: for a scraper it is a target that is down, not a mistake of its own.
template <typename Take>
ProbeQuery read_probe_query(std::string_view query, const wire::HttpFields& fields, Take&& take)
{
    const auto parsed = wire::Query::parse(query);
    if (!parsed) throw std::invalid_argument{std::string{wire::reason_of(parsed.error())}};
    ProbeQuery probe;
    std::optional<std::chrono::nanoseconds> timeout;
    for (const auto& [name, value] : parsed->parameters()) {
        if (name == "target") probe.target = detail::without_brackets(value);
        else if (name == "timeout") timeout = detail::read_probe_seconds(name, value, longest_probe_time);
        else take(std::string_view{name}, std::string_view{value});
    }
    if (probe.target.empty()) throw std::invalid_argument{"target is missing: /probe?target=NAME"};
    const auto scrape = detail::scrape_time(fields);
    probe.time = timeout.value_or(scrape ? longest_probe_time : usual_probe_time);
    if (scrape) probe.time = std::min(probe.time, *scrape);
    return probe;
}

}  // namespace libnet::inline v0::engine
