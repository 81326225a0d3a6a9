#pragma once

#include <libnet/io/access/authenticator.hpp>
#include <libnet/io/files/read_text.hpp>
#include <libnet/io/loop/random_key.hpp>
#include <libnet/wire/apr1_hash.hpp>

#include <span>
#include <stdexcept>

#include <crypt.h>
#include <sys/stat.h>

namespace libnet::inline v0::io {

namespace detail {

inline constexpr std::size_t remembered_passwords = 1024;

/// Longer ones crypt(3) doesn't take.
inline constexpr std::size_t longest_password = 511;

inline constexpr std::chrono::seconds time_between_looks{1};

/// Compares in a time that doesn't depend on where the texts differ.
LIBNETXX_DECL bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept
{
    if (a.size() != b.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
    return difference == 0;
}

LIBNETXX_DECL std::shared_ptr<const engine::UserTable> read_users(const std::string& file)
try {
    return std::make_shared<const engine::UserTable>(read_text(file));
} catch (const std::invalid_argument& error) {
    throw std::runtime_error{"users '" + file + "': " + error.what()};
}

}  // namespace detail

LIBNETXX_DECL bool password_matches(const std::string& password, const std::string& hash)
{
    constexpr std::string_view apr1 = "$apr1$";
    if (password.size() > detail::longest_password) return false;
    if (hash.starts_with(apr1)) {
        const auto salt = std::string_view{hash}.substr(apr1.size());
        return detail::equal_in_constant_time(wire::apr1_hash(password, salt.substr(0, salt.find('$'))), hash);
    }
    const auto data = std::make_unique<crypt_data>();  // 32 KiB
    const char* const computed = ::crypt_rn(password.c_str(), hash.c_str(), data.get(), sizeof(crypt_data));
    return computed != nullptr && detail::equal_in_constant_time(computed, hash);
}

LIBNETXX_DECL Authenticator::Authenticator(std::string file)
    : file_{std::move(file)},
      key_{random_key()},
      other_key_{random_key()},
      proven_{detail::remembered_passwords}
{
    reload();
}

LIBNETXX_DECL std::function<void()> Authenticator::prepare_reload()
{
    const auto seen = version();  // before it is read: what changes meanwhile is noticed later
    return [this, seen, fresh = detail::read_users(file_)]() mutable {
        const std::lock_guard lock{mutex_};
        version_ = seen;
        users_.swap(fresh);
    };
}

LIBNETXX_DECL void Authenticator::refresh(std::chrono::steady_clock::time_point now) noexcept
try {
    {
        const std::lock_guard lock{mutex_};
        if (now - looked_ < detail::time_between_looks) return;
        looked_ = now;
        const auto seen = version();
        if (seen == version_) return;
        version_ = seen;  // whatever is in it: it isn't tried again and again
    }
    reload();
} catch (const std::exception&) {
    // Half written, or wrong: the users stay as they were.
}

LIBNETXX_DECL bool Authenticator::recall(const wire::BasicCredentials& credentials)
{
    const auto users = this->users();
    const auto [hash, known] = users->find(credentials.user);
    const auto print = fingerprint(credentials, hash);
    const std::lock_guard lock{mutex_};
    return known && proven_.contains(print);
}

LIBNETXX_DECL bool Authenticator::verify(const wire::BasicCredentials& credentials)
{
    const auto users = this->users();
    const auto [hash, known] = users->find(credentials.user);
    const auto cost = engine::cost_of(hash);
    bool right = false;
    for (const auto& sample : users->samples()) {
        const bool own = engine::cost_of(sample) == cost;
        const bool matches = password_matches(credentials.password, own ? std::string{hash} : sample);
        right = right || (own && matches);
    }
    if (!right || !known) return false;
    const auto print = fingerprint(credentials, hash);
    const std::lock_guard lock{mutex_};
    proven_.add(print);
    return true;
}

LIBNETXX_DECL Authenticator::Version Authenticator::version() const noexcept
{
    struct stat facts {};
    if (::stat(file_.c_str(), &facts) != 0) return {};
    return {facts.st_ino, facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec};
}

LIBNETXX_DECL Authenticator::Users Authenticator::users()
{
    const std::lock_guard lock{mutex_};
    return users_;
}

/// Of the user, the password and the hash that it was found right for: a changed hash makes another one.
LIBNETXX_DECL Authenticator::Fingerprint Authenticator::fingerprint(const wire::BasicCredentials& credentials,
                                                                    std::string_view hash) const
{
    std::string text = credentials.user;
    text += '\0';  // none of the three has a NUL in it
    text += credentials.password;
    text += '\0';
    text += hash;
    const auto bytes = std::as_bytes(std::span{text});
    return {base::siphash(key_, bytes), base::siphash(other_key_, bytes)};
}

}  // namespace libnet::inline v0::io
