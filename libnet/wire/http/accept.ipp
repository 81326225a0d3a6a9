#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/accept.hpp>
#include <libnet/wire/http/content_coding.hpp>

#include <algorithm>

namespace libnet::inline v0::wire {

namespace detail {

/// 3: the type itself, 2: all of its top-level type, 1: all types, 0: another one.
LIBNETXX_DECL int specificity(std::string_view range, std::string_view media_type) noexcept
{
    if (base::iequals(range, media_type)) return 3;
    const auto slash = media_type.find('/');
    if (range.size() == slash + 2 && range.ends_with("/*") &&
        base::iequals(range.substr(0, slash), media_type.substr(0, slash)))
        return 2;
    return range == "*/*" ? 1 : 0;
}

}  // namespace detail

LIBNETXX_DECL MediaRange read_media_range(std::string_view item) noexcept
{
    MediaRange range;
    range.type = base::trim(item.substr(0, item.find(';')));
    item.remove_prefix(std::min(item.find(';'), item.size()));
    while (!item.empty()) {
        item.remove_prefix(1);
        const auto parameter = base::trim(item.substr(0, item.find(';')));
        constexpr std::string_view version = "version=";
        if (base::iequals(parameter.substr(0, 2), "q=")) range.weight = read_weight(parameter);
        else if (base::iequals(parameter.substr(0, version.size()), version))
            range.version = parameter.substr(version.size());
        item.remove_prefix(std::min(item.find(';'), item.size()));
    }
    return range;
}

LIBNETXX_DECL std::uint16_t weight_of(std::string_view accept, std::string_view media_type) noexcept
{
    int best = 0;
    std::uint16_t weight = 0;
    bool is_empty = true;
    base::for_each_list_item(accept, [&](std::string_view item) {
        is_empty = false;
        const auto range = read_media_range(item);
        const auto fit = detail::specificity(range.type, media_type);
        if (fit <= best) return;
        best = fit;
        weight = range.weight;
    });
    return is_empty ? std::uint16_t{1000} : weight;
}

}  // namespace libnet::inline v0::wire
