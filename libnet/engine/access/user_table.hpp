#pragma once
// Users and the hashes of their passwords, as htpasswd(1) writes them.

#include <libnet/config.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// The text of an htpasswd file, read. A line is `user:hash`; empty lines and those that begin with # mean nothing.
///
/// Hashes may be bcrypt ("$2y$"), SHA-512 and SHA-256 of crypt(3) ("$6$", "$5$"), yescrypt ("$y$"), MD5-crypt ("$1$")
/// and Apache's variant of it ("$apr1$"). Others, such as plain text, DES and unsalted SHA-1, are no protection, and
/// refused.
class UserTable {
public:
    UserTable() = default;

    /// @throws std::invalid_argument  a line is no good; `what()` says which one and why, and shows no hash
    explicit UserTable(std::string_view text);

    /// The hash of a user's password, or of somebody else's, or a decoy's, where there is no such user: comparing
    /// takes as long then, and doesn't tell who exists.
    struct Entry {
        std::string_view hash;
        bool known = false;
    };
    Entry find(std::string_view user) const noexcept;

    std::size_t size() const noexcept { return hashes_.size(); }

private:
    std::map<std::string, std::string, std::less<>> hashes_;
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/access/user_table.ipp>
#endif
