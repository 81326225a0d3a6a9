#pragma once
// Ranges of addresses, and versions of IP, as IcmpPinger takes them.

#include <libnet/wire/ip/address_range.hpp>
#include <libnet/wire/ip/ip_version.hpp>

namespace libnet::inline v0 {

using wire::AddressRange;         ///< the addresses from one to another
using wire::AddressRangeError;    ///< why a text is none
using wire::IpVersion;            ///< IPv4 or IPv6
using wire::parse_address_range;  ///< "10.20.0.0/16", "10.0.0.1-9", ...
using wire::version_of;           ///< of an address

}  // namespace libnet::inline v0
