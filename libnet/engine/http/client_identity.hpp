#pragma once
// Who a connection proves its client to be, before it has asked for anything.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace libnet::inline v0::engine {

/// What a client's certificate and its socket say of it. A user's log-in comes with a request, and isn't part of it.
struct ClientIdentity {
    /// The names in its certificate, which an authority of the operator's has signed: the subject alternative names (RFC 5280 section
    /// 4.2.1.6) that are host names (in lower case), addresses of mail and URIs; where it has none of these, the common name of
    /// its subject. Empty: it has shown no certificate.
    std::vector<std::string> certificate{};
    /// The user that its process ran as when it connected to a Unix socket (unix(7), SO_PEERCRED). Nothing: it has come by another
    /// way, or behind a proxy.
    std::optional<std::uint32_t> uid{};

    bool empty() const noexcept { return certificate.empty() && !uid; }  ///< it proves nothing
    friend bool operator==(const ClientIdentity&, const ClientIdentity&) = default;
};

}  // namespace libnet::inline v0::engine
