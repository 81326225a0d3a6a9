#pragma once
// Byte ranges, RFC 9110 section 14.

#include <libnet/config.hpp>

#include <cstdint>
#include <iosfwd>
#include <string_view>

namespace libnet::wire {

/// What a Range field asks of a representation of known size.
struct RangeChoice {
    enum class Kind {
        whole,          ///< there is nothing to heed: another unit, bad syntax, or several ranges; answer with 200
        part,           ///< answer with 206 and `length` octets from `first`
        unsatisfiable,  ///< the range begins behind the end; answer with 416
    } kind = Kind::whole;
    std::uint64_t first = 0;
    std::uint64_t length = 0;  ///< of a part: at least 1, and within the size

    friend bool operator==(const RangeChoice&, const RangeChoice&) = default;
};

/// Reads a Range field's value. Only a single range is heeded: section 14.2 lets a server ignore the field, and many
/// small or overlapping ranges are how it is abused (section 17.15).
RangeChoice choose_range(std::string_view field, std::uint64_t size) noexcept;

std::ostream& operator<<(std::ostream& out, const RangeChoice& choice);

}  // namespace libnet::wire

#if !defined(LIBNET_SEPARATE_COMPILATION)
#  include <libnet/wire/impl/http_range.ipp>
#endif
