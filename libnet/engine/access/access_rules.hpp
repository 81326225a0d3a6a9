#pragma once
// Who may have what: rules by path, for networks of clients and for users.

#include <libnet/config.hpp>
#include <libnet/wire/ip/network.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0::engine {

/// Who may have the paths that a pattern fits. Of several rules the first that fits decides.
struct AccessRule {
    /// `*` stands for any text, `?` for any octet, in a path without its percent-encoding. With a slash at the end, all
    /// that lies below as well ("/private/", which is "/private" too, and "/private/*" is the same); without any slash,
    /// names at every depth, and what lies below them ("*.key").
    std::string paths = "/";
    std::vector<wire::Network> allow{};  ///< networks of clients; empty: every one
    std::vector<wire::Network> deny{};   ///< but not these
    std::vector<std::string> users{};  ///< who must log in; "*": anyone with a password; empty: no log-in is asked for
    bool either = false;               ///< the right network or the right user is enough; else both count
    std::string text{};                ///< the rule as it was written, for the operator; decides nothing

    friend bool operator==(const AccessRule&, const AccessRule&) = default;
};

/// What becomes of a request; what comes later refuses more.
enum class Access : std::uint8_t {
    granted,
    login,   ///< for a user who may: 401
    denied,  ///< to every client: 403
};

/// The rules of a server.
class AccessRules {
public:
    AccessRules() = default;
    explicit AccessRules(std::vector<AccessRule> rules) : rules_{std::move(rules)} {}  ///< the first that fits decides

    /// Decides about a path as wire::decode_path reads it, `name` without a slash in front; for a client, and for the
    /// user that it has proved to be, if any. Where no rule fits, access is granted.
    ///
    /// What has the name of a precompressed file ("a.key.gz") holds what the plain one holds, whether or not that is
    /// there: both must be granted.
    ///
    /// `rule`, unless it is null, becomes the text of the rule that refuses; empty where none does.
    Access judge(std::string_view name, const boost::asio::ip::address& client,
                 const std::optional<std::string_view>& user, std::string* rule = nullptr) const;

    bool empty() const noexcept { return rules_.empty(); }  ///< there are no rules: everything is granted

private:
    const AccessRule* rule_for(std::string_view name) const;

    std::vector<AccessRule> rules_;
};

/// Whether a rule's pattern fits a path, written as for `AccessRules::judge`.
bool fits(std::string_view pattern, std::string_view name) noexcept;

/// Reads rules, one a line: a pattern, then `allow NETWORK,...`, `deny NETWORK,...` and `users NAME,...` in any order,
/// with `or` between them where either is enough. `all` is every network, `*` every user. # begins a comment.
///
///     /admin/     allow 10.0.0.0/8,::1 users alice,bob
///     /intranet/  allow 10.0.0.0/8 or users *
///     *.key       deny all
///
/// @throws std::invalid_argument  a line isn't valid; `what()` says which one and why
std::vector<AccessRule> parse_access_rules(std::string_view text);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/access/access_rules.ipp>
#endif
