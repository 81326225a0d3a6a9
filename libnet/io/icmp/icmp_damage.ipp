#pragma once
// Bodies of libnet/io/icmp/icmp_damage.hpp.

#include <libnet/io/icmp/icmp_damage.hpp>
#include <libnet/wire/ip/proc_net_snmp.hpp>

#include <fstream>
#include <sstream>
#include <string>

namespace libnet::inline v0::io {

namespace detail {

/// Files of /proc have no size that could be asked for.
LIBNETXX_DECL std::string read_proc_file(const char* path)
{
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

}  // namespace detail

LIBNETXX_DECL std::uint64_t damaged_icmp_packets()
{
    const auto v4 = wire::snmp_counter(detail::read_proc_file("/proc/self/net/snmp"), "Icmp:", "InCsumErrors");
    const auto v6 = wire::snmp6_counter(detail::read_proc_file("/proc/self/net/snmp6"), "Icmp6InCsumErrors");
    return v4.value_or(0) + v6.value_or(0);
}

}  // namespace libnet::inline v0::io
