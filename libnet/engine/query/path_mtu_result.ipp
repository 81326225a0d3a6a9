#pragma once
// Bodies of libnet/engine/query/path_mtu_result.hpp.

#include <libnet/engine/query/path_mtu_result.hpp>

namespace libnet::inline v0 {

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, PathMtuOutcome outcome)
{
    switch (outcome) {
    case PathMtuOutcome::answered:
        return out << "answered";
    case PathMtuOutcome::too_big:
        return out << "too big";
    case PathMtuOutcome::too_big_here:
        return out << "too big here";
    case PathMtuOutcome::silent:
        break;
    }
    return out << "silent";
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const PathMtuStep& step)
{
    out << step.size << ' ' << step.outcome;
    if (!step.from.is_unspecified()) out << ", from " << step.from;
    if (step.told) out << ", told " << *step.told;
    return out << ", " << step.rtt.count() << "ns, " << step.probes << " probes";
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, PathMtuLimit limit)
{
    switch (limit) {
    case PathMtuLimit::interface:
        return out << "interface";
    case PathMtuLimit::router:
        return out << "router";
    case PathMtuLimit::black_hole:
        return out << "black hole";
    case PathMtuLimit::unknown:
        return out << "unknown";
    case PathMtuLimit::no_answer:
        break;
    }
    return out << "no answer";
}

}  // namespace libnet::inline v0
