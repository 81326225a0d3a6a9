#pragma once
// What a search for a path's MTU finds out: the fate of each size, and what they add up to. Values that print and
// compare.

#include <libnet/config.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <vector>

namespace libnet::inline v0 {

/// What became of the probes of one size.
enum class PathMtuOutcome : std::uint8_t {
    answered,      ///< one of them got through, and its answer came back
    too_big,       ///< a router said that it can't forward so much: "Frag needed", "Packet too big"
    too_big_here,  ///< our own system refused to send so much: it is more than the interface's MTU
    silent,        ///< none was answered, and no message said why
};

/// One finding of a search.
struct PathMtuStep {
    std::uint32_t size = 0;                             ///< of the probes in octets, with their IP headers
    PathMtuOutcome outcome = PathMtuOutcome::answered;  ///< what became of the probes
    boost::asio::ip::address from{};                    ///< who answered or says so; unspecified: only our own system
    std::optional<std::uint32_t> told{};  ///< the MTU that goes with "too big", as it was told; empty: none, or zero
    std::chrono::nanoseconds rtt{};       ///< from sending to the answer, or to the "too big"; zero: there was none
    std::uint32_t probes = 0;             ///< of this size, up to now
    friend bool operator==(const PathMtuStep&, const PathMtuStep&) = default;
};

/// What keeps larger packets from getting through.
enum class PathMtuLimit : std::uint8_t {
    interface,  ///< our own interface takes no more (or PathMtuOptions::ceiling says so): the path may take more
    router,     ///< a router says that they are too big
    black_hole,  ///< they are dropped without a message: TCP connections over this path stall unless they search themselves
    unknown,    ///< the search had no probe left to find out: at least `mtu` octets get through
    no_answer,  ///< the host answers nothing, not even small probes: nothing is known
};

/// An ICMP error that is not about size.
struct PathMtuError {
    boost::asio::ip::address from{};  ///< who sent the error
    std::uint8_t type = 0;            ///< of the ICMP or ICMPv6 message
    std::uint8_t code = 0;            ///< of the ICMP or ICMPv6 message
    friend bool operator==(const PathMtuError&, const PathMtuError&) = default;
};

/// What is known about a path.
struct PathMtu {
    boost::asio::ip::address address{};  ///< the host at the end of the path
    std::uint32_t mtu = 0;  ///< the largest packet that got through, in octets, with its IP header; 0: none did
    PathMtuLimit limit = PathMtuLimit::unknown;  ///< what keeps larger packets from it
    boost::asio::ip::address told_by{};          ///< the router, where `limit` is that; unspecified otherwise
    std::chrono::nanoseconds rtt{};              ///< of a packet with `mtu` octets
    std::uint32_t probes = 0;                    ///< that were sent
    std::optional<PathMtuError> error{};         ///< the last one, which may say why there is no answer
    std::vector<PathMtuStep> steps{};            ///< all findings, in their order

    /// The path has an MTU that is known: a packet of it got through, and one with an octet more doesn't.
    bool found() const noexcept { return limit != PathMtuLimit::unknown && limit != PathMtuLimit::no_answer; }
    bool black_hole() const noexcept { return limit == PathMtuLimit::black_hole; }  ///< they vanish silently
    friend bool operator==(const PathMtu&, const PathMtu&) = default;
};

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, PathMtuOutcome outcome);
LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const PathMtuStep& step);
LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, PathMtuLimit limit);

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/query/path_mtu_result.ipp>
#endif
