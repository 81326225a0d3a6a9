#pragma once

#include <libnet/base/text.hpp>
#include <libnet/engine/proxy/egress_rule.hpp>
#include <libnet/engine/proxy/parent_proxy.hpp>
#include <libnet/wire/dns/idn.hpp>
#include <libnet/wire/http/canonical_host.hpp>
#include <libnet/wire/http/http_syntax.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

namespace libnet::inline v0::engine {

namespace detail {

LIBNETXX_DECL std::invalid_argument bad_word(std::string_view word, std::string_view why)
{
    return std::invalid_argument{"'" + std::string{word} + "' " + std::string{why}};
}

/// The words of a line, parted by white space and commas, without its comment. "proxy=corp" is two words, of which
/// the first one is "proxy=".
LIBNETXX_DECL std::vector<std::string_view> egress_words_of(std::string_view line)
{
    line = line.substr(0, line.find('#'));
    constexpr std::array<std::string_view, 2> joined{"send-proxy=", "proxy="};
    constexpr std::string_view blank = " \t\r,";
    std::vector<std::string_view> words;
    for (;;) {
        line.remove_prefix(std::min(line.find_first_not_of(blank), line.size()));
        if (line.empty()) return words;
        auto word = line.substr(0, line.find_first_of(blank));
        for (const auto keyword : joined)
            if (word.starts_with(keyword)) word = word.substr(0, keyword.size());
        words.push_back(word);
        line.remove_prefix(word.size());
    }
}

LIBNETXX_DECL wire::Network egress_network(std::string_view word)
{
    const auto network = wire::parse_network(word);
    if (!network) throw bad_word(word, "is no network like 10.0.0.0/8 or 2001:db8::/32");
    return *network;
}

/// "example.com" or ".example.com", canonical.
LIBNETXX_DECL std::string egress_host(std::string_view word)
{
    const bool has_subdomains = word.starts_with('.');
    const auto ascii = wire::ascii_host_name(std::string{word.substr(has_subdomains ? 1 : 0)});
    const auto host = ascii ? wire::canonical_host(*ascii) : std::nullopt;
    if (!host || host->address)
        throw bad_word(word, "is no host name like example.com, or .example.com for that and all below");
    return (has_subdomains ? "." : "") + host->name;
}

/// One value behind `to`.
LIBNETXX_DECL void add_target(EgressRule& rule, std::string_view word, const FindList& find_list, bool& any_host)
{
    if (word == "*") {
        any_host = true;
    } else if (word.starts_with('@')) {
        std::string name{word.substr(1)};
        if (name.empty()) throw bad_word(word, "names no list");
        auto list = find_list(name);
        rule.lists.push_back({std::move(name), std::move(list)});
    } else if (const auto ports = parse_port_range(word)) {
        rule.ports.push_back(*ports);
    } else if (const auto network = wire::parse_network(word)) {
        rule.networks.push_back(*network);
    } else if (word.find('/') != word.npos || word.find(':') != word.npos) {
        throw bad_word(word, "is no network like 10.0.0.0/8 or 2001:db8::/32; ports are words of their own");
    } else {
        rule.hosts.push_back(egress_host(word));
    }
}

LIBNETXX_DECL void add_way(std::vector<std::string>& route, std::string_view word)
{
    if (word != direct_route && !is_parent_name(word))
        throw bad_word(word, "is no name of a parent proxy, nor 'direct'");
    if (std::ranges::find(route, word) != route.end()) throw bad_word(word, "is there twice");
    route.emplace_back(word);
}

LIBNETXX_DECL ParentPreface preface_of(std::string_view word)
{
    if (word == "v1") return ParentPreface::proxy_v1;
    if (word == "v2") return ParentPreface::proxy_v2;
    throw bad_word(word, "is no version of the PROXY protocol: v1 or v2");
}

LIBNETXX_DECL void add_value(EgressRule& rule, std::string_view keyword, std::string_view word)
{
    if (keyword == "from") {
        rule.from.push_back(egress_network(word));
    } else if (keyword == "user") {
        rule.users.emplace_back(word);
    } else if (keyword == "certificate") {
        rule.certificates.emplace_back(word);
    } else if (keyword == "uid") {
        const auto uid = base::parse_number<std::uint32_t>(word);
        if (!uid) throw bad_word(word, "is no number of a user: 'id -u NAME' says it");
        rule.uids.push_back(*uid);
    } else if (keyword == "listener") {
        rule.listeners.emplace_back(word);
    } else if (keyword == "proxy=") {
        add_way(rule.route, word);
    } else if (keyword == "send-proxy=") {
        if (rule.preface != ParentPreface::none) throw bad_word(word, "is one version too many");
        rule.preface = preface_of(word);
    } else if (keyword == "methods") {
        if (!wire::is_token(word)) throw bad_word(word, "is no method");
        rule.methods.emplace_back(word);
    } else {
        if (!word.starts_with('/') && !word.starts_with('*')) throw bad_word(word, "is no path: paths begin with /");
        rule.paths.emplace_back(word);
    }
}

/// The amounts of a limit, while it is read.
LIBNETXX_DECL void add_amount(EgressAmounts& amounts, std::string_view keyword, std::string_view word)
{
    if (keyword == "quota") {
        amounts.quota = parse_limit_amount(word);
    } else if (keyword == "requests") {
        amounts.requests = parse_limit_amount(word);
    } else {
        const auto rate = parse_limit_amount(word);
        if (rate.period != std::chrono::seconds{1}) throw bad_word(word, "is no rate: give one like 500K/s");
        amounts.bytes_per_second = rate.amount;
    }
}

/// What is counted together, of the words behind `per`.
LIBNETXX_DECL LimitPer limit_per(std::span<const std::string_view> words)
{
    const auto has = [words](std::string_view word) { return std::ranges::find(words, word) != words.end(); };
    for (const auto word : words)
        if (word != "client" && word != "target" && word != "rule")
            throw bad_word(word, "is none of client, target, rule");
    if (has("rule") && words.size() > 1) throw bad_word("rule", "is everything: nothing else can stand beside it");
    if (has("rule")) return LimitPer::rule;
    if (!has("target")) return LimitPer::client;
    return has("client") ? LimitPer::client_and_target : LimitPer::target;
}

/// A word that begins a part of a rule, and the words of that part.
struct EgressPart {
    std::string_view keyword;
    std::vector<std::string_view> words{};
};

/// The parts of a rule's words, each with something in it.
LIBNETXX_DECL std::vector<EgressPart> egress_parts(std::span<const std::string_view> words,
                                                   std::span<const std::string_view> keywords)
{
    std::vector<EgressPart> parts;
    for (const auto word : words) {
        const bool is_keyword = std::ranges::find(keywords, word) != keywords.end();
        if (!is_keyword && parts.empty()) {
            std::string known;
            for (const auto each : keywords) known.append(known.empty() ? "" : ", ").append(each);
            throw bad_word(word, "is none of " + known);
        }
        if (!is_keyword) {
            parts.back().words.push_back(word);
            continue;
        }
        if (!parts.empty() && parts.back().words.empty())
            throw bad_word(parts.back().keyword, "has no values behind it");
        if (std::ranges::find(parts, word, &EgressPart::keyword) != parts.end()) throw bad_word(word, "is there twice");
        parts.push_back({word, {}});
    }
    if (!parts.empty() && parts.back().words.empty()) throw bad_word(parts.back().keyword, "has no values behind it");
    return parts;
}

inline constexpr std::array<std::string_view, 11> rule_keywords{
    "from", "user", "certificate", "uid", "listener", "to", "methods", "paths", "times", "proxy=", "send-proxy="};
inline constexpr std::array<std::string_view, 13> limit_keywords{
    "from",  "user",  "certificate", "uid",   "listener", "to", "methods",
    "paths", "times", "rate",        "quota", "requests", "per"};

LIBNETXX_DECL void read_egress_part(EgressRule& rule, const EgressPart& part, const FindList& find_list)
{
    if (part.keyword == "times") {
        rule.times = parse_week_times(part.words);
        return;
    }
    bool any_host = false;
    for (const auto word : part.words) {
        if (part.keyword == "to") add_target(rule, word, find_list, any_host);
        else add_value(rule, part.keyword, word);
    }
    const bool some_hosts = !rule.hosts.empty() || !rule.networks.empty() || !rule.lists.empty();
    if (any_host && some_hosts) throw std::invalid_argument{"'*' is every host: nothing else can stand beside it"};
}

/// A limit's words behind `limit`.
LIBNETXX_DECL void read_egress_limit(EgressLimit& limit, std::span<const std::string_view> words,
                                     const FindList& find_list)
{
    for (const auto& part : egress_parts(words, limit_keywords)) {
        const bool is_amount = part.keyword == "rate" || part.keyword == "quota" || part.keyword == "requests";
        if (part.keyword == "per") limit.amounts.per = limit_per(part.words);
        else if (!is_amount) read_egress_part(limit.rule, part, find_list);
        else if (part.words.size() > 1) throw bad_word(part.words[1], "is one value too many");
        else add_amount(limit.amounts, part.keyword, part.words.front());
    }
    const auto& amounts = limit.amounts;
    if (amounts.bytes_per_second == 0 && amounts.quota.amount == 0 && amounts.requests.amount == 0)
        throw std::invalid_argument{
            "'limit' wants a rate, a quota or requests: rate 1M/s, quota 10G/day, requests 100/min"};
    const auto has_networks = [](const NamedList& each) { return each.list->networks() > 0; };
    if (!limit.rule.networks.empty() || std::ranges::any_of(limit.rule.lists, has_networks))
        throw std::invalid_argument{
            "a limit is decided before its target's address is known: it can't have networks behind "
            "'to'; give hosts and ports"};
}

LIBNETXX_DECL PrivateService read_private_service(std::span<const std::string_view> words)
{
    if (words.size() < 2) throw std::invalid_argument{"'private' wants a host and its networks"};
    PrivateService service{egress_host(words.front()), {}};
    for (const auto word : words.subspan(1)) service.networks.push_back(egress_network(word));
    return service;
}

/// The words behind `default`.
LIBNETXX_DECL void read_egress_default(EgressRules& rules, std::span<const std::string_view> words)
{
    if (words.size() > 1 && words[0] == "proxy=") {
        if (!rules.route.empty()) throw std::invalid_argument{"'default proxy=' is there twice"};
        for (const auto word : words.subspan(1)) add_way(rules.route, word);
    } else if (words.size() == 1 && (words[0] == "allow" || words[0] == "deny")) {
        rules.allows_by_default = words[0] == "allow";
    } else {
        throw std::invalid_argument{"'default' wants allow or deny behind it, or proxy= and names"};
    }
}

LIBNETXX_DECL void read_egress_line(EgressRules& rules, std::string_view line, std::size_t number,
                                    const FindList& find_list)
{
    const auto words = egress_words_of(line);
    if (words.empty()) return;
    const auto keyword = words.front();
    const auto rest = std::span{words}.subspan(1);
    if (keyword == "allow" || keyword == "deny") {
        EgressRule rule;
        rule.allows = keyword == "allow";
        rule.line = number;
        rule.text = base::trim(line.substr(0, line.find_first_of("#\r")));
        for (const auto& part : egress_parts(rest, rule_keywords)) read_egress_part(rule, part, find_list);
        if (!rule.allows && !rule.route.empty()) throw std::invalid_argument{"what is denied goes by no proxy"};
        if (!rule.allows && rule.preface != ParentPreface::none)
            throw std::invalid_argument{"what is denied gets no PROXY header: send-proxy= is for allow"};
        rules.rules.push_back(std::move(rule));
    } else if (keyword == "limit") {
        EgressLimit limit;
        limit.rule.line = number;
        limit.rule.text = base::trim(line.substr(0, line.find_first_of("#\r")));
        read_egress_limit(limit, rest, find_list);
        rules.limits.push_back(std::move(limit));
    } else if (keyword == "private") {
        rules.services.push_back(read_private_service(rest));
    } else if (keyword == "default") {
        read_egress_default(rules, rest);
    } else if (keyword == "report-only" && rest.empty()) {
        rules.report_only = true;
    } else {
        throw bad_word(keyword, "is none of allow, deny, limit, private, default, report-only");
    }
}

}  // namespace detail

LIBNETXX_DECL std::optional<PortRange> parse_port_range(std::string_view text)
{
    const auto dash = text.find('-');
    const auto first = base::parse_number<std::uint16_t>(text.substr(0, dash));
    const auto last = dash == text.npos ? first : base::parse_number<std::uint16_t>(text.substr(dash + 1));
    if (!first || !last) return std::nullopt;
    if (*first == 0 || *last < *first) throw detail::bad_word(text, "is no range of ports from 1 to 65535");
    return PortRange{*first, *last};
}

LIBNETXX_DECL EgressRules parse_egress_rules(std::string_view text, const FindList& find_list)
{
    EgressRules rules;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto line = base::take_line(text);
        try {
            detail::read_egress_line(rules, line, number, find_list);
        } catch (const std::invalid_argument& error) {
            throw std::invalid_argument{"line " + std::to_string(number) + ": " + error.what()};
        }
    }
    return rules;
}

}  // namespace libnet::inline v0::engine
