#pragma once
// Byte ranges, RFC 9110 section 14.

#include <libnet/config.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <span>
#include <string_view>

namespace libnet::inline v0::wire {

/// Octets of a representation.
struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t length = 0;  ///< at least 1
    friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// Ranges that one field may ask for. More are no request that a reader of files makes.
inline constexpr std::size_t max_ranges = 16;

/// What a Range field asks of a representation of known size.
struct RangeChoice {
    enum class Kind {
        whole,          ///< there is nothing to heed: another unit, bad syntax, or too many ranges; answer with 200
        parts,          ///< answer with 206 and these parts
        unsatisfiable,  ///< every range begins behind the end; answer with 416
    } kind = Kind::whole;
    std::size_t count = 0;
    std::array<ByteRange, max_ranges> ranges{};

    /// One or more, within the size, without an octet in common.
    std::span<const ByteRange> parts() const& noexcept { return {ranges.data(), count}; }
    void parts() const&& = delete;  // the view would outlive what it shows

    friend bool operator==(const RangeChoice&, const RangeChoice&) = default;
};

/// Reads a Range field's value.
///
/// Many small or overlapping ranges are how the field is abused (section 17.15). So more than `max_ranges` are ignored
/// together, as section 14.2 allows; ranges that overlap or touch become one, in the place of the first of them
/// (section 15.3.7.2). All parts together are therefore never more than the representation. Ranges that lie behind the
/// end are left out as long as another one doesn't.
RangeChoice choose_ranges(std::string_view field, std::uint64_t size) noexcept;

std::ostream& operator<<(std::ostream& out, const RangeChoice& choice);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/http_range.ipp>
#endif
