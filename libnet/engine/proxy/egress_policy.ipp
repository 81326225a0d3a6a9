#pragma once

#include <libnet/base/text.hpp>
#include <libnet/engine/http/path_pattern.hpp>
#include <libnet/engine/proxy/egress_policy.hpp>
#include <libnet/engine/proxy/parent_proxy.hpp>
#include <libnet/wire/http/uri_path.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace libnet::inline v0::engine {

namespace detail {

using EgressAddress = std::optional<boost::asio::ip::address>;
using EgressSteps = std::vector<std::string>*;

/// Whether a rule fits. The later ones are worse: of several parts the worst counts.
enum class EgressFit : std::uint8_t {
    yes,
    unknown,     // it needs the target's address
    unreadable,  // it needs the target's path, which can't be read
    no,
};

LIBNETXX_DECL bool is_in_networks(const std::vector<wire::Network>& networks, const boost::asio::ip::address& address)
{
    return std::ranges::any_of(networks, [&address](const wire::Network& each) { return each.contains(address); });
}

/// "example.com" is that host, ".example.com" that and all below. Both are canonical.
LIBNETXX_DECL bool fits_host(std::string_view pattern, std::string_view name) noexcept
{
    if (!pattern.starts_with('.')) return pattern == name;
    return name == pattern.substr(1) || name.ends_with(pattern);
}

LIBNETXX_DECL EgressFit fit_of(bool fits) noexcept { return fits ? EgressFit::yes : EgressFit::no; }

/// One of the rule's names is one of the certificate's.
LIBNETXX_DECL bool has_certificate(const EgressRule& rule, const EgressClient& client)
{
    if (client.identity == nullptr || client.identity->certificate.empty()) return false;
    return std::ranges::any_of(rule.certificates, [&names = client.identity->certificate](const std::string& each) {
        return each == "*" || std::ranges::find(names, each) != names.end();
    });
}

LIBNETXX_DECL bool has_uid(const EgressRule& rule, const EgressClient& client)
{
    if (client.identity == nullptr || !client.identity->uid) return false;
    return std::ranges::find(rule.uids, *client.identity->uid) != rule.uids.end();
}

LIBNETXX_DECL bool fits_client(const EgressRule& rule, const EgressClient& client)
{
    if (!rule.times.contains(client.when)) return false;
    if (!rule.from.empty() && !is_in_networks(rule.from, client.address)) return false;
    const auto is_listener = [&client](const std::string& each) { return each == client.listener; };
    if (!rule.listeners.empty() && std::ranges::none_of(rule.listeners, is_listener)) return false;
    if (!rule.certificates.empty() && !has_certificate(rule, client)) return false;
    if (!rule.uids.empty() && !has_uid(rule, client)) return false;
    if (rule.users.empty()) return true;
    const auto is_user = [&client](const std::string& each) { return each == "*" || each == *client.user; };
    return client.user && std::ranges::any_of(rule.users, is_user);
}

LIBNETXX_DECL bool has_target_address(const EgressRule& rule, const boost::asio::ip::address& address)
{
    const auto has_address = [&address](const NamedList& each) { return each.list->find(address).has_value(); };
    return is_in_networks(rule.networks, address) || std::ranges::any_of(rule.lists, has_address);
}

/// Whether a rule's hosts, networks or lists have the target. One of them is enough. An IPv6 address that leads to an IPv4
/// address fits what has that one, too.
LIBNETXX_DECL EgressFit fit_target_host(const EgressRule& rule, const EgressTarget& target,
                                        const EgressAddress& address)
{
    const auto& host = *target.host;
    if (rule.hosts.empty() && rule.networks.empty() && rule.lists.empty()) return EgressFit::yes;
    const auto fits_name = [&host](const std::string& pattern) { return fits_host(pattern, host.name); };
    if (!host.address && std::ranges::any_of(rule.hosts, fits_name)) return EgressFit::yes;
    const auto has_name = [&host](const NamedList& each) { return each.list->find(host.name).has_value(); };
    if (!host.address && std::ranges::any_of(rule.lists, has_name)) return EgressFit::yes;
    const auto has_networks = [](const NamedList& each) { return each.list->networks() > 0; };
    if (!address) {
        const bool needs_address = !rule.networks.empty() || std::ranges::any_of(rule.lists, has_networks);
        return needs_address && !target.goes_by_parent ? EgressFit::unknown : EgressFit::no;
    }
    if (has_target_address(rule, *address)) return EgressFit::yes;
    const auto carried = carried_v4(*address);
    return fit_of(carried && has_target_address(rule, *carried));
}

LIBNETXX_DECL EgressFit fit_path(const EgressRule& rule, const EgressTarget& target)
{
    if (rule.paths.empty()) return EgressFit::yes;
    if (target.is_tunnel()) return EgressFit::no;
    if (!target.path) return EgressFit::unreadable;
    const auto fits_path = [&target](const std::string& pattern) { return matches_glob(pattern, *target.path); };
    return fit_of(std::ranges::any_of(rule.paths, fits_path));
}

LIBNETXX_DECL EgressFit fit_rule(const EgressRule& rule, const EgressClient& client, const EgressTarget& target,
                                 const EgressAddress& address)
{
    const auto has_port = [&target](const PortRange& range) { return range.contains(target.port); };
    if (!fits_client(rule, client)) return EgressFit::no;
    if (!rule.ports.empty() && std::ranges::none_of(rule.ports, has_port)) return EgressFit::no;
    const bool is_forged = target.method == "UDP" && !target.is_datagram;
    if (!rule.methods.empty() && (is_forged || std::ranges::find(rule.methods, target.method) == rule.methods.end()))
        return EgressFit::no;
    return std::max(fit_target_host(rule, target, address), fit_path(rule, target));
}

LIBNETXX_DECL std::string words_for(const EgressRule& rule)
{
    return "rule in line " + std::to_string(rule.line) + ", '" + rule.text + "'";
}

LIBNETXX_DECL void note_fit(EgressSteps steps, const EgressRule& rule, EgressFit fit)
{
    if (!steps) return;
    constexpr std::array<std::string_view, 4> words{"fits, and decides", "needs the target's address",
                                                    "needs the path, which can't be read", "doesn't fit"};
    steps->push_back(words_for(rule) + ": " + std::string{words[static_cast<std::size_t>(fit)]});
}

/// Points 3 and 4 of the theory of operation. `undecided`: the rule that needs an address, for which it is allowed for now;
/// else null.
LIBNETXX_DECL EgressDecision judge_by_rules(const EgressRules& rules, const EgressClient& client,
                                            const EgressTarget& target, const EgressAddress& address,
                                            const EgressRule*& undecided, EgressSteps steps)
{
    undecided = nullptr;
    for (const auto& rule : rules.rules) {
        const auto fit = fit_rule(rule, client, target, address);
        note_fit(steps, rule, fit);
        if (fit == EgressFit::no) continue;
        if (fit == EgressFit::unreadable) return {EgressVerdict::bad_path, &rule};
        if (fit == EgressFit::unknown) {
            undecided = &rule;
            return {};
        }
        return {rule.allows ? EgressVerdict::allowed : EgressVerdict::rule_denied, &rule};
    }
    if (steps)
        steps->push_back(rules.allows_by_default ? "no rule fits: the default is to allow"
                                                 : "no rule fits: the default is to deny");
    return {rules.allows_by_default ? EgressVerdict::allowed : EgressVerdict::default_denied};
}

/// Names that mean a metadata service wherever they are looked up.
LIBNETXX_DECL bool is_metadata_name(std::string_view name) noexcept
{
    constexpr std::string_view names[] = {"metadata.google.internal",
                                          "metadata.goog",
                                          "metadata.azure.internal",
                                          "metadata.azure.com",
                                          "instance-data",
                                          "instance-data.ec2.internal",
                                          "metadata.tencentyun.com",
                                          "metadata.platformequinix.com"};
    return std::ranges::find(names, name) != std::end(names);
}

LIBNETXX_DECL bool is_open(EgressVerdict verdict, bool allow_private) noexcept
{
    if (verdict == EgressVerdict::multicast_address || verdict == EgressVerdict::metadata_address) return false;
    return verdict == EgressVerdict::allowed || allow_private;
}

/// A service that has this name; of several with the same name each one counts.
LIBNETXX_DECL bool is_private_service(const std::vector<PrivateService>& services, const wire::CanonicalHost& host,
                                      const EgressAddress& address)
{
    return std::ranges::any_of(services, [&](const PrivateService& service) {
        return !host.address && fits_host(service.host, host.name) &&
               (!address || is_in_networks(service.networks, *address));
    });
}

/// Point 5.
LIBNETXX_DECL EgressVerdict judge_address_kind(const EgressPolicyOptions& options, const EgressTarget& target,
                                               const EgressAddress& address, EgressSteps steps)
{
    const auto& host = *target.host;
    const bool is_service = is_private_service(options.rules.services, host, address);
    if (!is_service && !host.address && is_metadata_name(host.name)) {
        if (steps) steps->push_back(host.name + " is the name of a metadata service");
        return EgressVerdict::metadata_address;
    }
    if (!address && target.goes_by_parent && !options.allow_private && fits_host(".localhost", host.name)) {
        if (steps) steps->push_back(host.name + " is loopback, wherever it is looked up");
        return EgressVerdict::loopback_address;
    }
    if (!address) return EgressVerdict::allowed;
    const auto kind = classify(*address);
    const auto verdict = verdict_of(kind);
    const bool open = is_service || is_open(verdict, options.allow_private);
    if (steps) {
        auto step = "the address " + address->to_string() + " is " + std::string{name_of(kind)};
        if (is_service && verdict != EgressVerdict::allowed) step += ", and open as a private service";
        else if (open && verdict != EgressVerdict::allowed) step += ", which allow-private opens";
        steps->push_back(std::move(step));
    }
    return open ? EgressVerdict::allowed : verdict;
}

/// Whether connect_ports have a port that only they open.
LIBNETXX_DECL bool is_listed(const std::vector<PortRange>& ports, const EgressTarget& target)
{
    constexpr PortRange https{443};
    if (!target.is_tunnel() && !target.is_tls) return true;
    if (ports.empty()) return !target.is_by_http || https.contains(target.port);
    return std::ranges::any_of(ports, [&target](const PortRange& each) { return each.contains(target.port); });
}

LIBNETXX_DECL EgressDecision deny_port(const EgressTarget& target, EgressSteps steps)
{
    if (steps) steps->push_back("tunnels and TLS don't go to port " + std::to_string(target.port));
    return {EgressVerdict::port_denied};
}

LIBNETXX_DECL EgressDecision judge_strictly(const EgressPolicyOptions& options, const EgressClient& client,
                                            const EgressTarget& target, const EgressAddress& address, EgressSteps steps)
{
    if (!target.host) {
        if (steps) steps->push_back("the host is neither a name nor an address");
        return {EgressVerdict::bad_host};
    }
    const bool is_open = is_listed(options.connect_ports, target);
    if (!is_open && !options.connect_ports.empty()) return deny_port(target, steps);
    const EgressRule* undecided = nullptr;
    auto decision = judge_by_rules(options.rules, client, target, address, undecided, steps);
    if (decision.verdict != EgressVerdict::allowed) return decision;
    const auto* const rule = undecided != nullptr ? undecided : decision.rule;
    const bool names_port = rule != nullptr && !rule->ports.empty();
    if (!is_open && !names_port) return deny_port(target, steps);
    if (undecided != nullptr) return decision;
    const auto verdict = judge_address_kind(options, target, address, steps);
    if (verdict == EgressVerdict::allowed) return decision;
    return {verdict};
}

/// Whether a policy that only reports lets it through: not to a host that is none, and not to machines' credentials.
LIBNETXX_DECL bool may_go_on(EgressVerdict verdict) noexcept
{
    return verdict != EgressVerdict::allowed && verdict != EgressVerdict::bad_host &&
           verdict != EgressVerdict::metadata_address;
}

/// The path of a decision about its limits.
LIBNETXX_DECL void explain_limits(std::vector<std::string>& lines, const EgressPolicy& policy,
                                  const EgressClient& client, const EgressTarget& target)
{
    for (const auto& limit : policy.options().rules.limits)
        if (policy.is_limited(limit, client, target))
            lines.push_back("limit in line " + std::to_string(limit.rule.line) + ", '" + limit.rule.text + "': counts");
}

LIBNETXX_DECL std::string words_for(const EgressClient& client)
{
    auto words = "client " + client.address.to_string();
    if (client.user) words.append(", user ").append(*client.user);
    if (client.identity != nullptr) {
        for (const auto& name : client.identity->certificate) words.append(", certificate ").append(name);
        if (client.identity->uid) words.append(", uid ").append(std::to_string(*client.identity->uid));
    }
    if (!client.listener.empty()) words.append(", listener ").append(client.listener);
    return words;
}

LIBNETXX_DECL std::string words_for(const EgressTarget& target)
{
    auto words = "target " + target.method + " ";
    if (!target.host) return words + "(no host)";
    const bool is_v6 = target.host->address && target.host->address->is_v6();
    words.append(is_v6 ? "[" : "").append(target.host->name).append(is_v6 ? "]" : "");
    words.append(":").append(std::to_string(target.port));
    if (target.path) words.append(*target.path);
    return words;
}

LIBNETXX_DECL std::string words_for(const EgressDecision& decision)
{
    auto words = std::string{name_of(decision.verdict)};
    if (decision.rule) words += " by the " + words_for(*decision.rule);
    if (decision.is_reported) words += "; the policy only reports: it goes on";
    return words;
}

/// "route: corp, then spare, then directly"
LIBNETXX_DECL std::string words_for_route(const std::vector<std::string>& route)
{
    std::string words;
    for (const auto& way : route) {
        words += words.empty() ? "route: " : ", then ";
        words += way == direct_route ? "directly" : "the parent " + way;
    }
    return words;
}

}  // namespace detail

