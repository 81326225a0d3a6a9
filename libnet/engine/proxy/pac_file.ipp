#pragma once

#include <libnet/base/json_string.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/proxy/pac_file.hpp>

namespace libnet::inline v0::engine {

LIBNETXX_DECL std::string pac_file(const EgressPolicy& policy, std::string_view proxy)
{
    std::string script = "function FindProxyForURL(url, host) {\n    var proxy = ";
    base::append_json_string(script, proxy);
    script += ";\n    host = host.toLowerCase().replace(/\\.$/, \"\");\n";
    for (const auto& service : policy.options().rules.services) {
        const bool and_below = service.host.starts_with('.');
        const auto name = and_below ? service.host.substr(1) : service.host;
        script += "    if (host == ";
        base::append_json_string(script, name);
        if (and_below) {
            script += " || dnsDomainIs(host, ";
            base::append_json_string(script, service.host);
            script += ")";
        }
        script += ") return proxy;\n";
    }
    if (!policy.options().allow_private)
        script +=
            "    if (isPlainHostName(host) && host.indexOf(\":\") < 0 && !/^[0-9]/.test(host)) return \"DIRECT\";\n"
            "    if (dnsDomainIs(host, \".localhost\") || host.indexOf(\":\") >= 0) return \"DIRECT\";\n"
            "    if (/^(0|10|127|169\\.254|192\\.168|172\\.(1[6-9]|2[0-9]|3[01])|"
            "100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7]))\\.[0-9.]+$/.test(host)) return \"DIRECT\";\n";
    return script + "    return proxy;\n}\n";
}

}  // namespace libnet::inline v0::engine
