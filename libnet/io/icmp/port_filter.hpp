#pragma once
// Lets a raw TCP socket receive from one port only: without a filter it gets every segment that this host receives.

#include <libnet/io/loop/last_error.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <boost/system/system_error.hpp>

#include <array>
#include <cstdint>

#include <linux/filter.h>
#include <sys/socket.h>

namespace libnet::inline v0::io {

/// Segments to another port than this are dropped by the kernel (classic BPF, socket(7) SO_ATTACH_FILTER). Throws
/// `boost::system::system_error`.
inline void pass_only_port(int socket, wire::IpVersion version, std::uint16_t port)
{
    constexpr std::uint32_t port_at = 2, everything = 0xFFFFFFFF;
    // IPv4 packets come with their header, whose length is the lower half of the first octet in words.
    std::array<sock_filter, 5> program{{
        {BPF_LDX | BPF_B | BPF_MSH, 0, 0, 0},
        {BPF_LD | BPF_H | BPF_IND, 0, 0, port_at},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, port},
        {BPF_RET | BPF_K, 0, 0, everything},
        {BPF_RET | BPF_K, 0, 0, 0},
    }};
    if (version == wire::IpVersion::v6) {
        program[0] = {BPF_LDX | BPF_W | BPF_IMM, 0, 0, 0};
        program[1] = {BPF_LD | BPF_H | BPF_ABS, 0, 0, port_at};
    }
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    if (::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0)
        throw boost::system::system_error{last_error(), "port filter"};
}

}  // namespace libnet::inline v0::io
