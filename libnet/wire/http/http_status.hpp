#pragma once
// Status codes in words.

#include <libnet/config.hpp>

#include <string_view>

namespace libnet::inline v0::wire {

/// The reason phrase of a status code (RFC 9110 section 15 and the IANA registry); empty, as a status line allows, for
/// one that is not registered.
std::string_view reason_phrase(unsigned status) noexcept;

/// A status whose final answer has no content (RFC 9110 section 6.4.1).
constexpr bool has_no_content(unsigned status) noexcept { return status == 204 || status == 205 || status == 304; }

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/http_status.ipp>
#endif
