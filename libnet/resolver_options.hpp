#pragma once
// What a Resolver is told.

#include <libnet/io/dns/resolver_options.hpp>
#include <libnet/name_lookup.hpp>

namespace libnet::inline v0 {

using io::ResolverOptions;  ///< of a Resolver

}  // namespace libnet::inline v0
