#pragma once
// What a user may write for a host, besides its name.

#include <boost/asio/ip/address.hpp>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <net/if.h>

namespace libnet::inline v0::io {

/// The text that a Resolver takes for this host: an IPv6 address without its brackets, and for the numbers that inet_aton(3)
/// takes, as all of the system's programs do (127.1, 0x7f.1, 2130706433), the IPv4 address that they are. Anything else as
/// it is.
inline std::string resolvable_host(const std::string& host)
{
    const bool brackets = host.starts_with('[') && host.ends_with(']') && host.find(':') != host.npos;
    if (brackets) return host.substr(1, host.size() - 2);
    const bool number = !host.empty() && host.front() >= '0' && host.front() <= '9' &&
                        host.find_first_not_of("0123456789abcdefABCDEFxX.") == host.npos;
    in_addr address{};
    if (!number || ::inet_aton(host.c_str(), &address) == 0) return host;
    return boost::asio::ip::address_v4{ntohl(address.s_addr)}.to_string();
}

/// A zone that would do for an address of this machine's links.
inline std::string some_interface()
{
    const std::unique_ptr<struct if_nameindex, void (*)(struct if_nameindex*)> all{::if_nameindex(),
                                                                                   &::if_freenameindex};
    for (const auto* each = all.get(); each != nullptr && each->if_index != 0; ++each)
        if (std::strcmp(each->if_name, "lo") != 0) return each->if_name;
    return "eth0";
}

/// What is missing of an address that several links have, or nothing: fe80::1 alone could be a neighbour on any of them.
inline std::string missing_zone(const boost::asio::ip::address& address)
{
    if (!address.is_v6()) return {};
    const auto v6 = address.to_v6();
    if (!v6.is_link_local() || v6.scope_id() != 0) return {};
    const auto text = v6.to_string();
    return text + ": which interface? A link-local address needs its zone: " + text + '%' + some_interface();
}

}  // namespace libnet::inline v0::io
