#pragma once
// Who may have what of a server: rules by path, and the users who log in.

#include <libnet/config.hpp>
#include <libnet/engine/access/access_rules.hpp>
#include <libnet/io/access/authenticator.hpp>
#include <libnet/io/access/token_file.hpp>

#include <boost/asio/ip/address.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::io {

/// Options of an AccessControl.
struct AccessOptions {
    std::string users_file = {};                 ///< as htpasswd(1) writes it; empty: there are no users
    std::string tokens_file = {};                ///< see engine::TokenTable; empty: there are no bearer tokens
    std::string rules_file = {};                 ///< see engine::parse_access_rules; empty: `rules` alone
    std::vector<engine::AccessRule> rules = {};  ///< come before those of the file
    std::string realm = "files";                 ///< what clients show when they ask for a password
};

/// What servers share that guard their paths. Several threads may use one object at a time.
///
/// With users or tokens and without rules, every path is for those who have logged in: with a password (RFC 7617), or with a
/// bearer token (RFC 6750), which is the user's whose name stands in front of it. Rules are about the path that a client
/// asks for, and where another file answers - an index, a clean URL's page, the fallback, an error page - about its
/// name as well: both must be granted. What has the name of a precompressed file is judged as the plain one, too. They are not
/// about what a symbolic link leads to, nor about the error page that tells of a refusal by them; and they don't keep a
/// name out of a listing. They hold for every host. Without TLS a password can be read on the way.
class AccessControl {
public:
    /// Reads the files.
    /// @throws std::runtime_error  one can't be read or isn't valid, or a rule is for users and there are none; `what()`
    ///         names the file and the line
    explicit AccessControl(AccessOptions options);

    /// Reads the files again. Users with passwords need no call: a changed file is noticed within a second or so.
    /// @throws std::runtime_error  as the constructor; then everything stays as it was
    void reload() { prepare_reload()(); }

    /// Reads the files again, and changes nothing yet: what is returned does that, cannot fail, and must not outlive this.
    /// So that several things can be read before the first of them changes.
    /// @throws std::runtime_error  as the constructor
    std::function<void()> prepare_reload();

    /// Decides about a path, as engine::AccessRules does; `rule` gets what it gets there.
    engine::Access judge(std::string_view name, const boost::asio::ip::address& client,
                         const std::optional<std::string_view>& user, std::string* rule = nullptr) const;

    /// Who can log in; null: there are no users.
    Authenticator* users() noexcept { return users_.get(); }

    /// Whose bearer token which is; null: there are none.
    const TokenFile* tokens() const noexcept { return tokens_.get(); }

    /// The value of WWW-Authenticate, or of Proxy-Authenticate.
    std::string_view challenge() const noexcept { return challenge_; }

private:
    using Rules = std::shared_ptr<const engine::AccessRules>;
    Rules read_rules() const;

    const AccessOptions options_;
    const std::string challenge_;
    std::unique_ptr<Authenticator> users_;
    std::unique_ptr<TokenFile> tokens_;
    mutable std::mutex mutex_;  // of what follows
    Rules rules_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/access/access_control.ipp>
#endif