LIBNETXX_DECL EgressTarget egress_target(std::string_view host, std::uint16_t port, std::string_view method,
                                         std::string_view path)
{
    EgressTarget target{wire::canonical_host(host), port, std::string{method}, std::nullopt};
    if (target.is_tunnel()) return target;
    // An empty path is the root (RFC 9112 section 3.2.1).
    wire::FilePath decoded;
    if (!wire::decode_path(path.empty() ? "/" : path, decoded)) return target;
    target.path = "/" + decoded.name;
    if (decoded.directory && !decoded.name.empty()) *target.path += '/';
    return target;
}

LIBNETXX_DECL EgressTarget datagram_target(std::string_view host, std::uint16_t port)
{
    EgressTarget target{wire::canonical_host(host), port, "UDP", std::nullopt};
    target.is_datagram = true;
    target.is_by_http = false;
    return target;
}

LIBNETXX_DECL EgressTarget egress_target(const wire::RequestHead& request)
{
    const bool is_tls = base::iequals(request.scheme, "https");
    auto target = egress_target(request.authority.host, request.authority.port.value_or(is_tls ? 443 : 80),
                                request.method, request.path);
    target.is_tls = is_tls;
    return target;
}

LIBNETXX_DECL EgressDecision EgressPolicy::judge(const EgressClient& client, const EgressTarget& target,
                                                 const std::optional<boost::asio::ip::address>& address,
                                                 std::vector<std::string>* steps) const
{
    auto known = address;
    if (target.host && target.host->address) known = target.host->address;  // an address has no other
    if (known) known = wire::unmapped(*known);
    auto decision = detail::judge_strictly(options_, client, target, known, steps);
    decision.is_reported = options_.rules.report_only && detail::may_go_on(decision.verdict);
    return decision;
}

