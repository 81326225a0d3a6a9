#pragma once
// The options of httpd++ about who may have what, and how much of it.
//
//   apps::AccessSettings access;
//   add_options(table, access);
//   ...
//   apply(access, options);                 // throws std::exception: what is wrong with the files

#include <apps/common/option_values.hpp>
#include <apps/common/options.hpp>
#include <apps/httpd/units.hpp>
#include <libnet/static_file_server_options.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace libnet::apps {

/// What the command line says about access and about limits for each client.
struct AccessSettings {
    io::AccessOptions access{};
    engine::ClientLimits limits{};
    std::uint64_t min_rate = StaticFileServerOptions{}.min_send_rate;
    std::uint64_t min_receive_rate = StaticFileServerOptions{}.min_receive_rate;
};

namespace detail {

/// One rule: "/admin/ allow 10.0.0.0/8 users alice".
inline engine::AccessRule read_access_rule(std::string_view text)
try {
    const auto rules = engine::parse_access_rules(text);
    if (rules.size() != 1) throw std::invalid_argument{"give one like '/admin/ allow 10.0.0.0/8 users alice'"};
    return rules.front();
} catch (const std::invalid_argument& error) {
    throw BadValue{fmt::format("'{}' is no rule: {}", printable(text), error.what())};
}

/// A number above zero, or zero for none of it; with a fraction if need be.
inline auto rate()
{
    return [](std::string_view text) {
        double value = 0;
        const char* const end = text.data() + text.size();
        const auto [stopped, error] = std::from_chars(text.data(), end, value);
        if (error != std::errc{} || stopped != end || !(value >= 0.001 || value == 0) || value > 1e9)
            throw BadValue{fmt::format("'{}' is no rate: give 0 or a number from 0.001 to 1e9", printable(text))};
        return value;
    };
}

}  // namespace detail

/// Adds --users, --access and the limits for each client, in groups of their own.
inline void add_options(Options& table, AccessSettings& settings)
{
    auto& limits = settings.limits;
    table.rare_group("Access")
        .value("users", "FILE", "who can log in, made by htpasswd; without rules everybody has to", text("file name"),
               settings.access.users_file)
        .list("access", "'PATHS RULE'",
              "'/admin/ allow 10.0.0.0/8 users alice', '*.key deny all'; the first fit decides",
              detail::read_access_rule, settings.access.rules)
        .value("access-file", "FILE", "more, one a line; exceptions first: '/a/open/ allow all', then '/a/ users *'",
               text("file name"), settings.access.rules_file)
        .value("realm", "NAME", "what browsers show when they ask for a password (files)", text("realm"),
               settings.access.realm);
    table.rare_group("Limits for each client (0: none)")
        .value("client-connections", "N", "at a time (0)", integer<std::size_t>(0), limits.connections)
        .value("client-requests", "RATE", "a second, in the long run (0)", detail::rate(), limits.requests_per_second)
        .value("client-burst", "N", "requests at once, after a while without (50)", integer<unsigned>(1),
               limits.request_burst)
        .value("client-bandwidth", "BYTES", "a second, over all of its connections: 500K, 1M (0)",
               octets(0, std::uint64_t{1} << 40), limits.bytes_per_second)
        .value("client-logins", "N", "wrong passwords a minute, then it has to wait (10)", integer<unsigned>(0),
               limits.failed_logins_per_minute)
        .value("min-rate", "BYTES", "a second that a client takes at least of what it is sent (500)",
               integer<std::uint64_t>(0), settings.min_rate)
        .value("min-receive-rate", "BYTES", "a second, for which it may take longer than --header-timeout (500)",
               integer<std::uint64_t>(0), settings.min_receive_rate);
}

/// Reads the files, and takes the settings over.
/// @throws std::exception what is wrong with them
inline void apply(const AccessSettings& settings, StaticFileServerOptions& options)
{
    const auto& [access, limits, min_rate, min_receive_rate] = settings;
    const bool guarded = !access.users_file.empty() || !access.rules_file.empty() || !access.rules.empty();
    const bool counted = limits.connections > 0 || limits.requests_per_second > 0 || limits.bytes_per_second > 0;
    if (guarded) options.access = std::make_shared<io::AccessControl>(access);
    if (counted || !access.users_file.empty()) options.limits = std::make_shared<io::ClientLimiter>(limits);
    options.min_send_rate = min_rate;
    options.min_receive_rate = min_receive_rate;
}

}  // namespace libnet::apps
