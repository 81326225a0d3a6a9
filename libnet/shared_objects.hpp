#pragma once
// What several servers may share, and what their options point to. These are names alone, so that who includes a server reads
// no more than it needs: libnet/access.hpp and libnet/tls.hpp define them, for who makes one.

#include <libnet/wire/http/forwarding_field.hpp>
#include <libnet/wire/ip/network.hpp>

namespace libnet::inline v0 {

namespace io {
class AccessControl;
class ClientLimiter;
class ConnectionBudget;
class CredentialFiles;
class EgressControl;
class TlsClientContext;
class TlsContext;
}  // namespace io

using io::AccessControl;      ///< the rules and users that servers share
using io::ClientLimiter;      ///< keeps the clients of servers within their limits
using io::CredentialFiles;    ///< of proxies
using io::EgressControl;      ///< where the clients of forward proxies may go
using io::TlsClientContext;   ///< whom connections to servers trust
using io::TlsContext;         ///< what the connections of one or more servers share
using wire::ForwardingField;  ///< in which proxies say whose a request is

/// A network of clients in a rule, or of proxies that are believed.
using AccessNetwork = wire::Network;

}  // namespace libnet::inline v0
