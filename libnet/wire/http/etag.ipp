#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/etag.hpp>

#include <algorithm>

namespace libnet::inline v0::wire {

LIBNETXX_DECL std::string_view take_etag(std::string_view& list) noexcept
{
    list.remove_prefix(std::min(list.find_first_not_of(" \t,"), list.size()));
    const std::size_t quote = list.starts_with("W/") ? 2 : 0;
    if (quote >= list.size() || list[quote] != '"') return {};
    const auto end = list.find('"', quote + 1);
    if (end == list.npos) return {};
    const auto etag = list.substr(0, end + 1);
    list.remove_prefix(etag.size());
    return etag;
}

LIBNETXX_DECL bool etag_equals(std::string_view a, std::string_view b, EtagComparison comparison) noexcept
{
    const bool weak = a.starts_with("W/") || b.starts_with("W/");
    if (weak && comparison == EtagComparison::strong) return false;
    if (a.starts_with("W/")) a.remove_prefix(2);
    if (b.starts_with("W/")) b.remove_prefix(2);
    return a == b;
}

LIBNETXX_DECL bool etag_list_matches(std::string_view list, std::string_view etag, EtagComparison comparison) noexcept
{
    if (base::trim(list) == "*") return true;
    for (auto item = take_etag(list); !item.empty(); item = take_etag(list))
        if (etag_equals(item, etag, comparison)) return true;
    return false;
}

}  // namespace libnet::inline v0::wire