/// Networks of targets don't stand in limits; a path that can't be read could be any.
LIBNETXX_DECL bool EgressPolicy::is_limited(const EgressLimit& limit, const EgressClient& client,
                                            const EgressTarget& target) const
{
    return target.host && detail::fit_rule(limit.rule, client, target, target.host->address) != detail::EgressFit::no;
}

/// The first rule that fits a target with a host, of which no more than that is known; null: none does.
LIBNETXX_DECL const EgressRule* EgressPolicy::first_by_name(const EgressClient& client,
                                                            const EgressTarget& target) const
{
    auto by_name = target;
    by_name.goes_by_parent = true;
    const auto found = std::ranges::find_if(options_.rules.rules, [&](const EgressRule& rule) {
        return detail::fit_rule(rule, client, by_name, target.host->address) != detail::EgressFit::no;
    });
    return found == options_.rules.rules.end() ? nullptr : &*found;
}

LIBNETXX_DECL ParentPreface EgressPolicy::preface(const EgressClient& client, const EgressTarget& target) const
{
    const auto* const rule = has_prefaces_ && target.host ? first_by_name(client, target) : nullptr;
    return rule != nullptr ? rule->preface : ParentPreface::none;
}

LIBNETXX_DECL std::vector<std::string> EgressPolicy::route(const EgressClient& client, const EgressTarget& target) const
{
    const std::vector<std::string> direct{std::string{direct_route}};
    if (!target.host) return direct;
    const auto& rules = options_.rules;
    const auto* const decides = first_by_name(client, target);
    if (decides != nullptr && !decides->route.empty()) return decides->route;
    if (detail::is_private_service(rules.services, *target.host, {})) return direct;
    if (!rules.route.empty()) return rules.route;
    return options_.route.empty() ? direct : options_.route;
}

