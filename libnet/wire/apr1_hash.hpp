#pragma once
// Apache's own hash of passwords, the one that htpasswd(1) makes unless it is told otherwise.

#include <libnet/config.hpp>

#include <string>
#include <string_view>

namespace libnet::inline v0::wire {

/// The hash of a password as it stands in an htpasswd file, "$apr1$SALT$…". Only the first 8 octets of the salt count.
/// It is MD5-crypt under another name: a thousand rounds, which is little today.
std::string apr1_hash(std::string_view password, std::string_view salt);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/apr1_hash.ipp>
#endif
