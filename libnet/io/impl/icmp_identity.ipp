#pragma once
// Bodies of libnet/io/icmp_identity.hpp.

#include <libnet/io/control_data.hpp>
#include <libnet/io/icmp_identity.hpp>
#include <libnet/io/last_error.hpp>
#include <libnet/wire/icmp.hpp>

#include <boost/system/system_error.hpp>

#include <random>

#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace libnet::io {

LIBNET_DECL std::uint16_t random_identifier()
{
    std::random_device random;
    return std::uniform_int_distribution<std::uint16_t>{1, 65535}(random);
}

LIBNET_DECL void pass_echo_replies_only(int socket, wire::IpVersion version)
{
    if (version == wire::IpVersion::v4) {
        set_option(socket, SOL_RAW, ICMP_FILTER, static_cast<int>(~(1U << wire::icmp_type::echo_reply)));
        return;
    }
    icmp6_filter filter;
    ICMP6_FILTER_SETBLOCKALL(&filter);
    ICMP6_FILTER_SETPASS(wire::icmpv6_type::echo_reply, &filter);
    if (::setsockopt(socket, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) != 0)
        throw boost::system::system_error{last_error(), "ICMP6_FILTER"};
}

}  // namespace libnet::io
