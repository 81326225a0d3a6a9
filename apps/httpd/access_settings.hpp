#pragma once
// The options of httpd++ about who may have what, how much of it, and who that is behind a proxy.
//
//   apps::AccessSettings access;
//   add_options(table, access);
//   ...
//   options.access = read_access(table, faults, access);
//   apply(access, options);

#include <apps/common/guard_settings.hpp>
#include <apps/common/option_values.hpp>
#include <apps/common/options.hpp>
#include <libnet/static_file_server_options.hpp>

#include <cstdint>
#include <vector>

namespace libnet::apps {

/// What the command line says about access and about limits for each client.
struct AccessSettings : GuardSettings {
    std::uint64_t min_rate = StaticFileServerOptions{}.min_send_rate;
    std::uint64_t min_receive_rate = StaticFileServerOptions{}.min_receive_rate;
    std::vector<AccessNetwork> proxy_protocol{}, trusted_proxies{};
    ForwardingField forwarding_field = StaticFileServerOptions{}.forwarding_field;
};

/// Adds --users, --access, the limits for each client and the proxies that are believed, in groups of their own.
inline void add_options(Options& table, AccessSettings& settings)
{
    add_access(table, settings,
               {.users = "who can log in, made by htpasswd; without rules everybody has to",
                .rule = "'PATHS RULE'",
                .rules = "'/admin/ allow 10.0.0.0/8 users alice', '*.key deny all'; the first fit decides",
                .file = "more, one a line; exceptions first: '/a/open/ allow all', then '/a/ users *'",
                .realm = "what browsers show when they ask for a password (files)"});
    add_client_limits(table, settings)
        .value("min-rate", "BYTES", "a second that a client takes at least of what it is sent (500)",
               integer<std::uint64_t>(0), settings.min_rate)
        .value("min-receive-rate", "BYTES", "a second, for which it may take longer than --header-timeout (500)",
               integer<std::uint64_t>(0), settings.min_receive_rate);
    table.rare_group("Behind proxies")
        .list("proxy-protocol", "NETWORK", "whose connections begin with a PROXY header; may be given several times",
              network(), settings.proxy_protocol)
        .list("trust-proxy", "NETWORK", "whose requests say who the client is; may be given several times", network(),
              settings.trusted_proxies)
        .value("trust-header", "NAME", "where: x-forwarded-for or forwarded (x-forwarded-for)",
               choice<ForwardingField>(
                   {{"x-forwarded-for", ForwardingField::x_forwarded_for}, {"forwarded", ForwardingField::forwarded}}),
               settings.forwarding_field);
}

/// Takes the settings over, but for the files.
inline void apply(const AccessSettings& settings, StaticFileServerOptions& options)
{
    options.limits = limiter_of(settings);
    options.min_send_rate = settings.min_rate;
    options.min_receive_rate = settings.min_receive_rate;
    options.proxy_protocol = settings.proxy_protocol;
    options.trusted_proxies = settings.trusted_proxies;
    options.forwarding_field = settings.forwarding_field;
}

}  // namespace libnet::apps
