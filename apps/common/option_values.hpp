#pragma once
// What an option's value may be: each function here makes a reader, which turns the text that a user typed into a
// value or throws BadValue. Nothing is guessed: the whole text must be the value, and the value must be in its range.
//
//   const auto read = apps::seconds(1ms, 1h);
//   read("0.2");    // 200 ms
//   read("0.2x");   // throws BadValue: '0.2x' is not a number of seconds: give a number from 0.001 to 3600
//
// The readers are used through apps/common/options.hpp, which says in front of the message which option it is about.

#include <apps/common/faults.hpp>
#include <libnet/access.hpp>
#include <libnet/base/parse_seconds.hpp>
#include <libnet/base/printable.hpp>
#include <libnet/base/text.hpp>
#include <libnet/tls.hpp>
#include <libnet/wire/ip/network.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::apps {

/// A value that an option can't take. The message quotes it and says what would do.
struct BadValue : UsageError {
    using UsageError::UsageError;
};

using base::printable;

/// Reads a whole number from `least` to `most`, in decimal.
template <std::integral T>
auto integer(T least, T most = std::numeric_limits<T>::max())
{
    return [=](std::string_view text) {
        const auto number = base::parse_number<T>(text);
        if (!number || *number < least || *number > most)
            throw BadValue{fmt::format("'{}' is not a whole number from {} to {}", printable(text), least, most)};
        return *number;
    };
}

/// Reads a TCP or UDP port. `least` is 0 where 0 means any free port.
inline auto port(std::uint16_t least = 1)
{
    return [least](std::string_view text) {
        const auto number = base::parse_number<std::uint16_t>(text);
        if (!number || *number < least)
            throw BadValue{fmt::format("'{}' is not a port: give a number from {} to 65535", printable(text), least)};
        return *number;
    };
}

/// Reads a duration in seconds, with a fraction if need be: `0.2`, `5`, `1e-3`. No units, nan, inf or sign.
inline auto seconds(std::chrono::nanoseconds least, std::chrono::nanoseconds most)
{
    using Seconds = std::chrono::duration<double>;
    return [=](std::string_view text) {
        const auto read = base::parse_seconds(text);
        if (!read || *read < least || *read > most)
            throw BadValue{fmt::format("'{}' is not a number of seconds: give a number from {} to {}", printable(text),
                                       Seconds{least}.count(), Seconds{most}.count())};
        return *read;
    };
}

/// Throws BadValue for an interface that isn't there, and for a zone where the system would pay no attention to it.
inline void check_zone(std::string_view text, const boost::asio::ip::address& address)
{
    const auto percent = text.find('%');
    if (percent == text.npos) return;
    auto zone = text.substr(percent + 1);
    if (zone.ends_with(']')) zone.remove_suffix(1);
    const auto v6 = address.to_v6();
    if (!v6.is_link_local() && !v6.is_multicast_link_local())
        throw BadValue{fmt::format("'{}': only link-local addresses have a zone", printable(text))};
    if (v6.scope_id() == 0)
        throw BadValue{fmt::format("'{}': there is no interface {}", printable(text), printable(zone))};
}

/// Reads an IPv4 or IPv6 address; an IPv6 address may have a zone (`fe80::1%eth0`) or stand in brackets. An IPv4-mapped one
/// is the IPv4 address that it stands for.
inline auto address()
{
    return [](std::string_view text) {
        const bool brackets = text.size() > 2 && text.front() == '[' && text.back() == ']';
        boost::system::error_code failed;
        const auto read = boost::asio::ip::make_address(brackets ? text.substr(1, text.size() - 2) : text, failed);
        // Asio reads up to a zero byte and would take what stands before it.
        if (failed || (brackets && !read.is_v6()) || text.find('\0') != text.npos)
            throw BadValue{fmt::format("'{}' is not an IP address: give one like 127.0.0.1 or ::1", printable(text))};
        check_zone(text, read);
        return wire::unmapped(read);
    };
}

/// Reads a network: an address, with the number of bits that count behind a slash, or alone.
inline auto network()
{
    return [](std::string_view text) {
        const auto read = wire::parse_network(text);
        if (!read) throw BadValue{fmt::format("'{}' is not a network: give one like 10.0.0.0/8", printable(text))};
        return *read;
    };
}

/// Reads a text that is not empty: a file name, say. `what` names it in the message: "file name".
inline auto text(std::string what)
{
    return [what = std::move(what)](std::string_view given) {
        if (given.empty()) throw BadValue{fmt::format("'' is not a {}: give one", what)};
        return std::string{given};
    };
}

/// Reads texts with commas between them, each of them not empty. `what` names one of them.
inline auto texts(std::string what)
{
    return [read = text(std::move(what))](std::string_view given) {
        std::vector<std::string> items;
        for (std::size_t comma = 0; comma != given.npos; given.remove_prefix(comma == given.npos ? 0 : comma + 1)) {
            comma = given.find(',');
            items.push_back(read(given.substr(0, comma)));
        }
        return items;
    };
}

/// Reads one of some words, each of which stands for a value: `choice<TlsVersion>({{"1.2", TlsVersion::tls_1_2}, ...})`.
template <typename T>
auto choice(std::vector<std::pair<std::string_view, T>> words)
{
    return [words = std::move(words)](std::string_view given) {
        std::string expected;
        for (const auto& [word, value] : words) {
            if (word == given) return value;
            expected += fmt::format("{}{}", expected.empty() ? "" : ", ", word);
        }
        throw BadValue{fmt::format("'{}' is none of {}", printable(given), expected)};
    };
}

/// Reads yes or no, for a switch in a configuration file or the environment.
inline bool yes_or_no(std::string_view text)
{
    for (const std::string_view yes : {"yes", "true", "on", "1"})
        if (base::iequals(text, yes)) return true;
    for (const std::string_view no : {"no", "false", "off", "0"})
        if (base::iequals(text, no)) return false;
    throw BadValue{fmt::format("'{}' is neither yes nor no", printable(text))};
}

}  // namespace libnet::apps
