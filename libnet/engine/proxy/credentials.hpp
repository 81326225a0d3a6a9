#pragma once
// Credentials for servers that the proxy adds, so that its clients never have them.

#include <libnet/config.hpp>
#include <libnet/wire/http/canonical_host.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0::engine {

/// Where a credential goes.
struct CredentialTarget {
    std::string host;                     ///< canonical; ".example.org" is that and all below
    std::optional<std::uint16_t> port{};  ///< nothing: every port
};

/// Reads "api.example.org", ".example.org:8080", "10.1.2.3:80", "[2001:db8::1]:80".
/// @throws std::invalid_argument  it is no host; what() says what would do
CredentialTarget parse_credential_target(std::string_view text);

/// The value of Authorization that a file's text stands for: its only line is either such a value ("Bearer abc"), or
/// "user:password" for Basic (RFC 7617).
/// @throws std::invalid_argument  there is no line, more than one, or one that a field can't have; the text is not in `what()`
std::string authorization_of(std::string_view text);

/// Which server gets which.
class Credentials {
public:
    struct Entry {
        CredentialTarget target;
        std::string authorization;  ///< the value of the field
    };

    Credentials() = default;
    explicit Credentials(std::vector<Entry> entries) : entries_{std::move(entries)} {}

    /// Of the first entry whose target this is; empty: there is none. Valid as long as this is.
    std::string_view find(const wire::CanonicalHost& host, std::uint16_t port) const noexcept;

private:
    std::vector<Entry> entries_;
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/credentials.ipp>
#endif
