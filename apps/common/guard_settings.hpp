#pragma once
// The options of every HTTP daemon about who may have what, and how much of it.

#include <apps/common/faults.hpp>
#include <apps/common/option_values.hpp>
#include <apps/common/options.hpp>
#include <apps/common/units.hpp>
#include <libnet/access.hpp>
#include <libnet/io/files/read_text.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace libnet::apps {

/// What the command line says of it.
struct GuardSettings {
    io::AccessOptions access{};
    engine::ClientLimits limits{};
};

/// The words of a program in which these options are explained.
struct GuardTexts {
    std::string_view users;        ///< of --users
    std::string_view rule, rules;  ///< of --access, and of its value's form
    std::string_view file, realm;  ///< of --access-file and --realm
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

/// Rules without the users that they may be for.
inline void read_rules(const std::string& file)
try {
    engine::parse_access_rules(io::read_text(file));
} catch (const std::invalid_argument& error) {
    throw std::runtime_error{fmt::format("access rules '{}': {}", printable(file), error.what())};
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

/// Adds --users, --access, --access-file and --realm in a group of their own.
inline void add_access(Options& table, GuardSettings& settings, const GuardTexts& texts)
{
    table.rare_group("Access")
        .value("users", "FILE", std::string{texts.users}, text("file name"), settings.access.users_file)
        .value("tokens", "FILE", "who has which bearer token: lines of 'name:SHA-256 of the token'", text("file name"),
               settings.access.tokens_file)
        .list("access", std::string{texts.rule}, std::string{texts.rules}, detail::read_access_rule,
              settings.access.rules)
        .value("access-file", "FILE", std::string{texts.file}, text("file name"), settings.access.rules_file)
        .value("realm", "NAME", std::string{texts.realm}, text("realm"), settings.access.realm);
}

/// Adds the limits for each client, in a group of their own.
inline Options& add_client_limits(Options& table, GuardSettings& settings)
{
    auto& limits = settings.limits;
    return table.rare_group("Limits for each client (0: none)")
        .value("client-connections", "N", "at a time (0)", integer<std::size_t>(0), limits.connections)
        .value("client-requests", "RATE", "a second, in the long run (0)", detail::rate(), limits.requests_per_second)
        .value("client-burst", "N", "requests at once, after a while without (50)", integer<unsigned>(1),
               limits.request_burst)
        .value("client-bandwidth", "BYTES", "a second, over all of its connections: 500K, 1M (0)",
               octets(0, std::uint64_t{1} << 40), limits.bytes_per_second)
        .value("client-logins", "N", "wrong passwords a minute, then it has to wait (10)", integer<unsigned>(0),
               limits.failed_logins_per_minute);
}

/// Reads the files; null: there is nothing to be guarded.
/// @throws std::exception what is wrong with them
inline std::shared_ptr<AccessControl> access_of(const GuardSettings& settings)
{
    const auto& access = settings.access;
    const bool guarded = !access.users_file.empty() || !access.tokens_file.empty() || !access.rules_file.empty() ||
                         !access.rules.empty();
    return guarded ? std::make_shared<AccessControl>(access) : nullptr;
}

/// The same, where what is wrong is noted: what is wrong with users hides nothing that is wrong with rules.
inline std::shared_ptr<AccessControl> read_access(const Options& table, Faults& faults, const GuardSettings& settings)
{
    const auto& access = settings.access;
    std::shared_ptr<AccessControl> read;
    bool has_users = true, has_tokens = true;
    table.attempt(faults, {"users"}, [&] {
        has_users = access.users_file.empty();
        if (!has_users) std::make_shared<AccessControl>(io::AccessOptions{.users_file = access.users_file});
        has_users = true;
    });
    table.attempt(faults, {"tokens"}, [&] {
        if (access.tokens_file.empty()) return;
        has_tokens = false;
        io::TokenFile{access.tokens_file};
        has_tokens = true;
    });
    table.attempt(faults, {"access-file", "access", "users"}, [&] {
        if (has_users && has_tokens) read = access_of(settings);
        else if (!access.rules_file.empty()) detail::read_rules(access.rules_file);
    });
    return read;
}

/// What counts each client; null: nothing has to be counted.
inline std::shared_ptr<ClientLimiter> limiter_of(const GuardSettings& settings)
{
    const auto& limits = settings.limits;
    const bool counted = limits.connections > 0 || limits.requests_per_second > 0 || limits.bytes_per_second > 0;
    const bool has_logins = !settings.access.users_file.empty() || !settings.access.tokens_file.empty();
    return counted || has_logins ? std::make_shared<ClientLimiter>(limits) : nullptr;
}

/// At a reload: keeps the rules and users that were read before, where the options name the same files, and has these read
/// again when the changes are made.
/// What is wrong with the files by now is noted.
inline void keep_access(const Options& table, const Options& before, const std::shared_ptr<AccessControl>& kept,
                        std::shared_ptr<AccessControl>& access, std::vector<std::function<void()>>& changes,
                        Faults& faults)
{
    for (const char* const option : {"users", "tokens", "access", "access-file", "realm"})
        if (!table.same_option(before, option)) return;
    if (!kept) return;
    table.attempt(faults, {"access-file", "users", "tokens"}, [&] { changes.push_back(kept->prepare_reload()); });
    access = kept;
}

/// Likewise: the limits remember each client, as long as they are the same.
inline void keep_limits(const Options& table, const Options& before, const std::shared_ptr<ClientLimiter>& kept,
                        std::shared_ptr<ClientLimiter>& limits)
{
    if (kept && limits && table.same_as(before, "client-")) limits = kept;
}

}  // namespace libnet::apps
