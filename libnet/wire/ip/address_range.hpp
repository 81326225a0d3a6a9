#pragma once
// Ranges of addresses as people write them, of IPv4 and IPv6.

#include <libnet/config.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <ostream>
#include <string_view>

namespace libnet::inline v0::wire {

namespace asio = boost::asio;

/// The addresses from `first` to `last`, both included: of one family, and `first` is not above `last`. None of them
/// is held, so that a range of any size costs two addresses.
struct AddressRange {
    asio::ip::address first, last;  ///< both are in it

    /// How many addresses these are; 2^64 - 1 stands for that many and for any more.
    LIBNETXX_DECL std::uint64_t size() const;
    /// The address with this index: 0 is `first`. The index must be below `size()`.
    LIBNETXX_DECL asio::ip::address at(std::uint64_t index) const;
    /// Whether the address is of this family and lies between. The scopes of IPv6 addresses are not compared.
    LIBNETXX_DECL bool contains(const asio::ip::address& address) const;

    friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

/// Why a text is no range of addresses.
enum class AddressRangeError {
    not_an_address,     ///< neither an IPv4 nor an IPv6 address, alone or in front of "/" or "-"
    bad_prefix_length,  ///< after "/", no number from 0 to 32 (IPv4) or 128 (IPv6)
    bad_end,            ///< after "-", neither an address nor (IPv4) a last octet
    mixed_families,     ///< from IPv4 to IPv6, or the other way round
    backwards,          ///< the end is below the start
};

/// What would have been right, as it may stand after "expected": "a prefix length from 0 to 32, or to 128 for IPv6".
LIBNETXX_DECL std::string_view expected(AddressRangeError error) noexcept;
LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, AddressRangeError error);
LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const AddressRange& range);

/// Reads "192.0.2.1", "10.20.0.0/16", "10.0.0.1-10.0.0.9", "10.0.0.1-9", "2001:db8::/64" or "2001:db8::1-2001:db8::f".
///
/// The bits of an address beyond its prefix don't matter. Of a prefix only hosts are taken: not the network and
/// broadcast addresses of IPv4, where it is shorter than 31 bits (RFC 3021), nor the subnet-router anycast address of
/// IPv6, where it is shorter than 127 bits (RFC 4291 section 2.6.1, RFC 6164). A range from one address to another is
/// taken as it is. IPv4-mapped addresses are the IPv4 addresses that they stand for: ::ffff:192.0.2.0/120 is
/// 192.0.2.0/24.
LIBNETXX_DECL boost::system::result<AddressRange, AddressRangeError> parse_address_range(std::string_view text);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/ip/address_range.ipp>
#endif
