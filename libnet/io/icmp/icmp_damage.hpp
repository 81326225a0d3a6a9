#pragma once
// ICMP packets that arrive damaged, of which a datagram socket is told nothing.

#include <libnet/config.hpp>

#include <cstdint>

namespace libnet::inline v0::io {

/// ICMP and ICMPv6 packets with a wrong checksum that the kernel has dropped in this network namespace up to now
/// (InCsumErrors, RFC 4293's IcmpInErrors counts them too). 0 where the kernel doesn't tell.
LIBNETXX_DECL std::uint64_t damaged_icmp_packets();

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/icmp/icmp_damage.ipp>
#endif
