#pragma once
// Bodies of libnet/io/icmp/icmp_identity.hpp.

#include <libnet/io/icmp/control_data.hpp>
#include <libnet/io/icmp/icmp_identity.hpp>
#include <libnet/io/loop/last_error.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <boost/system/system_error.hpp>

#include <random>

#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace libnet::inline v0::io {

LIBNETXX_DECL std::uint16_t random_identifier()
{
    std::random_device random;
    return std::uniform_int_distribution<std::uint16_t>{1, 65535}(random);
}

LIBNETXX_DECL void pass_only(int socket, wire::IpVersion version, std::uint8_t type)
{
    if (version == wire::IpVersion::v4) {
        constexpr std::uint8_t filtered_types = 32;  // the bits of the filter
        const std::uint32_t passed = type < filtered_types ? 1U << type : 0U;
        set_option(socket, SOL_RAW, ICMP_FILTER, static_cast<int>(~passed));
        return;
    }
    icmp6_filter filter;
    ICMP6_FILTER_SETBLOCKALL(&filter);
    ICMP6_FILTER_SETPASS(type, &filter);
    if (::setsockopt(socket, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) != 0)
        throw boost::system::system_error{last_error(), "ICMP6_FILTER"};
}

LIBNETXX_DECL void pass_errors_only(int socket, wire::IpVersion version)
{
    using namespace wire;
    if (version == IpVersion::v4) {
        const auto passed = 1U << icmp_type::destination_unreachable | 1U << icmp_type::time_exceeded |
                            1U << icmp_type::parameter_problem;
        set_option(socket, SOL_RAW, ICMP_FILTER, static_cast<int>(~passed));
        return;
    }
    icmp6_filter filter;
    ICMP6_FILTER_SETBLOCKALL(&filter);
    for (const auto type : {icmpv6_type::destination_unreachable, icmpv6_type::packet_too_big,
                            icmpv6_type::time_exceeded, icmpv6_type::parameter_problem})
        ICMP6_FILTER_SETPASS(type, &filter);
    if (::setsockopt(socket, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) != 0)
        throw boost::system::system_error{last_error(), "ICMP6_FILTER"};
}

LIBNETXX_DECL void pass_echo_replies_only(int socket, wire::IpVersion version)
{
    pass_only(socket, version,
              version == wire::IpVersion::v4 ? wire::icmp_type::echo_reply : wire::icmpv6_type::echo_reply);
}

}  // namespace libnet::inline v0::io
