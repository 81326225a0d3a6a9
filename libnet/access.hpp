#pragma once
// Who may have what of a server, and how much of it.

#include <libnet/engine/access/access_rules.hpp>
#include <libnet/engine/access/client_limits.hpp>
#include <libnet/io/access/access_control.hpp>
#include <libnet/io/access/client_limiter.hpp>
#include <libnet/io/access/credential_files.hpp>
#include <libnet/io/access/egress_control.hpp>
#include <libnet/shared_objects.hpp>
#include <libnet/wire/ip/network.hpp>

namespace libnet::inline v0 {

using engine::AccessRule;          ///< who may have the paths that a pattern fits
using engine::ClientLimits;        ///< what one client may have, at a time and in a while
using engine::every_port;          ///< a PortRange
using engine::parse_access_rules;  ///< reads rules from a text
using engine::PortRange;           ///< one port, or several
using io::AccessOptions;           ///< of an AccessControl
using io::CredentialFile;          ///< a file with a credential, and who gets it
using io::EgressOptions;           ///< of an EgressControl
using wire::parse_network;         ///< "10.0.0.0/8"

}  // namespace libnet::inline v0
