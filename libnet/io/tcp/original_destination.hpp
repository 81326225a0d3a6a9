#pragma once
// Where a client wanted to go whose connection a firewall has led here.

#include <libnet/config.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>

namespace libnet::inline v0::io {

/// The address and port that the client of an accepted connection has connected to: before a rule REDIRECT or DNAT of
/// netfilter has changed it (SO_ORIGINAL_DST, linux/netfilter_ipv4.h and netfilter_ipv6/ip6_tables.h), else that of the
/// socket, which with TPROXY is the same (Documentation/networking/tproxy.rst). Nothing: the connection is broken, or
/// of no IP.
inline std::optional<boost::asio::ip::tcp::endpoint> original_destination(int socket) noexcept
{
    constexpr int original = 80;  // SO_ORIGINAL_DST and IP6T_SO_ORIGINAL_DST
    boost::asio::ip::tcp::endpoint own, first;
    auto size = static_cast<socklen_t>(own.capacity());
    if (::getsockname(socket, own.data(), &size) != 0) return std::nullopt;
    if (own.data()->sa_family != AF_INET && own.data()->sa_family != AF_INET6) return std::nullopt;
    own.resize(size);
    // A socket of IPv6 has connections of IPv4, too, and those are known by the address of IPv4.
    for (const int level : {IPPROTO_IP, IPPROTO_IPV6}) {
        size = static_cast<socklen_t>(first.capacity());
        if (::getsockopt(socket, level, original, first.data(), &size) != 0) continue;
        first.resize(size);
        return first;
    }
    return own;
}

/// Has a listening socket take what TPROXY leads to it, for addresses that are not this machine's (ip(7), IP_TRANSPARENT). False:
/// that needs CAP_NET_ADMIN or CAP_NET_RAW.
inline bool take_foreign_addresses(int socket) noexcept
{
    const int on = 1;
    const bool v4 = ::setsockopt(socket, IPPROTO_IP, IP_TRANSPARENT, &on, sizeof on) == 0;
    const bool v6 = ::setsockopt(socket, IPPROTO_IPV6, IPV6_TRANSPARENT, &on, sizeof on) == 0;
    return v4 || v6;
}

/// Says that a connection of this process begins at this address and port, as long as it lives: by that it is known
/// where it comes back to this process, by a firewall's rule that should have excepted it. Of the whole process, for
/// any thread.
class OwnConnection {
public:
    using Endpoint = boost::asio::ip::tcp::endpoint;

    OwnConnection() = default;
    explicit OwnConnection(const Endpoint& from) : from_{from}
    {
        const std::lock_guard lock{all().mutex};
        all().from.insert(from);
    }
    OwnConnection(OwnConnection&& other) noexcept : from_{std::exchange(other.from_, std::nullopt)} {}
    OwnConnection& operator=(OwnConnection&& other) noexcept
    {
        std::swap(from_, other.from_);
        return *this;
    }
    ~OwnConnection()
    {
        if (!from_) return;
        const std::lock_guard lock{all().mutex};
        const auto found = all().from.find(*from_);
        if (found != all().from.end()) all().from.erase(found);
    }

    /// Whether such a connection begins there.
    static bool begins_at(const Endpoint& from)
    {
        const std::lock_guard lock{all().mutex};
        return all().from.contains(from);
    }

private:
    struct All {
        std::mutex mutex;
        std::multiset<Endpoint> from;
    };
    static All& all()
    {
        static All instance;
        return instance;
    }

    std::optional<Endpoint> from_;
};

}  // namespace libnet::inline v0::io
