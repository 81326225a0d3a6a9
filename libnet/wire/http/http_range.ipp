#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/http_range.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <ostream>

namespace libnet::inline v0::wire {

namespace detail {

/// 1*DIGIT; what doesn't fit is as good as the greatest number, for no file is that large.
LIBNETXX_DECL std::optional<std::uint64_t> parse_position(std::string_view text) noexcept
{
    if (text.empty() || !std::ranges::all_of(text, base::is_digit)) return std::nullopt;
    return base::parse_number<std::uint64_t>(text).value_or(std::numeric_limits<std::uint64_t>::max());
}

/// One range-spec. Its length is 0 where it can't be satisfied; nothing: it is no range.
LIBNETXX_DECL std::optional<ByteRange> parse_range(std::string_view range, std::uint64_t size) noexcept
{
    const auto dash = range.find('-');
    if (dash == range.npos) return std::nullopt;
    const auto left = range.substr(0, dash), right = range.substr(dash + 1);
    if (left.empty()) {  // the last octets
        const auto suffix = parse_position(right);
        if (!suffix) return std::nullopt;
        const auto length = std::min(*suffix, size);
        return ByteRange{size - length, length};
    }
    const auto first = parse_position(left);
    const auto last = right.empty() ? std::optional{std::numeric_limits<std::uint64_t>::max()} : parse_position(right);
    if (!first || !last || *last < *first) return std::nullopt;
    if (*first >= size) return ByteRange{};
    return ByteRange{*first, std::min(*last, size - 1) - *first + 1};
}

/// Adds a range, and takes into it those that it overlaps or touches.
LIBNETXX_DECL void add_range(RangeChoice& choice, ByteRange range) noexcept
{
    std::size_t place = choice.count;
    for (std::size_t i = choice.count; i-- > 0;) {
        const auto& other = choice.ranges[i];
        const auto end = range.first + range.length, other_end = other.first + other.length;
        if (other.first > end || range.first > other_end) continue;
        range.first = std::min(range.first, other.first);
        range.length = std::max(end, other_end) - range.first;
        std::move(choice.ranges.begin() + i + 1, choice.ranges.begin() + choice.count, choice.ranges.begin() + i);
        choice.ranges[--choice.count] = {};
        place = std::min(place, i);
        i = choice.count;  // now longer, it may touch others
    }
    std::move_backward(choice.ranges.begin() + place, choice.ranges.begin() + choice.count,
                       choice.ranges.begin() + choice.count + 1);
    choice.ranges[place] = range;
    ++choice.count;
}

}  // namespace detail

LIBNETXX_DECL RangeChoice choose_ranges(std::string_view field, std::uint64_t size) noexcept
{
    using Kind = RangeChoice::Kind;
    constexpr std::string_view unit = "bytes=";
    if (field.size() < unit.size() || !base::iequals(field.substr(0, unit.size()), unit)) return {};
    RangeChoice choice;
    std::size_t asked = 0;
    bool valid = true, all_of_nothing = false;
    base::for_each_list_item(field.substr(unit.size()), [&](std::string_view item) {
        if (++asked > max_ranges) return;
        const auto range = detail::parse_range(item, size);
        valid = valid && range;
        if (!valid) return;
        if (range->length > 0) detail::add_range(choice, *range);
        else if (size == 0 && item.front() == '-') all_of_nothing = all_of_nothing || item != "-0";
    });
    if (!valid || asked == 0 || asked > max_ranges) return {};
    if (all_of_nothing) return {};  // a suffix of an empty file is satisfiable, and no 206 can say so
    choice.kind = choice.count > 0 ? Kind::parts : Kind::unsatisfiable;
    return choice;
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const RangeChoice& choice)
{
    if (choice.kind == RangeChoice::Kind::whole) return out << "RangeChoice{whole}";
    if (choice.kind == RangeChoice::Kind::unsatisfiable) return out << "RangeChoice{unsatisfiable}";
    out << "RangeChoice{";
    const char* separator = "";
    for (const auto& range : choice.parts()) {
        out << separator << range.length << " from " << range.first;
        separator = ", ";
    }
    return out << '}';
}

}  // namespace libnet::inline v0::wire
