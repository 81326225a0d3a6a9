#pragma once

#include <libnet/base/json_string.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/proxy/pac_file.hpp>
#include <libnet/engine/proxy/parent_proxy.hpp>

#include <algorithm>
#include <vector>

namespace libnet::inline v0::engine {

namespace detail {

/// A line that has a host, or with a dot in front it and all below, go through the proxy.
LIBNETXX_DECL void append_pac_host(std::string& script, const std::string& host)
{
    const bool and_below = host.starts_with('.');
    script += "    if (host == ";
    base::append_json_string(script, and_below ? host.substr(1) : host);
    if (and_below) {
        script += " || dnsDomainIs(host, ";
        base::append_json_string(script, host);
        script += ")";
    }
    script += ") return proxy;\n";
}

LIBNETXX_DECL bool begins_with_parent(const std::vector<std::string>& route)
{
    return !route.empty() && route.front() != direct_route;
}

/// Names of any kind may go by a parent: by default, or by a rule whose hosts can't be written down here.
LIBNETXX_DECL bool names_go_by_parent(const EgressPolicyOptions& options)
{
    if (begins_with_parent(options.rules.route.empty() ? options.route : options.rules.route)) return true;
    return std::ranges::any_of(options.rules.rules, [](const EgressRule& rule) {
        return begins_with_parent(rule.route) && (rule.hosts.empty() || !rule.lists.empty());
    });
}

}  // namespace detail

LIBNETXX_DECL std::string pac_file(const EgressPolicy& policy, std::string_view proxy)
{
    const auto& options = policy.options();
    std::string script = "function FindProxyForURL(url, host) {\n    var proxy = ";
    base::append_json_string(script, proxy);
    script += ";\n    host = host.toLowerCase().replace(/\\.$/, \"\");\n";
    for (const auto& service : options.rules.services) detail::append_pac_host(script, service.host);
    for (const auto& rule : options.rules.rules)
        if (detail::begins_with_parent(rule.route))
            for (const auto& host : rule.hosts) detail::append_pac_host(script, host);
    if (!options.allow_private) {
        if (!detail::names_go_by_parent(options))
            script +=
                "    if (isPlainHostName(host) && host.indexOf(\":\") < 0 && !/^[0-9]/.test(host)) return "
                "\"DIRECT\";\n";
        else script += "    if (host == \"localhost\") return \"DIRECT\";\n";
        script +=
            "    if (dnsDomainIs(host, \".localhost\") || host.indexOf(\":\") >= 0) return \"DIRECT\";\n"
            "    if (/^(0|10|127|169\\.254|192\\.168|172\\.(1[6-9]|2[0-9]|3[01])|"
            "100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7]))\\.[0-9.]+$/.test(host)) return \"DIRECT\";\n";
    }
    return script + "    return proxy;\n}\n";
}

}  // namespace libnet::inline v0::engine
