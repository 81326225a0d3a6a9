#pragma once
// Chunked bodies: RFC 9112 section 7.1.

#include <tests/wire/http/http_cases.hpp>

namespace libnet::inline v0::wire::cases {

inline constexpr ChunkedBody chunked_bodies[] = {
    // Chunks
    {"one chunk", "5\r\nhello\r\n0\r\n\r\n"sv, "hello"sv},
    {"two chunks", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"sv, "hello world"sv},
    {"no chunk", "0\r\n\r\n"sv, ""sv},
    {"what follows stays", "1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\n"sv, "a"sv, 16},
    {"digits have no case", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"sv, "01234567890123456789"sv},
    {"leading zeros", "0005\r\nhello\r\n0000\r\n\r\n"sv, "hello"sv},
    {"line ends and chunk lines are data", "b\r\n\r\n0\r\n\r\nab\r\n\r\n0\r\n\r\n"sv, "\r\n0\r\n\r\nab\r\n"sv},
    {"a NUL is data", "1\r\n\0\r\n0\r\n\r\n"sv, "\0"sv},
    {"no bytes at all", ""sv, incomplete},
    {"a size without an end", "5"sv, incomplete},
    {"a chunk without an end", "5\r\nhel"sv, incomplete},
    {"a chunk without its line end", "5\r\nhello"sv, incomplete},
    {"no last chunk", "5\r\nhello\r\n"sv, incomplete},
    {"no end of the trailers", "0\r\n"sv, incomplete},
    {"half an end of the trailers", "0\r\n\r"sv, incomplete},

    // Sizes
    {"no size", "\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"two empty lines", "\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"a size with 0x", "0x5\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"a size with an underscore", "0_2e\r\n\r\nGET / HTTP/1.1\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"a positive sign", "+5\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"a negative sign", "-5\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"minus zero in hexadecimal", "-0x0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"a space before the size", " 5\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    // Padded sizes are an old custom of servers: the digits end with the blank, and the line with CRLF.
    {"a space behind the size", "5 \r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk), 0, "hello"sv},
    {"a tab behind the size", "5\t\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk), 0, "hello"sv},
    {"sizes padded to a width", "5     \r\nhello\r\n0     \r\n\r\n"sv, refused(400, E::bad_chunk), 0, "hello"sv},
    {"nothing but padding", "   \r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"two sizes", "5 5\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"a letter that is no digit", "g\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"text behind the size", "1these-bytes-never-get-validated\r\nZ\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"a fractional size", "5.0\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"a quoted size", "\"5\"\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"a NUL behind the size", "5\0\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"an 8-bit byte behind the size", "5\xa0\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"the largest size", "7fffffffffffffff\r\nabc"sv, incomplete},
    {"2^63", "8000000000000000\r\nabc"sv, refused(400, E::bad_chunk)},
    {"2^64", "10000000000000000\r\nabc"sv, refused(400, E::bad_chunk)},
    {"2^64 + 5", "10000000000000005\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},

    // Line ends
    {"a bare LF behind the size", "5\nhello\r\n0\r\n\r\n"sv, refused(400, E::bare_line_end)},
    {"a bare CR behind the size", "5\rhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"two CRs behind the size", "5\r\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"a bare LF behind the data", "5\r\nhello\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"a bare CR behind the data", "5\r\nhello\r0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"no line end behind the data", "5\r\nhello0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"data that is too long", "4\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"data that is too short", "6\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"an empty line between chunks", "5\r\nhello\r\n\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"a bare LF behind the last size", "0\n\r\n"sv, refused(400, E::bare_line_end)},
    {"a bare LF ends the body", "0\r\n\n"sv, refused(400, E::bare_line_end)},
    {"a bare CR ends the body", "0\r\n\rX"sv, refused(400, E::bare_line_end)},

    // Extensions
    {"a name", "5;a\r\nhello\r\n0\r\n\r\n"sv, "hello"sv},
    {"a name and a value", "5;a=b\r\nhello\r\n0;c\r\n\r\n"sv, "hello"sv},
    {"a quoted value", "5;a=\"b;\\\"\tc\"\r\nhello\r\n0\r\n\r\n"sv, "hello"sv},
    {"several", "5;a;b=c;d=\"\"\r\nhello\r\n0\r\n\r\n"sv, "hello"sv},
    {"bad white space, which has to be understood", "5 ; a = b\t;c\r\nhello\r\n0\r\n\r\n"sv, "hello"sv},
    {"no name", "5;\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"no name but a value", "5;=b\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"no value", "5;a=\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"two values", "5;a=b=c\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"white space at the end", "5;a \r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk), 0, "hello"sv},
    {"white space in a value", "5;a=b c\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"an opening quotation mark alone", "5;a=\"\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"an open quotation", "5;a=\"b\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"a quotation with a bare LF", "5;a=\"b\nc\"\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bare_line_end)},
    {"a quotation that ends in a backslash", "5;a=\"b\\\"\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"text behind the quotation", "5;a=\"b\"c\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"a bare CR before an extension", "2\r\r;a\r\n02\r\n41\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"a bare CR behind an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"a NUL in an extension", "5;a\0\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},
    {"a NUL in a quotation", "5;a=\"\0\"\r\nhello\r\n0\r\n\r\n"sv, refused(400, E::bad_chunk)},

    // Trailers
    {"a trailer", "0\r\nA: b\r\n\r\n"sv, ""sv},
    {"two trailers, then the next message", "1\r\na\r\n0\r\nA: b\r\nC: d\r\n\r\nnext"sv, "a"sv, 4},
    {"a trailer that looks like a request", "0\r\nX:POST / HTTP/1.1\r\n\r\n"sv, ""sv},
    // RFC 9112 section 7.1.2: of a server's they are dropped, and mean nothing.
    {"Content-Length", "0\r\nContent-Length: 5\r\n\r\n"sv, refused(400, E::forbidden_trailer), 0, ""sv},
    {"Transfer-Encoding", "0\r\ntransfer-encoding: chunked\r\n\r\n"sv, refused(400, E::forbidden_trailer), 0, ""sv},
    {"Host", "0\r\nHost: a\r\n\r\n"sv, refused(400, E::forbidden_trailer), 0, ""sv},
    {"Connection", "0\r\nConnection: close\r\n\r\n"sv, refused(400, E::forbidden_trailer), 0, ""sv},
    {"a folded trailer", "0\r\nA: b\r\n c\r\n\r\n"sv, refused(400, E::folded_field), 0, ""sv},
    {"a folded Content-Length", "0\r\nContent-Length: 5\r\n 6\r\n\r\n"sv, refused(400, E::folded_field)},
    {"a fold of white space", "0\r\nA: b\r\n \r\n\r\n"sv, refused(400, E::folded_field)},
    {"a fold first", "0\r\n A: b\r\n\r\n"sv, refused(400, E::folded_field)},
    {"no colon", "0\r\nA\r\n\r\n"sv, refused(400, E::bad_field_name)},
    {"a space before the colon", "0\r\nA : b\r\n\r\n"sv, refused(400, E::bad_field_name), 0, ""sv},
    {"a control character", "0\r\nA: \x01\r\n\r\n"sv, refused(400, E::bad_field_value)},
    {"a bare LF", "0\r\nA: b\n\r\n"sv, refused(400, E::bare_line_end)},
    {"a request instead of the end", "0\r\nGET / HTTP/1.1\r\n\r\n"sv, refused(400, E::bad_field_name)},
};

}  // namespace libnet::inline v0::wire::cases
