#pragma once
// Users and the hashes of their passwords, as htpasswd(1) writes them.

#include <libnet/config.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::engine {

/// The text of an htpasswd file, read. A line is `user:hash`; empty lines and those that begin with # mean nothing.
///
/// Hashes may be bcrypt ("$2y$"), SHA-512 and SHA-256 of crypt(3) ("$6$", "$5$"), yescrypt ("$y$"), MD5-crypt ("$1$")
/// and Apache's variant of it ("$apr1$"). Others, such as plain text, DES and unsalted SHA-1, are no protection, and
/// refused.
class UserTable {
public:
    UserTable() : UserTable{std::string_view{}} {}

    /// @throws std::invalid_argument  a line isn't valid; `what()` says which one and why, and shows no hash
    explicit UserTable(std::string_view text);

    /// The hash of a user's password; where there is no such user, one of `samples`.
    struct Entry {
        std::string_view hash;
        bool known = false;
    };
    Entry find(std::string_view user) const noexcept;

    /// A hash of each cost that there is (`cost_of`), or a decoy where there is no user at all. A caller that compares a password
    /// with one of each cost, whatever the user, takes as long for every user, and for those who don't exist: the time
    /// doesn't tell the kind of a user's hash, nor which users exist.
    const std::vector<std::string>& samples() const noexcept { return samples_; }

    std::size_t size() const noexcept { return hashes_.size(); }

private:
    void add_sample(std::string_view hash);

    std::map<std::string, std::string, std::less<>> hashes_;
    std::vector<std::string> samples_;
};

/// What decides how long a hash takes to compute: its kind and parameters, without the salt.
std::string_view cost_of(std::string_view hash) noexcept;

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/access/user_table.ipp>
#endif
