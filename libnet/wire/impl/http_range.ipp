#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http_range.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <ostream>

namespace libnet::wire {

namespace detail {

/// 1*DIGIT; what doesn't fit is as good as the greatest number, for no file is that large.
LIBNET_DECL std::optional<std::uint64_t> parse_position(std::string_view text) noexcept
{
    if (text.empty() || !std::ranges::all_of(text, base::is_digit)) return std::nullopt;
    return base::parse_number<std::uint64_t>(text).value_or(std::numeric_limits<std::uint64_t>::max());
}

}  // namespace detail

LIBNET_DECL RangeChoice choose_range(std::string_view field, std::uint64_t size) noexcept
{
    using Kind = RangeChoice::Kind;
    constexpr std::string_view unit = "bytes=";
    if (field.size() < unit.size() || !base::iequals(field.substr(0, unit.size()), unit)) return {};
    const auto range = base::trim(field.substr(unit.size()));
    const auto dash = range.find('-');
    if (dash == range.npos) return {};
    const auto left = range.substr(0, dash), right = range.substr(dash + 1);

    if (left.empty()) {  // the last octets
        const auto suffix = detail::parse_position(right);
        if (!suffix) return {};
        if (*suffix == 0) return {.kind = Kind::unsatisfiable};
        if (size == 0) return {};  // all of nothing; a 206 can't say so
        const auto length = std::min(*suffix, size);
        return {.kind = Kind::part, .first = size - length, .length = length};
    }
    const auto first = detail::parse_position(left);
    const auto last =
        right.empty() ? std::optional{std::numeric_limits<std::uint64_t>::max()} : detail::parse_position(right);
    if (!first || !last || *last < *first) return {};
    if (*first >= size) return {.kind = Kind::unsatisfiable};
    return {.kind = Kind::part, .first = *first, .length = std::min(*last, size - 1) - *first + 1};
}

LIBNET_DECL std::ostream& operator<<(std::ostream& out, const RangeChoice& choice)
{
    if (choice.kind == RangeChoice::Kind::whole) return out << "RangeChoice{whole}";
    if (choice.kind == RangeChoice::Kind::unsatisfiable) return out << "RangeChoice{unsatisfiable}";
    return out << "RangeChoice{" << choice.length << " from " << choice.first << '}';
}

}  // namespace libnet::wire
