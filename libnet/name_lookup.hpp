#pragma once
// What asking for the addresses of a name brings, and who may be asked in place of a Resolver.

#include <libnet/io/dns/name_lookup.hpp>

namespace libnet::inline v0 {

using io::AddressFamily;  ///< which addresses a name is asked for
using io::NameLookup;     ///< what looks names up in place of a Resolver
using io::ResolvedName;   ///< the addresses of a name, and how long they hold

}  // namespace libnet::inline v0