LIBNETXX_DECL std::vector<std::string> explain(const EgressPolicy& policy, const EgressClient& client,
                                               const EgressTarget& target,
                                               const std::vector<boost::asio::ip::address>& addresses)
{
    std::vector<std::string> lines{detail::words_for(client), detail::words_for(target)};
    if (policy.names_times())
        lines.push_back("time " + to_string(client.when.local) + ", utc " + to_string(client.when.utc));
    const auto add = [&](const detail::EgressAddress& address) {
        std::vector<std::string> steps;
        const auto decision = policy.judge(client, target, address, &steps);
        lines.push_back(address ? "with the address " + address->to_string() + ":"
                                : std::string{"before the name is looked up:"});
        for (const auto& step : steps) lines.push_back("  " + step);
        lines.push_back("  verdict: " + detail::words_for(decision));
        return decision.goes_on();
    };
    const auto route = policy.route(client, target);
    if (route.size() > 1 || route.front() != direct_route) lines.push_back(detail::words_for_route(route));
    if (route.front() != direct_route) {
        auto by_parent = target;
        by_parent.goes_by_parent = true;
        std::vector<std::string> steps;
        const auto decision = policy.judge(client, by_parent, {}, &steps);
        lines.emplace_back("by the parent " + route.front() + ", which looks the name up:");
        for (const auto& step : steps) lines.push_back("  " + step);
        lines.push_back("  verdict: " + detail::words_for(decision));
        const bool also_direct = std::ranges::find(route, direct_route) != route.end();
        if (!also_direct && decision.goes_on()) detail::explain_limits(lines, policy, client, target);
        if (!also_direct) return lines;
    }
    const bool is_address = target.host && target.host->address;
    if (is_address) {
        if (add(*target.host->address)) detail::explain_limits(lines, policy, client, target);
        return lines;
    }
    if (!add(std::nullopt)) return lines;
    for (const auto& address : addresses) add(address);
    detail::explain_limits(lines, policy, client, target);
    return lines;
}

}  // namespace libnet::inline v0::engine
