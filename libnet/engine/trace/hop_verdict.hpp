#pragma once
// What the numbers of a path's hops mean. A router that answers seldom loses nothing: only a loss that all later hops
// share is one of the path.

#include <libnet/base/wilson_interval.hpp>
#include <libnet/config.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0 {

/// What a hop does.
enum class HopKind : std::uint8_t {
    forwards,      ///< it answers and forwards
    reached,       ///< it is the destination
    silent,        ///< it never answers, later hops do
    rate_limited,  ///< it answers some probes only: later hops lose less, so that its loss isn't the path's
    losing,        ///< the path loses packets from here on: all later hops share the loss
    unreachable,   ///< it says that the destination can't be reached
    filtered,      ///< it says that it may not forward, or nothing answers from here on
    loop,          ///< packets come here again and again
};

std::string_view name_of(HopKind kind) noexcept;  ///< as in `--json`: "rate_limited"

/// What is known of a hop, for `judge_hops`.
struct HopEvidence {
    std::uint8_t ttl = 0;           ///< the hop's number, from 1 on
    std::uint64_t sent = 0;         ///< probes to it
    std::uint64_t received = 0;     ///< of these answered, refusals not among them
    std::uint64_t unreachable = 0;  ///< of these refused
    bool reached = false;           ///< the destination answers here
    bool prohibited = false;        ///< refusals say that it is prohibited
    std::uint8_t loop_of = 0;       ///< the earlier hop with the same router; 0: it is in no loop
};

/// A verdict on a hop.
struct HopVerdict {
    HopKind kind = HopKind::forwards;  ///< what the hop does
    /// What the path loses up to this hop, as far as this and the later hops tell; 0 to 1.
    double path_loss = 0;
    base::ShareInterval path_loss_bounds{};  ///< of that, 95 %
    std::string evidence{};                  ///< in words: "answers 62 of 100 probes, later hops lose 1 %"
};

/// Judges the hops of one path, which come in the order of their TTLs.
///
/// Theory of operation. A probe to hop h is answered if it and its answer survive the path up to h, and if h answers
/// at all. The first can only get worse from hop to hop, the second is a matter of h alone. So, from the end backward, a
/// hop that loses significantly more than the hops behind it is rate-limited, and counts no more. What is left is cut
/// where its loss rises: the cut that explains the numbers best (likelihood ratio of two binomials) is taken if chance
/// explains it in less than one case of a thousand, and both sides are looked at again. All hops of a piece share their
/// loss, so that many hops make up for few probes. A hop with which such a piece begins is losing.
///
/// What it can't tell: whether packets are lost on the way there or back, and whether the last hop that answers is
/// limited.
std::vector<HopVerdict> judge_hops(std::span<const HopEvidence> hops);

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/trace/hop_verdict.ipp>
#endif
