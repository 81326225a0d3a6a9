#pragma once
// What a router may add behind the packet that its ICMP error quotes: the extension structure of RFC 4884 with MPLS labels
// (RFC 4950), interfaces (RFC 5837) and objects that we know nothing about.

#include <libnet/config.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::wire {

// RFC 4884 section 7:
//
//   0                   1                   2                   3
//   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |Version|      (Reserved)       |           Checksum            |   0
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |    Length, with these four    |   Class-Num   |   C-Type      |   4, and again for each object
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |                   // (Object payload) //                      |
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

/// One entry of the label stack that the packet arrived with, RFC 4950 section 3.
struct MplsLabel {
    std::uint32_t label = 0;         ///< 20 bits
    std::uint8_t traffic_class = 0;  ///< 3 bits, once called experimental
    bool bottom = false;             ///< the last one of the stack
    std::uint8_t ttl = 0;            ///< the label's own
    friend bool operator==(const MplsLabel&, const MplsLabel&) = default;
};

/// What an interface was to the packet, RFC 5837 section 4.2.
enum class IcmpInterfaceRole : std::uint8_t {
    incoming = 0,  ///< the IP interface on which it arrived
    sub_ip = 1,    ///< the link below that, a member of an aggregate
    outgoing = 2,  ///< it would have left there
    next_hop = 3,  ///< the IP next hop that it would have gone to
};

/// An interface, RFC 5837. A router tells any part of it.
struct IcmpInterface {
    IcmpInterfaceRole role = IcmpInterfaceRole::incoming;  ///< what it was to the packet
    std::optional<std::uint32_t> index{};                  ///< ifIndex of RFC 2863
    std::optional<asio::ip::address> address{};            ///< of the interface
    std::string name{};                                    ///< at most 63 octets, as they came: anything may be in it
    std::optional<std::uint32_t> mtu{};                    ///< octets
    friend bool operator==(const IcmpInterface&, const IcmpInterface&) = default;
};

/// An object of another class.
struct IcmpObject {
    std::uint8_t class_number = 0;     ///< Class-Num
    std::uint8_t type = 0;             ///< C-Type
    std::vector<std::byte> payload{};  ///< without the four octets of its header
    friend bool operator==(const IcmpObject&, const IcmpObject&) = default;
};

/// All that an error carries, each kind in its order.
struct IcmpExtensions {
    std::vector<MplsLabel> mpls{};                                                                ///< labels
    std::vector<IcmpInterface> interfaces{};                                                      ///< interfaces
    std::vector<IcmpObject> others{};                                                             ///< of other classes
    bool empty() const noexcept { return mpls.empty() && interfaces.empty() && others.empty(); }  ///< of all
    friend bool operator==(const IcmpExtensions&, const IcmpExtensions&) = default;
};

/// Why bytes are no extension structure.
enum class IcmpExtensionError {
    truncated = 1,  ///< fewer octets than the header, or an object that says to be longer than what is there
    bad_version,    ///< not 2
    bad_checksum,   ///< damaged, or no extensions at all
    bad_object,     ///< an object that is shorter than its own header
};

/// Decodes the structure from its header on. A checksum of 0 means that there is none (RFC 4884 section 7). Objects of a
/// known class that contradict themselves are kept among `others`. At most `icmp_extensions_most` objects are looked at.
LIBNETXX_DECL boost::system::result<IcmpExtensions, IcmpExtensionError> decode_icmp_extensions(
    std::span<const std::byte> structure);

constexpr std::size_t icmp_extensions_most = 32;  ///< objects, and labels of one object

/// Where the extensions of an ICMP error begin, whose octets are given from its ICMP header on; empty: it has none.
///
/// Where the error says how long its quote is (RFC 4884 section 4), they are behind that. Routers older than that say
/// nothing, and put them behind 128 octets (section 5.5): there they count only when version and checksum are right.
LIBNETXX_DECL std::span<const std::byte> find_icmp_extensions(IpVersion version, std::span<const std::byte> message);

/// "incoming", "sub-IP", "outgoing", "next hop".
constexpr std::string_view name_of(IcmpInterfaceRole role) noexcept
{
    switch (role) {
    case IcmpInterfaceRole::incoming:
        return "incoming";
    case IcmpInterfaceRole::sub_ip:
        return "sub-IP";
    case IcmpInterfaceRole::outgoing:
        return "outgoing";
    case IcmpInterfaceRole::next_hop:
        return "next hop";
    }
    return "";
}

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/icmp/icmp_extensions.ipp>
#endif
