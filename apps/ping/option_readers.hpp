#pragma once
// What the values of ping++'s own options may be: readers as those of apps/common/option_values.hpp.

#include <apps/common/option_values.hpp>
#include <libnet/engine/ping/ping_condition.hpp>
#include <libnet/ping_options.hpp>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace libnet::apps {

/// How fast all hosts together are pinged.
struct PingRate {
    std::uint64_t per_second = 0;  ///< 0: as fast as the sockets take them
};

/// What the rows of a table of hosts are sorted by.
enum class PingSort { given, name, address, sent, received, loss, last, min, mean, p95, max, mdev, jitter };

/// Refuses what wasn't understood at the start: apps/ping/personality.hpp has the names.
inline auto other_name()
{
    return [](std::string_view text) -> std::string {
        throw BadValue{
            fmt::format("'{}' is no name to have: give fping, fping6, ping, ping4 or ping6, as the first argument",
                        printable(text))};
    };
}

/// Reads "1000" or "max".
inline auto ping_rate()
{
    return [](std::string_view text) {
        if (text == "max") return PingRate{};
        const auto number = base::parse_number<std::uint64_t>(text);
        if (!number || *number == 0 || *number > 1'000'000)
            throw BadValue{fmt::format("'{}' is not a rate: give a number from 1 to 1000000, or max", printable(text))};
        return PingRate{*number};
    };
}

/// The whole text as a number of this base; throws BadValue{complaint} otherwise.
template <typename T>
T number_of_base(std::string_view digits, int base, T most, const std::string& complaint)
{
    T value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, value, base);
    if (error != std::errc{} || stopped != end || value > most) throw BadValue{complaint};
    return value;
}

/// The digits after 0x, if that stands in front of them.
inline std::string_view without_0x(std::string_view text)
{
    return text.starts_with("0x") || text.starts_with("0X") ? text.substr(2) : text;
}

/// Reads the traffic class, in decimal or, after 0x, in hexadecimal.
inline auto traffic_class()
{
    return [](std::string_view text) {
        const auto digits = without_0x(text);
        return number_of_base<std::uint8_t>(
            digits, digits == text ? 10 : 16, 255,
            fmt::format("'{}' is not a traffic class: give 0 to 255, or 0x0 to 0xFF", printable(text)));
    };
}

/// Reads a flow label, in decimal or, after 0x, in hexadecimal: iputils' manual speaks of the latter alone, its program
/// reads both.
inline auto flow_label()
{
    return [](std::string_view text) {
        const auto digits = without_0x(text);
        return number_of_base<std::uint32_t>(
            digits, digits == text ? 10 : 16, 0xF'FFFF,
            fmt::format("'{}' is not a flow label: give 0x1 to 0xFFFFF, or 0 for any", printable(text)));
    };
}

/// Reads one of these words. `what` names it in the message.
template <typename T, std::size_t Count>
auto one_of(std::string_view what, std::array<std::pair<std::string_view, T>, Count> words)
{
    return [=](std::string_view text) {
        const auto known = std::ranges::find(words, text, &std::pair<std::string_view, T>::first);
        if (known != words.end()) return known->second;
        std::string all;
        for (const auto& word : words) {
            if (!all.empty()) all += word == words.back() ? " or " : ", ";
            all += word.first;
        }
        throw BadValue{fmt::format("'{}' is not {}: give {}", printable(text), what, all)};
    };
}

/// Reads what iputils' -M takes.
inline auto path_mtu_discovery()
{
    return one_of("a way to find the path MTU",
                  std::array<std::pair<std::string_view, PathMtuDiscovery>, 4>{{{"do", PathMtuDiscovery::always},
                                                                                {"want", PathMtuDiscovery::want},
                                                                                {"dont", PathMtuDiscovery::never},
                                                                                {"probe", PathMtuDiscovery::probe}}});
}

/// Reads what iputils' -T takes, but for hosts that are named beforehand.
inline auto timestamp_record()
{
    return one_of("a kind of timestamps",
                  std::array<std::pair<std::string_view, PingRecord>, 2>{
                      {{"tsonly", PingRecord::timestamps}, {"tsandaddr", PingRecord::timestamps_and_addresses}}});
}

/// Reads a condition on the numbers of a host.
inline auto condition()
{
    return [](std::string_view text) {
        try {
            return PingCondition::parse(text);
        } catch (const std::invalid_argument& error) {
            throw BadValue{fmt::format("'{}' is no condition: {}", printable(text), error.what())};
        }
    };
}

inline constexpr auto ping_sort_words = [] {
    using enum PingSort;
    return std::array<std::pair<std::string_view, PingSort>, 13>{{{"given", given},
                                                                  {"name", name},
                                                                  {"address", address},
                                                                  {"sent", sent},
                                                                  {"received", received},
                                                                  {"loss", loss},
                                                                  {"last", last},
                                                                  {"min", min},
                                                                  {"mean", mean},
                                                                  {"p95", p95},
                                                                  {"max", max},
                                                                  {"mdev", mdev},
                                                                  {"jitter", jitter}}};
}();

inline std::string_view name_of(PingSort sort)
{
    return std::ranges::find(ping_sort_words, sort, &std::pair<std::string_view, PingSort>::second)->first;
}

inline auto ping_sort() { return one_of("what hosts are sorted by", ping_sort_words); }

/// Reads up to 16 octets in hexadecimal. As iputils has it, a last single digit is an octet, too.
inline auto ping_pattern()
{
    return [](std::string_view text) {
        const auto complaint =
            fmt::format("'{}' is not a pattern: give 1 to 16 octets as hexadecimal digits: ff00", printable(text));
        std::array<std::byte, PingPattern::max_size> octets{};
        std::size_t size = 0;
        for (auto rest = text; !rest.empty(); rest.remove_prefix(std::min<std::size_t>(2, rest.size()))) {
            if (size == octets.size()) throw BadValue{complaint};
            octets[size++] = std::byte{number_of_base<std::uint8_t>(rest.substr(0, 2), 16, 255, complaint)};
        }
        if (size == 0) throw BadValue{complaint};
        return PingPattern{std::span<const std::byte>{octets}.first(size)};
    };
}

/// Reads where probes come from: an address, or an interface by its name.
inline auto ping_origin()
{
    return [](std::string_view text) {
        boost::system::error_code is_name;
        static_cast<void>(boost::asio::ip::make_address(std::string{text}, is_name));
        if (is_name && (text.empty() || text.size() > InterfaceName::max_size))
            throw BadValue{fmt::format("'{}' is no address, and not the name of an interface: it has 1 to 15 octets",
                                       printable(text))};
        return std::string{text};
    };
}

}  // namespace libnet::apps
