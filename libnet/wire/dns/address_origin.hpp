#pragma once
// Which autonomous systems announce an address, as Team Cymru's zones tell it in TXT records.
//
//   31.108.90.216.origin.asn.cymru.com.                     "23028 | 216.90.108.0/24 | US | arin | 1998-09-25"
//   8.b.d.0.1.0.0.2.origin6.asn.cymru.com.  (first nibbles) "64500 64501 | 2001:db8::/32 | ZZ | ripencc |"
//
// The format: https://www.team-cymru.com/ip-asn-mapping.

#include <libnet/config.hpp>
#include <libnet/wire/ip/network.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::wire {

/// Who announces a prefix.
struct AddressOrigin {
    std::vector<std::uint32_t> systems{};  ///< AS numbers, 1 to 8
    Network prefix{asio::ip::address_v6::any(), 0};
    unsigned prefix_length = 0;
    std::string country{};  ///< of the registration, two letters; may be empty
    friend bool operator==(const AddressOrigin&, const AddressOrigin&) = default;

    /// "AS64500", or "AS64500/64501" of several.
    std::string text() const;
};

/// The name whose TXT record tells the origin of an address. Of an IPv6 address the first 64 bits are asked for: the rest
/// says nothing of the path, and would tell the name server which host is meant.
std::string origin_question(const asio::ip::address& address);

/// Whether the address may be in a public routing table: no private, loopback, link-local, shared or multicast address is
/// (RFC 1918, 4193, 6598), and asking for it would tell what is inside.
bool may_have_origin(const asio::ip::address& address) noexcept;

/// Reads such a record. Nothing: it is none, or its prefix doesn't hold the address.
std::optional<AddressOrigin> parse_origin(std::string_view text, const asio::ip::address& address);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/dns/address_origin.ipp>
#endif
