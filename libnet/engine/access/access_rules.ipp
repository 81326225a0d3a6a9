#pragma once

#include <libnet/base/text.hpp>
#include <libnet/engine/access/access_rules.hpp>
#include <libnet/engine/http/path_pattern.hpp>
#include <libnet/wire/http/content_coding.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace libnet::inline v0::engine {

namespace detail {

LIBNETXX_DECL bool has_segment(std::string_view pattern, std::string_view name) noexcept
{
    while (!name.empty()) {
        const auto end = std::min(name.find('/'), name.size());
        if (matches_glob(pattern, name.substr(0, end))) return true;
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    return false;
}

LIBNETXX_DECL bool contain(const std::vector<wire::Network>& networks, const boost::asio::ip::address& client)
{
    return std::ranges::any_of(networks, [&client](const wire::Network& network) { return network.contains(client); });
}

/// Takes the next word of a line; empty at its end.
LIBNETXX_DECL std::string_view next_word(std::string_view& line)
{
    constexpr std::string_view blanks = " \t\r";
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    const auto word = line.substr(0, line.find_first_of(blanks));
    line.remove_prefix(word.size());
    return word.starts_with('#') ? std::string_view{} : word;
}

LIBNETXX_DECL void add_networks(std::vector<wire::Network>& networks, std::string_view list)
{
    base::for_each_list_item(list, [&networks](std::string_view item) {
        if (item == "all") {
            networks.emplace_back(boost::asio::ip::address_v6{}, 0);
            return;
        }
        const auto network = wire::parse_network(item);
        if (!network) throw std::invalid_argument{"'" + std::string{item} + "' is no network like 10.0.0.0/8 or ::1"};
        networks.push_back(*network);
    });
    if (networks.empty()) throw std::invalid_argument{"'" + std::string{list} + "' names no network"};
}

LIBNETXX_DECL AccessRule parse_access_rule(std::string_view pattern, std::string_view line)
{
    AccessRule rule{.paths = std::string{pattern}};
    rule.text = pattern;
    for (auto word = next_word(line); !word.empty(); word = next_word(line)) {
        rule.text.append(1, ' ').append(word);
        if (word == "or") {
            rule.either = true;
            continue;
        }
        constexpr std::array<std::string_view, 3> keywords{"allow", "deny", "users"};
        if (std::ranges::find(keywords, word) == keywords.end())
            throw std::invalid_argument{"'" + std::string{word} + "' is none of allow, deny, users, or"};
        const auto list = next_word(line);
        rule.text.append(1, ' ').append(list);
        if (list.empty()) throw std::invalid_argument{"nothing stands behind '" + std::string{word} + "'"};
        if (word == "allow") add_networks(rule.allow, list);
        else if (word == "deny") add_networks(rule.deny, list);
        else base::for_each_list_item(list, [&rule](std::string_view user) { rule.users.emplace_back(user); });
    }
    const bool networks = !rule.allow.empty() || !rule.deny.empty();
    if (!networks && rule.users.empty()) throw std::invalid_argument{"it neither allows, nor denies, nor names users"};
    if (rule.either && (!networks || rule.users.empty()))
        throw std::invalid_argument{"'or' stands between networks and users"};
    return rule;
}

/// What a rule that fits says.
LIBNETXX_DECL Access judge_by(const AccessRule& rule, const boost::asio::ip::address& client,
                              const std::optional<std::string_view>& user)
{
    const bool allowed = rule.allow.empty() || contain(rule.allow, client);
    const bool near = allowed && !contain(rule.deny, client);
    if (rule.users.empty()) return near ? Access::granted : Access::denied;
    if (!near && !rule.either) return Access::denied;
    if (near && rule.either) return Access::granted;
    const auto may = [&user](const std::string& each) { return each == "*" || each == *user; };
    return user && std::ranges::any_of(rule.users, may) ? Access::granted : Access::login;
}

}  // namespace detail

LIBNETXX_DECL bool fits(std::string_view pattern, std::string_view name) noexcept
{
    if (pattern.find('/') == pattern.npos) return detail::has_segment(pattern, name);
    if (pattern.starts_with('/')) pattern.remove_prefix(1);
    // "x/*" is meant as "x/": the name of that directory has no slash, and no rest that a star could stand for.
    if (const auto last = pattern.find_last_not_of('*'); last != pattern.npos && pattern[last] == '/')
        pattern = pattern.substr(0, last + 1);
    if (!pattern.empty() && !pattern.ends_with('/')) return matches_glob(pattern, name);
    // A directory and all below: some beginning of the name, up to a slash or its end, is that directory.
    if (pattern.empty()) return true;
    pattern.remove_suffix(1);
    for (std::size_t end = name.find('/');; end = name.find('/', end + 1)) {
        if (matches_glob(pattern, name.substr(0, end))) return true;
        if (end == name.npos) return false;
    }
}

LIBNETXX_DECL Access AccessRules::judge(std::string_view name, const boost::asio::ip::address& client,
                                        const std::optional<std::string_view>& user, std::string* rule) const
{
    auto access = Access::granted;
    const AccessRule* refusing = nullptr;
    for (auto plain = name;;) {
        const auto* const each = rule_for(plain);
        const auto judged = each == nullptr ? Access::granted : detail::judge_by(*each, client, user);
        if (judged > access) {
            access = judged;
            refusing = each;
        }
        const auto plainer = wire::plain_name(plain);
        if (plainer.size() >= plain.size()) break;
        plain = plainer;
    }
    if (rule != nullptr) *rule = refusing == nullptr ? std::string{} : refusing->text;
    return access;
}

/// The first that fits; null: none does.
LIBNETXX_DECL const AccessRule* AccessRules::rule_for(std::string_view name) const
{
    const auto rule = std::ranges::find_if(rules_, [name](const AccessRule& each) { return fits(each.paths, name); });
    return rule == rules_.end() ? nullptr : &*rule;
}

LIBNETXX_DECL std::vector<AccessRule> parse_access_rules(std::string_view text)
{
    std::vector<AccessRule> rules;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto pattern = detail::next_word(line);
        if (pattern.empty()) continue;
        try {
            rules.push_back(detail::parse_access_rule(pattern, line));
        } catch (const std::invalid_argument& error) {
            throw std::invalid_argument{"line " + std::to_string(number) + ": " + error.what()};
        }
    }
    return rules;
}

}  // namespace libnet::inline v0::engine
