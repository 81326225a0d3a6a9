#pragma once
// Entity tags, RFC 9110 section 8.8.3.

#include <libnet/config.hpp>

#include <string_view>

namespace libnet::inline v0::wire {

/// How two entity tags are compared, RFC 9110 section 8.8.3.2.
enum class EtagComparison {
    strong,  ///< both must be strong: the octets are the same
    weak,    ///< "W/" is ignored: the meaning is the same
};

/// Takes one entity tag from the front of a list of them; empty: there is none, or what comes next is no entity tag.
std::string_view take_etag(std::string_view& list) noexcept;

/// Whether two entity tags, as they stand in a field, are the same.
bool etag_equals(std::string_view a, std::string_view b, EtagComparison comparison) noexcept;

/// Whether the value of If-Match or If-None-Match, "*" or a list, names the entity tag. An entity tag may hold a comma,
/// so quotes are heeded; from the first piece on that is no entity tag, the rest of the list is ignored.
bool etag_list_matches(std::string_view list, std::string_view etag, EtagComparison comparison) noexcept;

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/etag.ipp>
#endif
