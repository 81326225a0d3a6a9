#pragma once
// The handle of one path that is traced.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>

namespace libnet::inline v0 {

/// Names a target of one tracer. A handle is never used twice: after its `TraceDone` it names nothing, as one that was
/// default-constructed does from the start. Any order and a hash, for containers.
struct TraceTarget {
    std::uint32_t index = 0;       ///< its place in the tracer
    std::uint32_t generation = 0;  ///< which of those that have had this place
    friend auto operator<=>(const TraceTarget&, const TraceTarget&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const TraceTarget& target)
{
    return out << 't' << target.index << '.' << target.generation;
}

}  // namespace libnet::inline v0

template <>
struct std::hash<libnet::TraceTarget> {                                       ///< For unordered containers.
    std::size_t operator()(const libnet::TraceTarget& target) const noexcept  ///< of both numbers
    {
        return std::hash<std::uint64_t>{}(std::uint64_t{target.generation} << 32 | target.index);
    }
};
