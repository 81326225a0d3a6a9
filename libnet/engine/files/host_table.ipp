#pragma once

#include <libnet/base/text.hpp>
#include <libnet/engine/files/host_table.hpp>
#include <libnet/wire/http/authority.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace libnet::inline v0::engine {

namespace detail {

inline constexpr std::size_t longest_host = 255;

/// In lower case, without the dot at the end; empty where that doesn't fit.
LIBNETXX_DECL std::string_view lower_host(std::string_view host, std::array<char, longest_host>& buffer) noexcept
{
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.size() > buffer.size()) return {};
    std::ranges::transform(host, buffer.begin(), base::to_lower);
    return {buffer.data(), host.size()};
}

}  // namespace detail

LIBNETXX_DECL void HostTable::add(std::string_view name, std::size_t number)
{
    const bool wildcard = name.starts_with("*.");
    const auto plain = wildcard ? name.substr(2) : name;
    const auto read = plain.find(':') == plain.npos ? wire::parse_authority(plain)
                                                    : wire::parse_authority('[' + std::string{plain} + ']');
    if (!read || plain.find('*') != plain.npos || (wildcard && read->is_ipv6))
        throw std::invalid_argument{"host '" + std::string{name} + "': give a name like example.org or *.example.org"};

    std::array<char, detail::longest_host> buffer;
    const auto lower = detail::lower_host(plain, buffer);
    if (lower.empty()) throw std::invalid_argument{"host '" + std::string{name} + "': it is too long"};
    std::string entry = (wildcard ? "." : "") + std::string{lower};
    if (look_up(entry) != nullptr) throw std::invalid_argument{"host '" + std::string{name} + "': it is there twice"};
    const auto place = std::ranges::lower_bound(entries_, entry, {}, &Entry::name);
    entries_.insert(place, {std::move(entry), number});
}

LIBNETXX_DECL std::optional<std::size_t> HostTable::find(std::string_view host) const
{
    if (entries_.empty()) return std::nullopt;
    std::array<char, detail::longest_host> buffer;
    auto name = detail::lower_host(host, buffer);
    if (name.empty()) return std::nullopt;
    if (const auto* entry = look_up(name)) return entry->number;
    for (auto dot = name.find('.', 1); dot != name.npos; dot = name.find('.', 1)) {
        name.remove_prefix(dot);
        if (const auto* entry = look_up(name)) return entry->number;
    }
    return std::nullopt;
}

LIBNETXX_DECL const HostTable::Entry* HostTable::look_up(std::string_view lower) const noexcept
{
    const auto name_of = [](const Entry& entry) { return std::string_view{entry.name}; };
    const auto found = std::ranges::lower_bound(entries_, lower, {}, name_of);
    return found != entries_.end() && found->name == lower ? &*found : nullptr;
}

}  // namespace libnet::inline v0::engine
