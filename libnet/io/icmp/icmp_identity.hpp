#pragma once
// What a raw ICMP socket needs to get its own answers only. The kernel does this for a datagram one.

#include <libnet/config.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <cstdint>

namespace libnet::inline v0::io {

/// An identifier for echo requests: 1 to 65,535, and not easily guessed.
std::uint16_t random_identifier();

/// Lets messages of this type in and nothing else: a raw socket would get all ICMP traffic of the host. IPv4's filter
/// knows no types from 32 on, which come in all the same.
/// @throws boost::system::system_error what setsockopt(2) reports
void pass_only(int socket, wire::IpVersion version, std::uint8_t type);

/// Lets errors in and nothing else: unreachable, time exceeded, parameter problem, packet too big.
/// @throws boost::system::system_error what setsockopt(2) reports
void pass_errors_only(int socket, wire::IpVersion version);

/// Lets echo replies in and nothing else.
/// @throws boost::system::system_error what setsockopt(2) reports
void pass_echo_replies_only(int socket, wire::IpVersion version);

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/icmp/icmp_identity.ipp>
#endif
