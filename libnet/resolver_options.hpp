#pragma once
// What a Resolver is told.

#include <libnet/io/dns/resolver_options.hpp>

namespace libnet::inline v0 {

using io::AddressFamily;    ///< which addresses a name is asked for
using io::ResolverOptions;  ///< of a Resolver

}  // namespace libnet::inline v0
