#pragma once
// Responses: RFC 9112 sections 4 and 6.3. A proxy answers 502 whatever the error; the status here is what the same
// error means in a request.

#include <tests/wire/http/http_cases.hpp>

namespace libnet::inline v0::wire::cases {

inline constexpr Message responses[] = {
    // The status line
    {"a simple response", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"sv, keeps_alive(length(2))},
    {"an empty reason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"sv, keeps_alive(length(0))},
    {"a reason of several words and 8-bit bytes", "HTTP/1.1 404 nicht da \xe4\r\nContent-Length: 0\r\n\r\n"sv,
     keeps_alive(length(0))},
    {"a status that nobody registered", "HTTP/1.1 299 Huh\r\nContent-Length: 0\r\n\r\n"sv, keeps_alive(length(0))},
    {"a later minor version", "HTTP/1.7 200 OK\r\nContent-Length: 0\r\n\r\n"sv, keeps_alive(length(0))},
    {"no bytes at all", ""sv, incomplete},
    {"half a line", "HTTP/1.1 200 O"sv, incomplete},
    {"no space behind the status", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"sv, refused(400, E::bad_status_line)},
    {"two spaces before the status", "HTTP/1.1  200 OK\r\n\r\n"sv, refused(400, E::bad_status_line)},
    {"a status of two digits", "HTTP/1.1 20 OK\r\n\r\n"sv, refused(400, E::bad_status_line)},
    {"a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n"sv, refused(400, E::bad_status_line)},
    {"a status below 100", "HTTP/1.1 099 OK\r\n\r\n"sv, refused(400, E::bad_status_line)},
    {"a status above 599", "HTTP/1.1 600 OK\r\n\r\n"sv, refused(400, E::bad_status_line)},
    {"a signed status", "HTTP/1.1 +20 OK\r\n\r\n"sv, refused(400, E::bad_status_line)},
    {"a status of letters", "HTTP/1.1 abc OK\r\n\r\n"sv, refused(400, E::bad_status_line)},
    {"a tab before the reason", "HTTP/1.1 200\tOK\r\n\r\n"sv, refused(400, E::bad_status_line)},
    {"a control character in the reason", "HTTP/1.1 200 O\x01K\r\n\r\n"sv, refused(400, E::bad_status_line)},
    {"a bare CR in the reason", "HTTP/1.1 200 O\rK\r\n\r\n"sv, refused(400, E::bare_line_end)},
    {"a bare LF ends the line", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n"sv, refused(400, E::bare_line_end)},
    {"an empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n"sv, refused(400, E::bad_status_line)},
    {"a space first", " HTTP/1.1 200 OK\r\n\r\n"sv, refused(400, E::bad_status_line)},
    {"HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n"sv, refused(505, E::unsupported_version)},
    {"a version of two digits", "HTTP/1.10 200 OK\r\n\r\n"sv, refused(400, E::bad_version)},
    {"another protocol", "ICY 200 OK\r\n\r\n"sv, refused(400, E::bad_version)},
    {"HTTP/0.9: a page without a head", "<html>hello</html>\r\n"sv, refused(400, E::bad_status_line)},
    {"a request", "GET / HTTP/1.1\r\n\r\n"sv, refused(400, E::bad_version)},

    // Fields
    {"a folded field", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"sv, refused(400, E::folded_field)},
    {"a space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n"sv, refused(400, E::bad_field_name)},
    {"a NUL in a value", "HTTP/1.1 200 OK\r\nA: \0\r\n\r\n"sv, refused(400, E::bad_field_value)},

    // Framing
    {"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"sv, keeps_alive(chunked)},
    {"neither length nor chunked", "HTTP/1.1 200 OK\r\n\r\nhello"sv, closes(until_close)},
    {"HTTP/1.0 until it closes", "HTTP/1.0 200 OK\r\n\r\nhello"sv, closes(until_close)},
    {"HTTP/1.0 with a length", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"sv, closes(length(5))},
    {"HTTP/1.0 with a length stays when told",
     "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello"sv, keeps_alive(length(5))},
    {"HTTP/1.0 can't stay without a length", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nhello"sv,
     closes(until_close)},
    {"HTTP/1.1 closes when told", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"sv,
     closes(length(0))},
    {"length and chunked", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"sv,
     refused(400, E::length_and_encoding)},
    {"chunked in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"sv,
     refused(400, E::transfer_encoding_in_1_0)},
    {"another coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"sv,
     refused(501, E::unknown_transfer_coding)},
    {"another coding behind chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"sv,
     refused(400, E::bad_transfer_encoding)},
    {"two lengths that agree", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello"sv,
     refused(400, E::repeated_content_length)},
    {"a list of lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5,5\r\n\r\nhello"sv, refused(400, E::bad_content_length)},
    {"a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"sv, refused(400, E::bad_content_length)},

    // No body whatever the fields say
    {"HEAD with the length of a GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"sv, keeps_alive(no_body), "HEAD"},
    {"HEAD with chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"sv, keeps_alive(no_body), "HEAD"},
    {"HEAD without any", "HTTP/1.1 200 OK\r\n\r\n"sv, keeps_alive(no_body), "HEAD"},
    {"methods have case: this is not HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"sv, keeps_alive(length(5)),
     "head"},
    {"304 with the length of a 200", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"sv, keeps_alive(no_body)},
    {"204", "HTTP/1.1 204 No Content\r\n\r\n"sv, keeps_alive(no_body)},
    {"204 that announces a body is not trusted any more", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"sv,
     closes(no_body)},
    {"204 that announces chunks is not trusted either",
     "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n"sv, closes(no_body)},
    {"100", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"sv, keeps_alive(no_body)},
    {"103 with fields", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"sv, keeps_alive(no_body)},
    {"101 ends HTTP on the connection",
     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: b\r\nConnection: upgrade\r\n\r\n"sv, closes(no_body)},
    {"a tunnel", "HTTP/1.1 200 Connection established\r\n\r\n"sv, closes(no_body), "CONNECT"},
    {"a tunnel whose fields mean nothing",
     "HTTP/1.1 200 OK\r\nContent-Length: x\r\nTransfer-Encoding: chunked\r\n\r\n"sv, closes(no_body), "CONNECT"},
    {"no tunnel", "HTTP/1.1 407 Who?\r\nContent-Length: 5\r\n\r\nhello"sv, keeps_alive(length(5)), "CONNECT"},
};

}  // namespace libnet::inline v0::wire::cases
