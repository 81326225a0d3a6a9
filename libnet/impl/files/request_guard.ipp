#pragma once

#include <libnet/impl/files/request_guard.hpp>

#include <boost/asio/deferred.hpp>

#include <utility>

namespace libnet::inline v0::detail {

/// More passwords don't wait to be looked after; each takes a tenth of a second or so.
inline constexpr std::size_t most_waiting = 32;

inline constexpr std::string_view forbidden = "This is not for you, or not from where you are.";
inline constexpr std::string_view login_needed = "A user name and a password are needed.";
inline constexpr std::string_view requests_too_often = "Too many requests came from this client.";
inline constexpr std::string_view logins_too_often = "Too many wrong passwords came from this client.";
inline constexpr std::string_view logins_too_many = "Too many passwords are being looked after.";

/// Asks for a password's proof on a thread that may wait.
struct PasswordCheck {
    void operator()() { right = users.verify(credentials); }

    io::Authenticator& users;
    const wire::BasicCredentials& credentials;
    bool right = false;
};

LIBNETXX_DECL RequestGuard::RequestGuard(RequestGuardShare& share, const boost::asio::ip::address& client)
    : share_{share},
      client_{client},
      key_{engine::client_key(client)}
{
    if (!share_.limiter) return;
    admitted_ = share_.limiter->connect(key_);
    if (share_.limiter->limits().bytes_per_second > 0) meter_.emplace(*share_.limiter, key_);
}

LIBNETXX_DECL RequestGuard::~RequestGuard()
{
    if (share_.limiter && admitted_) share_.limiter->disconnect(key_);
}

LIBNETXX_DECL io::Task<RequestGuard::Verdict> RequestGuard::judge(const wire::RequestHead& request)
{
    user_.clear();
    if (share_.limiter) {
        const auto wait = share_.limiter->request(key_);
        if (wait != wait.zero()) co_return too_often(wait);
    }
    // What is no path of a file, the responder refuses.
    if (!share_.access || !wire::decode_path(request.path, path_)) co_return Verdict{};
    const auto verdict = co_await judge_file(path_.name, request);
    co_return verdict;
}

LIBNETXX_DECL io::Task<RequestGuard::Verdict> RequestGuard::judge_file(std::string_view name,
                                                                       const wire::RequestHead& request)
{
    using engine::Access;
    auto access = judge_user(name);
    if (access == Access::login && user_.empty()) {
        const auto failed = co_await log_in(request);
        if (failed.status != 0) co_return failed;
        access = judge_user(name);
    }
    if (access == Access::login) co_return ask_for_login();
    if (access == Access::denied) co_return Verdict{403, forbidden};
    co_return Verdict{};
}

/// For the user that the client has proved to be so far, if any.
LIBNETXX_DECL engine::Access RequestGuard::judge_user(std::string_view name) const
{
    const auto user = user_.empty() ? std::nullopt : std::optional<std::string_view>{user_};
    return share_.access->judge(name, client_, user);
}

/// Sets the user, if the request proves one.
LIBNETXX_DECL io::Task<RequestGuard::Verdict> RequestGuard::log_in(const wire::RequestHead& request)
{
    const auto* const field = request.fields.find("Authorization");
    auto* const users = share_.access->users();
    if (field == nullptr || users == nullptr) co_return ask_for_login();
    auto credentials = wire::parse_basic_credentials(field->value);
    if (!credentials) co_return ask_for_login();
    credentials_ = *std::move(credentials);

    users->refresh(std::chrono::steady_clock::now());
    if (!users->recall(credentials_)) {
        const auto failed = co_await look_after_password();
        if (failed.status != 0) co_return failed;
    }
    user_ = credentials_.user;
    co_return Verdict{};
}

LIBNETXX_DECL io::Task<RequestGuard::Verdict> RequestGuard::look_after_password()
{
    if (share_.limiter) {
        const auto wait = share_.limiter->log_in(key_);
        if (wait != wait.zero()) {
            auto refused = too_often(wait);
            refused.reason = logins_too_often;
            co_return refused;
        }
    }
    if (share_.waiting >= most_waiting) {
        if (share_.limiter) share_.limiter->forgive_login(key_);
        co_return Verdict{503, logins_too_many, "Retry-After", "1"};
    }
    PasswordCheck check{*share_.access->users(), credentials_};
    auto checked = share_.threads.run(check, boost::asio::deferred);
    ++share_.waiting;
    co_await std::move(checked);
    --share_.waiting;
    if (!check.right) co_return ask_for_login();
    if (share_.limiter) share_.limiter->forgive_login(key_);
    co_return Verdict{};
}

LIBNETXX_DECL RequestGuard::Verdict RequestGuard::too_often(io::ClientLimiter::Wait wait)
{
    seconds_ = std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count());
    return {429, requests_too_often, "Retry-After", seconds_};
}

LIBNETXX_DECL RequestGuard::Verdict RequestGuard::ask_for_login() const
{
    return {401, login_needed, "WWW-Authenticate", share_.access->challenge()};
}

}  // namespace libnet::inline v0::detail
