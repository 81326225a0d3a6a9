#pragma once
// The two versions of IP, for formats that differ between them.

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <ostream>

namespace libnet::inline v0::wire {

namespace asio = boost::asio;

enum class IpVersion : std::uint8_t { v4 = 4, v6 = 6 };  ///< As in the first four bits of a packet.

inline IpVersion version_of(const asio::ip::address& address) noexcept  ///< that the address belongs to
{
    return address.is_v4() ? IpVersion::v4 : IpVersion::v6;
}

inline std::ostream& operator<<(std::ostream& out, IpVersion version)
{
    return out << (version == IpVersion::v4 ? "IPv4" : "IPv6");
}

}  // namespace libnet::inline v0::wire
