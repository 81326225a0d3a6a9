#pragma once
// Who a request comes from when proxies stand in between: Forwarded (RFC 7239) and X-Forwarded-For.

#include <libnet/config.hpp>
#include <libnet/wire/http/forwarding_field.hpp>
#include <libnet/wire/http/http_fields.hpp>
#include <libnet/wire/ip/network.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::wire {

/// More addresses than this are not looked at, from the last one backwards.
inline constexpr std::size_t max_forwarding_hops = 32;

/// The address that a request comes from. `peer` is who the connection comes from, `trusted` are the networks of proxies
/// that are believed.
///
/// A peer that is not trusted is the client, whatever the fields say. What a trusted proxy names is the one that has
/// connected to it; if that is trusted as well, the name before is believed, and so on. The first that isn't trusted is the
/// client. What stands before it could have been written by any client, and is never looked at.
///
/// Where a name is no address ("unknown", an identifier such as "_hidden", RFC 7239 section 6), or a field line is not well
/// formed, the answer is the last address that was believed. IPv4-mapped addresses come back as IPv4. An empty `trusted`
/// trusts no network.
boost::asio::ip::address client_address(const HttpFields& fields, const boost::asio::ip::address& peer,
                                        const std::vector<Network>& trusted,
                                        ForwardingField field = ForwardingField::x_forwarded_for);

/// Reads a node of either field: "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80", all
/// without quotation marks. The port may also be an identifier ("_p"), and is ignored. Nothing: it is no address.
std::optional<boost::asio::ip::address> parse_forwarding_node(std::string_view node);

/// The node as RFC 7239 section 6 writes it in Forwarded: `192.0.2.1`, `"[2001:db8::1]"`.
std::string to_forwarded_node(const boost::asio::ip::address& address);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/forwarded.ipp>
#endif
