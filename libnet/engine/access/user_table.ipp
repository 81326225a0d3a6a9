#pragma once

#include <libnet/base/text.hpp>
#include <libnet/engine/access/user_table.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace libnet::inline v0::engine {

namespace detail {

LIBNETXX_DECL bool is_known_hash(std::string_view hash) noexcept
{
    constexpr std::array<std::string_view, 8> kinds{"$2a$", "$2b$", "$2y$", "$6$", "$5$", "$y$", "$1$", "$apr1$"};
    return std::ranges::any_of(kinds, [hash](std::string_view kind) { return hash.starts_with(kind); });
}

}  // namespace detail

LIBNETXX_DECL UserTable::UserTable(std::string_view text)
{
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (base::trim(line).empty() || line.starts_with('#')) continue;

        const auto where = "line " + std::to_string(number);
        const auto colon = line.find(':');
        if (colon == line.npos || colon == 0) throw std::invalid_argument{where + ": no line like 'user:hash'"};
        auto hash = line.substr(colon + 1);
        hash = hash.substr(0, hash.find(':'));  // what stands behind it is not needed
        if (!detail::is_known_hash(hash))
            throw std::invalid_argument{where + ": no hash that protects: make one with 'htpasswd -B'"};
        if (!hashes_.try_emplace(std::string{line.substr(0, colon)}, hash).second)
            throw std::invalid_argument{where + ": this user stands in a line before"};
        add_sample(hash);
    }
    // Cost 10 of bcrypt, and of no known password.
    if (samples_.empty()) add_sample("$2y$10$012345678901234567890uP9ds3WHgHTs9bCmCe0U4oms7nNe3yNm");
}

LIBNETXX_DECL UserTable::Entry UserTable::find(std::string_view user) const noexcept
{
    const auto found = hashes_.find(user);
    if (found != hashes_.end()) return {found->second, true};
    return {samples_.front(), false};
}

LIBNETXX_DECL void UserTable::add_sample(std::string_view hash)
{
    const auto same = [cost = cost_of(hash)](const std::string& sample) { return cost_of(sample) == cost; };
    if (std::ranges::none_of(samples_, same)) samples_.emplace_back(hash);
}

LIBNETXX_DECL std::string_view cost_of(std::string_view hash) noexcept
{
    const auto kind = hash.find('$', 1);
    if (kind == hash.npos) return hash;
    const auto id = hash.substr(0, kind + 1);
    const bool has_cost = id.starts_with("$2") || id == "$y$" || hash.substr(kind + 1).starts_with("rounds=");
    const auto end = has_cost ? hash.find('$', kind + 1) : kind;
    return end == hash.npos ? id : hash.substr(0, end + 1);
}

}  // namespace libnet::inline v0::engine
