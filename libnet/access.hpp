#pragma once
// Who may have what of a server, and how much of it.

#include <libnet/engine/access/access_rules.hpp>
#include <libnet/engine/access/client_limits.hpp>
#include <libnet/io/access/access_control.hpp>
#include <libnet/io/access/client_limiter.hpp>
#include <libnet/io/access/credential_files.hpp>
#include <libnet/io/access/egress_control.hpp>
#include <libnet/wire/http/forwarded.hpp>
#include <libnet/wire/ip/network.hpp>

namespace libnet::inline v0 {

using engine::AccessRule;          ///< who may have the paths that a pattern fits
using engine::ClientLimits;        ///< what one client may have, at a time and in a while
using engine::parse_access_rules;  ///< reads rules from a text
using io::AccessControl;           ///< the rules and users that servers share
using io::AccessOptions;           ///< of an AccessControl
using io::ClientLimiter;           ///< keeps the clients of servers within their limits
using io::CredentialFile;          ///< a file with a credential, and who gets it
using io::CredentialFiles;         ///< of proxies
using io::EgressControl;           ///< where the clients of forward proxies may go
using io::EgressOptions;           ///< of an EgressControl
using wire::ForwardingField;       ///< in which proxies say whose a request is
using wire::parse_network;         ///< "10.0.0.0/8"

/// A network of clients in a rule, or of proxies that are believed.
using AccessNetwork = wire::Network;

}  // namespace libnet::inline v0
