#pragma once
// Which media types a client takes, RFC 9110 section 12.5.1.

#include <libnet/config.hpp>

#include <cstdint>
#include <string_view>

namespace libnet::inline v0::wire {

/// A media range of an Accept field, RFC 9110 section 12.5.1: `text/plain;version=0.0.4;q=0.5`.
struct MediaRange {
    std::string_view type;        ///< as sent; types have no case
    std::string_view version;     ///< the parameter of that name, or empty
    std::uint16_t weight = 1000;  ///< 0, "not acceptable", to 1000
};

/// Reads an item of the field's list. A weight that is none counts as 0.
MediaRange read_media_range(std::string_view item) noexcept;

/// How much a client wants a media type without parameters ("text/html"), in thousandths, by the value of its Accept
/// field: 0 is "not acceptable", also where no range covers the type. The most specific range counts: the
/// type, then "text/*", then "*/*". A field
/// without a range accepts everything. Parameters of ranges other than q are passed over.
std::uint16_t weight_of(std::string_view accept, std::string_view media_type) noexcept;

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/accept.ipp>
#endif
