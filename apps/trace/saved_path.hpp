#pragma once
// A path that trace++ --json printed, read from a file: --expect.

#include <libnet/base/printable.hpp>
#include <libnet/base/text.hpp>
#include <libnet/engine/trace/path_difference.hpp>
#include <libnet/engine/trace/trace_path.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace libnet::apps {

namespace detail {

namespace json = boost::json;

inline const json::value* member(const json::value& value, std::string_view name)
{
    return value.is_object() ? value.get_object().if_contains(name) : nullptr;
}

inline bool is(const json::value* value, std::string_view text)
{
    return value != nullptr && value->is_string() && value->get_string() == text;
}

/// Of a hop: the addresses in its `probes` or `routers`.
inline ExpectedHop expected_hop(const json::value& hop)
{
    const auto* ttl = member(hop, "ttl");
    if (ttl == nullptr || !ttl->is_int64() || ttl->get_int64() < 1 || ttl->get_int64() > 255)
        throw std::runtime_error{"a hop has no ttl from 1 to 255"};
    ExpectedHop expected;
    expected.ttl = static_cast<std::uint8_t>(ttl->get_int64());
    for (const std::string_view list : {"probes", "routers"}) {
        const auto* answers = member(hop, list);
        if (answers == nullptr || !answers->is_array()) continue;
        for (const auto& answer : answers->get_array()) {
            const auto* from = member(answer, "from");
            if (from == nullptr || is(member(answer, "answer"), "unreachable")) continue;
            boost::system::error_code bad;
            const auto address = from->is_string()
                                     ? boost::asio::ip::make_address(std::string_view{from->get_string()}, bad)
                                     : boost::asio::ip::address{};
            if (bad || !from->is_string()) throw std::runtime_error{"an address in it is none"};
            expected.routers.insert(address);
            expected.reached = expected.reached || is(member(answer, "answer"), "reached");
        }
    }
    return expected;
}

inline std::vector<ExpectedHop> expected_hops(const json::value& path)
{
    const auto* hops = member(path, "hops");
    if (hops == nullptr || !hops->is_array()) throw std::runtime_error{"its path has no hops"};
    std::vector<ExpectedHop> expected;
    for (const auto& hop : hops->get_array()) expected.push_back(expected_hop(hop));
    // Version 1 of the schema didn't say what answered: the last hop of a path that reached is the destination.
    const auto* reached = member(path, "reached");
    const bool arrived = reached != nullptr && reached->is_bool() && reached->get_bool();
    if (arrived && !expected.empty()) expected.back().reached = true;
    // Any path would be the expected one.
    if (std::ranges::all_of(expected, [](const ExpectedHop& hop) { return hop.routers.empty() && !hop.reached; }))
        throw std::runtime_error{"no hop of its path has answered: there is nothing to compare with"};
    return expected;
}

inline std::string read_small_file(const std::string& name)
{
    constexpr std::streamsize most = 16 << 20;
    std::ifstream file{name, std::ios::binary};
    file.peek();  // a directory opens, but can't be read
    if (!file.is_open() || file.bad()) throw std::runtime_error{std::strerror(errno)};
    std::string text(static_cast<std::size_t>(most) + 1, '\0');
    file.clear();
    file.read(text.data(), most + 1);
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (file.gcount() > most) throw std::runtime_error{"it is larger than 16 MiB"};
    return text;
}

}  // namespace detail

/// Reads the last path of a file that trace++ --json wrote. Throws `std::runtime_error` in words.
inline std::vector<ExpectedHop> read_saved_path(const std::string& name)
try {
    const auto text = detail::read_small_file(name);
    std::string_view rest{text};
    boost::json::value path;
    while (!rest.empty()) {
        const auto line = base::trim(base::take_line(rest));
        if (line.empty()) continue;
        boost::system::error_code bad;
        auto event = boost::json::parse(line, bad);
        if (bad) throw std::runtime_error{"it is not what trace++ --json prints: a line is no JSON"};
        const auto* kind = detail::member(event, "event");
        if (detail::is(kind, "path") || detail::is(kind, "report")) path = std::move(event);
    }
    if (!path.is_object()) throw std::runtime_error{"there is no path in it: save one with trace++ --json HOST"};
    return detail::expected_hops(path);
} catch (const std::runtime_error& error) {
    throw std::runtime_error{fmt::format("--expect: {}: {}", base::printable(name), error.what())};
}

/// A path as it was found, to be compared.
inline std::vector<ExpectedHop> found_hops(const TracePath& path)
{
    std::vector<ExpectedHop> found;
    for (const auto& hop : path.hops) {
        ExpectedHop seen;
        seen.ttl = hop.ttl;
        for (const auto& outcome : hop.probes) {
            const auto* answer = std::get_if<TraceHop>(&outcome);
            if (answer == nullptr || answer->kind == TraceAnswer::unreachable) continue;
            seen.routers.insert(answer->from);
            seen.reached = seen.reached || answer->kind == TraceAnswer::reached;
        }
        found.push_back(std::move(seen));
    }
    return found;
}

}  // namespace libnet::apps
