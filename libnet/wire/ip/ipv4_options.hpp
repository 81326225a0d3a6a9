#pragma once
// Options of the IPv4 header, RFC 791 section 3.1: the ones that routers write into, and what came of them.

#include <libnet/config.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace libnet::inline v0::wire {

constexpr std::size_t ipv4_max_options_size = 40;  ///< octets (RFC 791 section 3.1)

/// What routers shall write into a packet's header on its way. Many leave it, and some drop such packets.
enum class Ipv4Record : std::uint8_t {
    nothing,
    route,                     ///< addresses, up to nine: record route
    timestamps,                ///< times, up to nine
    timestamps_and_addresses,  ///< both, up to four
};

/// The options of one header as they came. Equal ones are a row of equal octets.
class Ipv4OptionOctets {
public:
    Ipv4OptionOctets() = default;
    /// What is beyond the 40 octets that a header has room for is left out.
    explicit Ipv4OptionOctets(std::span<const std::byte> octets)
        : size_{static_cast<std::uint8_t>(std::min(octets.size(), ipv4_max_options_size))}
    {
        std::copy_n(octets.begin(), size_, octets_.begin());
    }

    std::span<const std::byte> octets() const noexcept { return std::span{octets_}.first(size_); }  ///< encoded
    bool empty() const noexcept { return size_ == 0; }                                              ///< there are none
    friend bool operator==(const Ipv4OptionOctets&, const Ipv4OptionOctets&) = default;

private:
    std::array<std::byte, ipv4_max_options_size> octets_{};
    std::uint8_t size_ = 0;
};

//  +--------+--------+--------+---------//--------+      type 7: record route
//  |  type  | length | pointer|     addresses     |           137, 131: strict, loose source and record route
//  +--------+--------+--------+---------//--------+      pointer: octet of the next free place, from 1; the first is 4

/// Addresses of the interfaces that the packet left its routers by, in its order.
struct RecordedRoute {
    std::vector<asio::ip::address_v4> addresses;  ///< at most nine
    friend bool operator==(const RecordedRoute&, const RecordedRoute&) = default;
};
/// The addresses that a source-routed packet has passed.
struct SourceRoute {
    bool strict = false;                          ///< these and no others
    std::vector<asio::ip::address_v4> addresses;  ///< at most nine
    friend bool operator==(const SourceRoute&, const SourceRoute&) = default;
};

//  +--------+--------+--------+----+----+                type 68: internet timestamp
//  |  type  | length | pointer|over|flag|                pointer: the first free place is 5
//  +--------+--------+--------+----+----+                over: hosts that found no place
//  |     address, if flag is 1 or 3     |
//  +------------------------------------+
//  |             timestamp              |                milliseconds since midnight UT; with the highest bit set, of
//  +-------------//---------------------+                another clock

/// A time that a router has written down.
struct RecordedTime {
    std::optional<asio::ip::address_v4> address;  ///< where addresses were asked for
    std::uint32_t milliseconds = 0;               ///< since midnight UT, if `standard`
    bool standard = true;                         ///< of universal time
    friend bool operator==(const RecordedTime&, const RecordedTime&) = default;
};
struct RecordedTimes {                ///< What routers have written down.
    std::vector<RecordedTime> times;  ///< in the order of the way
    unsigned unrecorded = 0;          ///< hosts that found no place
    friend bool operator==(const RecordedTimes&, const RecordedTimes&) = default;
};
struct NoOperation {  ///< one octet that fills a place
    friend bool operator==(const NoOperation&, const NoOperation&) = default;
};
struct UnknownIpv4Option {  ///< Another option.
    std::uint8_t type = 0;  ///< its first octet
    friend bool operator==(const UnknownIpv4Option&, const UnknownIpv4Option&) = default;
};
using Ipv4Option = std::variant<RecordedRoute, SourceRoute, RecordedTimes, NoOperation, UnknownIpv4Option>;  ///< any

/// The options to send a packet with, so that they are written into; empty for `nothing`.
LIBNETXX_DECL Ipv4OptionOctets encode_ipv4_record(Ipv4Record record);

constexpr std::size_t ipv4_max_source_route = 9, ipv4_max_prespecified = 4;  ///< addresses

/// The option that sends a packet by way of these hosts, in this order, to its destination, which isn't among them: 1 to
/// `ipv4_max_source_route`; more are left out. `strict`: by no other. Hosts and routers refuse such packets by default
/// (RFC 7126 section 4.3). Handed to the kernel (IP_OPTIONS of ip(7)), which puts the destination in.
LIBNETXX_DECL Ipv4OptionOctets encode_ipv4_source_route(std::span<const asio::ip::address_v4> hops, bool strict);

/// The timestamp option with the addresses of those who shall write their times down, in the order in which the packet
/// comes by: at most `ipv4_max_prespecified`; more are left out.
LIBNETXX_DECL Ipv4OptionOctets encode_ipv4_prespecified_times(std::span<const asio::ip::address_v4> hosts);

/// Reads the options of a header, up to the end-of-list octet, or to one whose length makes no sense.
LIBNETXX_DECL std::vector<Ipv4Option> decode_ipv4_options(std::span<const std::byte> options);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/ip/ipv4_options.ipp>
#endif
