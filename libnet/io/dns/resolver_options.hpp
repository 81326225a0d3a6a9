#pragma once
// What a resolver is told.

#include <libnet/io/dns/name_lookup.hpp>

#include <boost/asio/ip/udp.hpp>

#include <chrono>
#include <cstddef>
#include <vector>

namespace libnet::inline v0::io {

namespace asio = boost::asio;

/// Options of a `Resolver`.
struct ResolverOptions {
    /// How long a name server has for its answer in the first round; twice as long in each further one. Must be
    /// positive; with the defaults and one silent server a name fails after 2 s + 4 s.
    std::chrono::milliseconds timeout{2000};
    /// Rounds through the name servers before a name has timed out. 0 counts as 1.
    unsigned tries = 2;
    /// How many names are asked for at the same time, each with up to two questions; further ones wait for their turn.
    /// More would overflow a name server's socket buffer (Linux keeps about 190 questions by default), and each lost
    /// question costs `timeout`. 0 counts as 1.
    std::size_t max_in_flight = 64;
    /// The name servers, asked in this order. Empty: the system's (/etc/resolv.conf, read once, by the constructor).
    std::vector<asio::ip::udp::endpoint> servers{};
    /// "localhost" is what /etc/hosts says, as getaddrinfo(3) has it, and the loopback addresses where that is silent.
    /// false: it is the loopback addresses in any case.
    bool localhost_from_hosts = false;
};

}  // namespace libnet::inline v0::io
