#pragma once

#include <libnet/wire/http/http_error.hpp>

namespace libnet::inline v0::wire {

LIBNETXX_DECL unsigned status_of(HttpError error) noexcept
{
    switch (error) {
    case HttpError::request_line_too_long:
        return 414;
    case HttpError::head_too_large:
    case HttpError::too_many_fields:
        return 431;
    case HttpError::method_too_long:
    case HttpError::unknown_transfer_coding:
        return 501;
    case HttpError::unsupported_version:
        return 505;
    default:
        return 400;
    }
}

LIBNETXX_DECL std::string_view reason_of(HttpError error) noexcept
{
    switch (error) {
    case HttpError::bare_line_end:
        return "A line does not end with CRLF.";
    case HttpError::bad_request_line:
        return "The request line is malformed.";
    case HttpError::bad_target:
        return "The request target is not valid for this method.";
    case HttpError::bad_version:
        return "The HTTP version is malformed.";
    case HttpError::unsupported_version:
        return "This version of HTTP is not supported.";
    case HttpError::bad_status_line:
        return "The status line is malformed.";
    case HttpError::method_too_long:
        return "The method is longer than any.";
    case HttpError::request_line_too_long:
        return "The request line is too long.";
    case HttpError::head_too_large:
        return "The header section is too large.";
    case HttpError::too_many_fields:
        return "There are too many header fields.";
    case HttpError::bad_field_name:
        return "A field name is malformed.";
    case HttpError::bad_field_value:
        return "A field value contains a control character.";
    case HttpError::folded_field:
        return "A header line begins with white space.";
    case HttpError::missing_host:
        return "The Host field is missing.";
    case HttpError::repeated_host:
        return "There is more than one Host field.";
    case HttpError::bad_host:
        return "The Host field is not valid.";
    case HttpError::bad_content_length:
        return "The Content-Length field is not valid.";
    case HttpError::repeated_content_length:
        return "There is more than one Content-Length field.";
    case HttpError::bad_transfer_encoding:
        return "The Transfer-Encoding field is not valid.";
    case HttpError::unknown_transfer_coding:
        return "The transfer coding is not known.";
    case HttpError::transfer_encoding_in_1_0:
        return "HTTP/1.0 has no Transfer-Encoding.";
    case HttpError::length_and_encoding:
        return "There are both Content-Length and Transfer-Encoding.";
    case HttpError::unexpected_body:
        return "This method takes no content.";
    case HttpError::bad_chunk:
        return "A chunk is malformed.";
    case HttpError::chunk_line_too_long:
        return "The line before a chunk is too long.";
    case HttpError::chunk_overhead_too_large:
        return "The chunk extensions are too large.";
    case HttpError::forbidden_trailer:
        return "A trailer field is not allowed there.";
    case HttpError::trailers_too_large:
        return "The trailer section is too large.";
    }
    return "The message is malformed.";
}

}  // namespace libnet::inline v0::wire
