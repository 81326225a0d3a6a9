#pragma once
// Why a message is refused, and what a server answers then.

#include <libnet/config.hpp>

#include <boost/system/result.hpp>

#include <cstdint>
#include <ostream>
#include <string_view>

namespace libnet::inline v0::wire {

/// Why an HTTP/1 message is refused. Behind any of these it is unknown where the next message begins: the connection
/// must be closed.
enum class HttpError : std::uint8_t {
    bare_line_end = 1,         ///< an LF without its CR, or a CR without its LF (RFC 9112 section 2.2)
    bad_request_line,          ///< not `method SP target SP version` (RFC 9112 section 3)
    bad_target,                ///< the target has no form that its method allows (RFC 9112 section 3.2)
    bad_version,               ///< not `HTTP/digit.digit` (RFC 9112 section 2.3)
    unsupported_version,       ///< the major version is not 1 (RFC 9110 section 15.6.6)
    bad_status_line,           ///< not `version SP status SP [reason]`, or the status is not in 100..599
    method_too_long,           ///< it alone is longer than HttpLimits::request_line (RFC 9112 section 3)
    request_line_too_long,     ///< longer than HttpLimits::request_line
    head_too_large,            ///< longer than HttpLimits::head
    too_many_fields,           ///< more than HttpLimits::fields
    bad_field_name,            ///< not a token with a colon right behind it (RFC 9112 section 5.1)
    bad_field_value,           ///< a control character in a field value (RFC 9110 section 5.5)
    folded_field,              ///< a line of the head begins with white space (RFC 9112 sections 2.2 and 5.2)
    missing_host,              ///< HTTP/1.1 without Host (RFC 9112 section 3.2)
    repeated_host,             ///< more than one Host
    bad_host,                  ///< Host is not `host [":" port]`, or empty
    bad_content_length,        ///< Content-Length is not digits, or over 2^63 - 1 (RFC 9110 section 8.6)
    repeated_content_length,   ///< more than one Content-Length; in requests even where they agree
    bad_transfer_encoding,     ///< malformed, or chunked is not last, or is there twice (RFC 9112 section 6.1)
    unknown_transfer_coding,   ///< a transfer coding other than chunked
    transfer_encoding_in_1_0,  ///< HTTP/1.0 has no transfer codings: its framing is faulty (RFC 9112 section 6.1)
    length_and_encoding,       ///< both Content-Length and Transfer-Encoding (RFC 9112 section 6.3)
    unexpected_body,           ///< CONNECT or TRACE with content (RFC 9110 sections 9.3.6 and 9.3.8)
    bad_chunk,                 ///< a chunk's line or end is malformed, or its size is over 2^63 - 1
    chunk_line_too_long,       ///< longer than HttpLimits::chunk_line
    chunk_overhead_too_large,  ///< more than HttpLimits::chunk_overhead
    forbidden_trailer,         ///< a trailer field that frames or routes a message (RFC 9110 section 6.5.1)
    trailers_too_large,        ///< longer than HttpLimits::trailers
};

/// What a parser returns.
template <typename T>
using HttpResult = boost::system::result<T, HttpError>;

/// The status with which a server refuses such a request: 400, 414, 431, 501 or 505. A proxy answers 502 instead where
/// the refused message is a response.
unsigned status_of(HttpError error) noexcept;

/// The error in words, for the error page and the log.
std::string_view reason_of(HttpError error) noexcept;

/// Prints the words.
inline std::ostream& operator<<(std::ostream& out, HttpError error) { return out << reason_of(error); }

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/http_error.ipp>
#endif
