#pragma once

#include <libnet/io/access/access_control.hpp>
#include <libnet/io/files/read_text.hpp>
#include <libnet/wire/http/basic_credentials.hpp>
#include <libnet/wire/http/bearer_token.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace libnet::inline v0::io {

namespace detail {

/// Of several schemes the one that people use stands first: not every client reads more (RFC 9110 section 11.6.1).
LIBNETXX_DECL std::string challenge_of(const AccessOptions& options)
{
    std::string challenge;
    if (options.tokens_file.empty() || !options.users_file.empty()) challenge = wire::basic_challenge(options.realm);
    if (options.tokens_file.empty()) return challenge;
    if (!challenge.empty()) challenge += ", ";
    challenge += wire::bearer_challenge(options.realm);
    return challenge;
}

}  // namespace detail

LIBNETXX_DECL AccessControl::AccessControl(AccessOptions options)
    : options_{std::move(options)},
      challenge_{detail::challenge_of(options_)},
      users_{options_.users_file.empty() ? nullptr : std::make_unique<Authenticator>(options_.users_file)},
      tokens_{options_.tokens_file.empty() ? nullptr : std::make_unique<TokenFile>(options_.tokens_file)},
      rules_{read_rules()}
{}

LIBNETXX_DECL std::function<void()> AccessControl::prepare_reload()
{
    auto use_users = users_ ? users_->prepare_reload() : std::function<void()>{};
    auto use_tokens = tokens_ ? tokens_->prepare_reload() : std::function<void()>{};
    return
        [this, use_users = std::move(use_users), use_tokens = std::move(use_tokens), fresh = read_rules()]() mutable {
            if (use_users) use_users();
            if (use_tokens) use_tokens();
            const std::lock_guard lock{mutex_};
            rules_.swap(fresh);
        };
}

LIBNETXX_DECL engine::Access AccessControl::judge(std::string_view name, const boost::asio::ip::address& client,
                                                  const std::optional<std::string_view>& user, std::string* rule) const
{
    std::unique_lock lock{mutex_};
    const auto rules = rules_;
    lock.unlock();
    return rules->judge(name, client, user, rule);
}

LIBNETXX_DECL AccessControl::Rules AccessControl::read_rules() const
try {
    auto rules = options_.rules;
    if (!options_.rules_file.empty()) {
        const auto more = engine::parse_access_rules(read_text(options_.rules_file));
        rules.insert(rules.end(), more.begin(), more.end());
    }
    const bool for_users = std::ranges::any_of(rules, [](const auto& rule) { return !rule.users.empty(); });
    const bool has_users = users_ || tokens_;
    if (for_users && !has_users) throw std::invalid_argument{"a rule is for users, and there is no file of users"};
    if (rules.empty() && has_users) rules.push_back({.paths = "/", .users = {"*"}});
    return std::make_shared<const engine::AccessRules>(std::move(rules));
} catch (const std::invalid_argument& error) {
    const auto where = options_.rules_file.empty() ? std::string{} : " '" + options_.rules_file + "'";
    throw std::runtime_error{"access rules" + where + ": " + error.what()};
}

}  // namespace libnet::inline v0::io
