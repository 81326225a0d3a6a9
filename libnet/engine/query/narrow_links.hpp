#pragma once
// Where a path becomes narrower: what a trace and a search for the path's MTU say together.

#include <libnet/config.hpp>
#include <libnet/engine/query/path_mtu_result.hpp>
#include <libnet/engine/trace/trace_path.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <vector>

namespace libnet::inline v0 {

/// A link of a path that is narrower than those before it.
struct NarrowLink {
    std::uint8_t ttl = 0;       ///< of the hop in front of it; 0: our own host, or a router that the trace hasn't seen
    std::uint8_t next_ttl = 0;  ///< of the first hop that is known to be behind it; 0: not known
    boost::asio::ip::address router{};  ///< at that hop, as far as it is known; unspecified otherwise
    std::uint32_t mtu = 0;              ///< what it takes, in octets, with the IP header; 0: the router didn't say
    bool told = false;  ///< the router says so, or our own system; else it drops larger packets in silence
    friend bool operator==(const NarrowLink&, const NarrowLink&) = default;
};

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const NarrowLink& link);

namespace engine {

namespace asio = boost::asio;

/// The links that routers told of during the search, in the order of the path. Of several messages of one router the last
/// one counts; what was told and is less than what got through is left out.
LIBNETXX_DECL std::vector<NarrowLink> told_links(const TracePath& path, const PathMtu& found);

/// Looks for the link that drops packets of more than `found.mtu` octets.
///
/// Theory of operation. Packets that are one octet too large get as far as the hop in front of the link, which answers them
/// when their TTL ends there. So one half of the hops after the other is excluded, with a probe or two each: of the hops
/// that answered the trace, no others can tell. Hops that answer seldom are asked twice.
class BlackHoleSearch {
public:
    /// A path that wasn't reached, and an MTU without a black hole, have nothing to look for.
    LIBNETXX_DECL BlackHoleSearch(const TracePath& path, const PathMtu& found);

    /// The TTL that a probe with an octet too much is to be sent with; nullopt: there is no more to be found out.
    LIBNETXX_DECL std::optional<std::uint8_t> next() const;

    /// Whether the router there answered that its TTL has ended.
    LIBNETXX_DECL void on_result(bool answered);

    /// nullopt: there is none.
    LIBNETXX_DECL std::optional<NarrowLink> link() const;

private:
    struct Hop {
        std::uint8_t ttl = 0;
        asio::ip::address router{};
    };

    static constexpr unsigned attempts = 2;

    std::size_t middle() const noexcept { return (passed_ + stopped_) / 2; }

    std::uint32_t mtu_;
    std::vector<Hop> hops_;    // those that answer, behind our own host
    std::size_t passed_ = 0;   // the packets get there
    std::size_t stopped_ = 0;  // but not there
    unsigned silent_ = 0;      // probes to the middle one without an answer
};

}  // namespace engine

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/query/narrow_links.ipp>
#endif
