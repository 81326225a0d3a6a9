#pragma once
// Whose a connection and a request are, where proxies stand in front of a server.

#include <libnet/config.hpp>
#include <libnet/engine/http/connection_preface.hpp>
#include <libnet/io/loop/executor.hpp>
#include <libnet/io/tcp/connection.hpp>
#include <libnet/wire/http/forwarded.hpp>
#include <libnet/wire/ip/network.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace libnet::inline v0::io {

/// The proxies that a server believes. None by default: clients are who they connect as.
struct ClientSources {
    std::vector<wire::Network> proxy_protocol{};   ///< their connections begin with a PROXY header, each of them
    std::vector<wire::Network> trusted_proxies{};  ///< their requests say in `field` whose they are
    wire::ForwardingField field = wire::ForwardingField::x_forwarded_for;
};

/// Whether one of the networks has the address.
bool any_contains(const std::vector<wire::Network>& networks, const asio::ip::address& address) noexcept;

/// Connections that were refused for their first octets.
class RefusedPrefaces {
public:
    /// Counts one more, and tells the connection's diagnostics of it, but not more often than every ten seconds.
    void add(const Connection& connection, std::string_view reason);

    std::uint64_t count() const noexcept { return count_; }

private:
    using Clock = std::chrono::steady_clock;

    std::uint64_t count_ = 0;
    std::uint64_t told_ = 0;  // how many there were when it was told of the last one
    Clock::time_point next_{};
};

/// What has become of a connection's first octets.
struct Preface {
    enum class End : std::uint8_t {
        served,   ///< by `decision`; its header, if there was one, is taken from the socket
        refused,  ///< by `decision`
        late,     ///< the deadline of the connection has passed
        closed,   ///< the peer or the server has closed it
    };
    End end = End::closed;
    engine::PrefaceDecision decision{};
};

/// Looks at the first octets of a connection until it is known what they are. Only a header is taken from the socket: what
/// follows, a request or TLS, stays in it. A drain closes the connection meanwhile. The connection must outlive it.
Task<Preface> receive_preface(Connection& connection, engine::PrefaceSender sender, std::chrono::milliseconds timeout);

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/http/client_sources.ipp>
#endif
