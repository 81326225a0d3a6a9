#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/content_coding.hpp>

#include <algorithm>
#include <optional>
#include <ostream>

namespace libnet::inline v0::wire {

namespace detail {

LIBNETXX_DECL std::optional<ContentCoding> coding_named(std::string_view name) noexcept
{
    for (const auto coding : {ContentCoding::br, ContentCoding::zstd, ContentCoding::gzip, ContentCoding::identity})
        if (base::iequals(name, name_of(coding))) return coding;
    if (base::iequals(name, "x-gzip")) return ContentCoding::gzip;  // RFC 9110 section 8.4.1.3
    return std::nullopt;
}

}  // namespace detail

LIBNETXX_DECL std::string_view name_of(ContentCoding coding) noexcept
{
    constexpr std::array<std::string_view, 4> names{"br", "zstd", "gzip", "identity"};
    return names[static_cast<std::size_t>(coding)];
}

LIBNETXX_DECL std::string_view suffix_of(ContentCoding coding) noexcept
{
    constexpr std::array<std::string_view, 4> suffixes{".br", ".zst", ".gz", ""};
    return suffixes[static_cast<std::size_t>(coding)];
}

LIBNETXX_DECL std::string_view plain_name(std::string_view name) noexcept
{
    for (const auto coding : {ContentCoding::br, ContentCoding::zstd, ContentCoding::gzip})
        if (const auto suffix = suffix_of(coding); name.ends_with(suffix))
            return name.substr(0, name.size() - suffix.size());
    return name;
}

LIBNETXX_DECL AcceptedCodings::AcceptedCodings(const std::array<std::uint16_t, 4>& weights) noexcept
{
    const auto weight = [&weights](ContentCoding coding) { return weights[static_cast<std::size_t>(coding)]; };
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (weights[i] == 0) continue;
        std::size_t place = count_++;
        for (; place > 0 && weight(codings_[place - 1]) < weights[i]; --place) codings_[place] = codings_[place - 1];
        codings_[place] = static_cast<ContentCoding>(i);
    }
}

LIBNETXX_DECL std::uint16_t read_weight(std::string_view parameter) noexcept
{
    if (parameter.size() < 3 || parameter.size() > 7 || !base::iequals(parameter.substr(0, 2), "q=")) return 0;
    parameter.remove_prefix(2);
    const bool one = parameter[0] == '1';
    if (!one && parameter[0] != '0') return 0;
    if (parameter.size() > 1 && parameter[1] != '.') return 0;
    std::uint16_t thousandths = one ? 1000 : 0;
    std::uint16_t digit_value = 100;
    for (const char c : parameter.substr(std::min<std::size_t>(2, parameter.size()))) {
        if (!base::is_digit(c) || (one && c != '0')) return 0;
        thousandths = static_cast<std::uint16_t>(thousandths + (c - '0') * digit_value);
        digit_value = static_cast<std::uint16_t>(digit_value / 10);
    }
    return thousandths;
}

LIBNETXX_DECL AcceptedCodings read_accept_encoding(std::string_view field) noexcept
{
    std::array<std::optional<std::uint16_t>, 4> named;
    std::optional<std::uint16_t> others;  // the weight of "*"
    base::for_each_list_item(field, [&](std::string_view item) {
        const auto semicolon = std::min(item.find(';'), item.size());
        const auto name = base::trim(item.substr(0, semicolon));
        const auto parameter = base::trim(item.substr(std::min(semicolon + 1, item.size())));
        const std::uint16_t weight = semicolon == item.size() ? std::uint16_t{1000} : read_weight(parameter);
        if (name == "*") others = weight;
        else if (const auto coding = detail::coding_named(name)) named[static_cast<std::size_t>(*coding)] = weight;
    });
    std::array<std::uint16_t, 4> weights{};
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = named[i].value_or(others.value_or(0));
    auto& identity = weights[static_cast<std::size_t>(ContentCoding::identity)];
    if (!named[static_cast<std::size_t>(ContentCoding::identity)] && others.value_or(1) != 0) identity = 1;
    return AcceptedCodings{weights};
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const AcceptedCodings& accepted)
{
    out << "AcceptedCodings{";
    for (const auto coding : accepted.in_order()) out << ' ' << name_of(coding);
    return out << " }";
}

}  // namespace libnet::inline v0::wire
