#pragma once
// Whether a path that is looked at again and again has changed, or only shares its load among several routers.

#include <libnet/config.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace libnet::inline v0::engine {

/// Finds changes of a path in rounds of observations.
///
/// Theory of operation. A router that wasn't seen at its hop before is a novelty. Two of them in a row may be a new path,
/// or a hop that shares its load packet by packet and hadn't shown this side yet. Say that it shares its load evenly among
/// k routers that are known and u that are not. Of n sights so far, n-k could have been of an unknown router and weren't, and
/// the m sights since were. That has the probability
///
///     x^(n-k) * (1-x)^m,   x = k/(k+u)
///
/// and the u that makes it most likely is taken, at least one. The hops are independent, packet by packet: their
/// probabilities multiply. A change is certain when the product over the hops that have shown it in two rounds (where
/// several routers are known, in three) is below 2^-24. A path that was stable for 24 rounds, or three hops of it for
/// eight, needs two rounds for that. A known router at its hop takes the hop's novelties back: it shares its load.
///
/// What it takes for granted: load is shared evenly. A router that sends one packet of ten another way looks like a change.
///
/// Memory: at most 64 routers for each of 255 hops; hops with more are not looked at any more.
class PathChangeDetector {
public:
    using Address = boost::asio::ip::address;  ///< of a router

    /// A change that is certain now.
    struct Change {
        std::size_t rounds_ago = 0;  ///< the new path was seen first so many rounds before this one
        std::uint8_t first_ttl = 0;  ///< the hops that changed
        std::uint8_t last_ttl = 0;   ///< the last hop that differs
        friend bool operator==(const Change&, const Change&) = default;
    };

    /// An answer of a router, or of the destination, to a probe with this TTL (1 or more).
    struct Sight {
        std::uint8_t ttl = 0;  ///< the hop's number, from 1 on
        Address router{};      ///< who answered there
    };

    /// Takes what a round saw. `end` is the last TTL that counts: nothing lies beyond.
    std::optional<Change> on_round(std::span<const Sight> sights, std::uint8_t end);

    /// Knows nothing any more of the hops from this TTL on.
    void forget(std::uint8_t first_ttl);

private:
    struct Hop {
        std::map<Address, std::uint32_t> known{};
        std::uint64_t observations = 0;  ///< of the known ones
        std::map<Address, std::uint32_t> novel{};
        std::uint64_t novelties = 0;  ///< observations of the novel ones
        std::uint64_t since = 0;      ///< the round of the first of these
        std::uint64_t latest = 0;     ///< the round of the last of these

        void take_back();
        double surprise() const;
    };

    void accept(std::size_t first, std::uint8_t end);

    void observe(Hop& hop, const Address& router);

    std::uint64_t round_ = 0;
    std::vector<Hop> hops_;
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/trace/path_change.ipp>
#endif
