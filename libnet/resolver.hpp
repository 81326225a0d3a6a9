#pragma once
// Names to addresses and back.

#include <libnet/io/dns/resolver.hpp>
#include <libnet/resolver_options.hpp>

namespace libnet::inline v0 {

using io::Resolver;  ///< an asynchronous resolver

}  // namespace libnet::inline v0
