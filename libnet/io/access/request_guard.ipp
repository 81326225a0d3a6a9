#pragma once

#include <libnet/io/access/request_guard.hpp>

#include <boost/asio/deferred.hpp>

#include <utility>

namespace libnet::inline v0::io {

namespace detail {

/// More passwords don't wait to be checked; each takes a tenth of a second or so.
inline constexpr std::size_t most_waiting = 32;

inline constexpr std::string_view forbidden = "This is not for you, or not from where you are.";
inline constexpr std::string_view login_needed = "A user name and a password are needed.";
inline constexpr std::string_view requests_too_often = "Too many requests came from this client.";
inline constexpr std::string_view logins_too_often = "Too many wrong passwords came from this client.";
inline constexpr std::string_view logins_too_many = "Too many log-ins are being checked at the same time.";

/// Asks for a password's proof on a thread that may wait.
struct PasswordCheck {
    void operator()() { right = users.verify(credentials); }

    Authenticator& users;
    const wire::BasicCredentials& credentials;
    bool right = false;
};

}  // namespace detail

LIBNETXX_DECL RequestGuard::RequestGuard(RequestGuardShare& share, const asio::ip::address& client, Counts counts)
    : share_{share},
      counts_{counts},
      client_{client},
      key_{engine::client_key(client)}
{
    if (!share_.limiter) return;
    if (counts == Counts::at_once) admitted_ = counted_ = share_.limiter->connect(key_);
    if (share_.limiter->limits().bytes_per_second > 0) meter_.emplace(*share_.limiter, key_);
}

LIBNETXX_DECL RequestGuard::~RequestGuard()
{
    if (counted_) share_.limiter->disconnect(key_);
}

LIBNETXX_DECL bool RequestGuard::stand_for(const asio::ip::address& client)
{
    client_ = client;
    if (!share_.limiter) return true;
    const auto key = engine::client_key(client);
    if (counted_ && key == key_) return true;
    rest();
    key_ = key;
    if (meter_) meter_.emplace(*share_.limiter, key_);
    counted_ = share_.limiter->connect(key_);
    return counted_;
}

LIBNETXX_DECL void RequestGuard::rest() noexcept
{
    if (counts_ == Counts::by_request && std::exchange(counted_, false)) share_.limiter->disconnect(key_);
}

LIBNETXX_DECL std::optional<RequestGuard::Verdict> RequestGuard::judge(const wire::RequestHead& request,
                                                                       std::optional<std::string_view> name)
{
    user_.clear();
    rule_.clear();
    if (share_.limiter) {
        const auto wait = share_.limiter->request(key_);
        if (wait != wait.zero()) return too_often(wait);
    }
    if (!share_.access || !name) return Verdict{};
    return judge_at_once(*name, request);
}

LIBNETXX_DECL Task<RequestGuard::Verdict> RequestGuard::judge_name(std::string_view name,
                                                                   const wire::RequestHead& request)
{
    const auto known = judge_at_once(name, request);
    if (known) co_return *known;
    const auto failed = co_await check_password();
    if (failed.status != 0) co_return failed;
    user_ = credentials_.user;
    co_return verdict_of(judge_user(name));
}

LIBNETXX_DECL Task<RequestGuard::Verdict> RequestGuard::log_in(wire::BasicCredentials credentials)
{
    credentials_ = std::move(credentials);
    auto* const users = share_.access ? share_.access->users() : nullptr;
    if (users == nullptr) co_return Verdict{};
    users->refresh(std::chrono::steady_clock::now());
    if (users->recall(credentials_)) co_return Verdict{};
    const auto verdict = co_await check_password();
    co_return verdict;
}

/// Nothing: a password has to be checked first.
LIBNETXX_DECL std::optional<RequestGuard::Verdict> RequestGuard::judge_at_once(std::string_view name,
                                                                               const wire::RequestHead& request)
{
    using engine::Access;
    const auto access = judge_user(name);
    if (access != Access::login || !user_.empty()) return verdict_of(access);
    if (const auto by_token = judge_token(name, request)) return by_token;
    if (!reads_credentials(request)) return ask_for_login();
    auto& users = *share_.access->users();
    users.refresh(std::chrono::steady_clock::now());
    if (!users.recall(credentials_)) return std::nullopt;
    user_ = credentials_.user;
    return verdict_of(judge_user(name));
}

/// Nothing: the request brings no bearer token, or none is known. A right one never waits for the wrong ones of others that have
/// the same address; wrong ones count as wrong passwords.
LIBNETXX_DECL std::optional<RequestGuard::Verdict> RequestGuard::judge_token(std::string_view name,
                                                                             const wire::RequestHead& request)
{
    const auto* const field = request.fields.find(share_.words.credentials);
    const auto* const tokens = share_.access->tokens();
    const auto token = field != nullptr && tokens != nullptr ? wire::parse_bearer_token(field->value) : std::nullopt;
    if (!token) return std::nullopt;
    if (auto user = tokens->find(*token)) {
        user_ = *std::move(user);
        return verdict_of(judge_user(name));
    }
    const auto wait = share_.limiter ? share_.limiter->log_in(key_) : ClientLimiter::Wait::zero();
    if (wait == wait.zero()) return ask_for_login();
    auto refused = too_often(wait);
    refused.reason = detail::logins_too_often;
    return refused;
}

LIBNETXX_DECL RequestGuard::Verdict RequestGuard::verdict_of(engine::Access access) const
{
    if (access == engine::Access::login) return ask_for_login();
    if (access == engine::Access::denied) return {403, detail::forbidden};
    return {};
}

/// For the user that the client has proved to be so far, if any.
LIBNETXX_DECL engine::Access RequestGuard::judge_user(std::string_view name)
{
    const auto user = user_.empty() ? std::nullopt : std::optional<std::string_view>{user_};
    return share_.access->judge(name, client_, user, &rule_);
}

/// False: the request has none, or there are no users.
LIBNETXX_DECL bool RequestGuard::reads_credentials(const wire::RequestHead& request)
{
    const auto* const field = request.fields.find(share_.words.credentials);
    if (field == nullptr || share_.access->users() == nullptr) return false;
    auto credentials = wire::parse_basic_credentials(field->value);
    if (credentials) credentials_ = *std::move(credentials);
    return credentials.has_value();
}

LIBNETXX_DECL Task<RequestGuard::Verdict> RequestGuard::check_password()
{
    if (share_.limiter) {
        const auto wait = share_.limiter->log_in(key_);
        if (wait != wait.zero()) {
            auto refused = too_often(wait);
            refused.reason = detail::logins_too_often;
            co_return refused;
        }
    }
    if (share_.waiting >= detail::most_waiting) {
        if (share_.limiter) share_.limiter->forgive_login(key_);
        co_return Verdict{503, detail::logins_too_many, "Retry-After", "1"};
    }
    detail::PasswordCheck check{*share_.access->users(), credentials_};
    auto checked = share_.threads.run(check, asio::deferred);
    ++share_.waiting;
    co_await std::move(checked);
    --share_.waiting;
    if (!check.right) co_return ask_for_login();
    if (share_.limiter) share_.limiter->forgive_login(key_);
    co_return Verdict{};
}

LIBNETXX_DECL RequestGuard::Verdict RequestGuard::too_often(ClientLimiter::Wait wait)
{
    seconds_ = std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count());
    return {429, detail::requests_too_often, "Retry-After", seconds_};
}

LIBNETXX_DECL RequestGuard::Verdict RequestGuard::ask_for_login() const
{
    return {share_.words.status, detail::login_needed, share_.words.challenge, share_.access->challenge()};
}

}  // namespace libnet::inline v0::io
