#pragma once
// What asking about an interface (RFC 8335) finds out: a value that prints and compares.

#include <libnet/config.hpp>
#include <libnet/wire/icmp/icmp_extended_echo.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>

namespace libnet::inline v0 {

/// Which interface is meant: its name (1 to 255 octets), its index, or an address that it has.
using InterfaceId = wire::InterfaceId;

/// Where the interface is: on the node that is asked, or on a neighbour of it.
using InterfacePlace = wire::InterfacePlace;

/// How the question was understood.
using InterfaceCode = wire::ExtendedEchoCode;

/// What the node knows about its neighbour.
using NeighbourState = wire::NeighbourState;

/// Who says that the question didn't get there.
struct InterfaceError {
    boost::asio::ip::address from{};  ///< who sent the error
    std::uint8_t type = 0;            ///< of the ICMP message
    std::uint8_t code = 0;            ///< of the ICMP message
    friend bool operator==(const InterfaceError&, const InterfaceError&) = default;
};

/// What a node said about an interface.
struct InterfaceState {
    enum class Outcome : std::uint8_t {  ///< How a question ended.
        answered,                        ///< `code` and the rest are what the node says
        no_answer,                       ///< nothing came: most nodes have to be told to answer
        unreachable,                     ///< an ICMP error came instead
    };

    boost::asio::ip::address address{};               ///< of the node that was asked
    Outcome outcome = Outcome::no_answer;             ///< how the question ended
    InterfaceCode code = InterfaceCode::no_error;     ///< anything else: the node knows nothing, and the rest is false
    NeighbourState neighbour = NeighbourState::none;  ///< of an interface on a neighbour
    bool active = false;                              ///< the interface is up
    bool ipv4 = false;                                ///< IPv4 runs on it
    bool ipv6 = false;                                ///< IPv6 runs on it
    std::chrono::nanoseconds rtt{};                   ///< from the question to its answer
    std::uint32_t probes = 0;                         ///< questions that were sent
    std::optional<InterfaceError> error{};            ///< where it is unreachable

    /// The node says that its interface is up, or that its neighbour can be reached: in the states Reachable, Stale,
    /// Delay and Probe it has an address to send to (RFC 4861 section 7.3.2).
    bool works() const noexcept
    {
        if (outcome != Outcome::answered || code != InterfaceCode::no_error) return false;
        return active || (neighbour >= NeighbourState::reachable && neighbour <= NeighbourState::probe);
    }
    friend bool operator==(const InterfaceState&, const InterfaceState&) = default;
};

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const InterfaceState& state);

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/query/interface_state.ipp>
#endif
