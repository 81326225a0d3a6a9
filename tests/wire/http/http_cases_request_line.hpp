#pragma once
// Request lines: RFC 9112 sections 2.2, 2.3 and 3.

#include <tests/wire/http/http_cases.hpp>

namespace libnet::inline v0::wire::cases {

inline constexpr Message request_lines[] = {
    // The line and its parts
    {"a simple request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"sv, keeps_alive(no_body)},
    {"a simple request of HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"sv, closes(no_body)},
    {"a method that isn't known", "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n"sv, keeps_alive(no_body)},
    {"methods have case: this is not GET", "get / HTTP/1.1\r\nHost: a\r\n\r\n"sv, keeps_alive(no_body)},
    {"every byte of a token in the method", "A0!#$%&'*+-.^_`|~ / HTTP/1.1\r\nHost: a\r\n\r\n"sv, keeps_alive(no_body)},
    {"no bytes at all", ""sv, incomplete},
    {"a method without an end", "GET"sv, incomplete},
    {"a line without an end", "GET / HTTP/1.1"sv, incomplete},
    {"a line end without its LF", "GET / HTTP/1.1\r"sv, incomplete},
    {"a head without the empty line", "GET / HTTP/1.1\r\nHost: a\r\n"sv, incomplete},
    {"half an empty line", "GET / HTTP/1.1\r\nHost: a\r\n\r"sv, incomplete},

    // Empty lines before it
    {"one empty line first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"sv, keeps_alive(no_body)},
    {"four empty lines first", "\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"sv, keeps_alive(no_body)},
    {"five empty lines first", "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"sv,
     refused(400, E::bad_request_line)},
    {"a bare LF first", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bare_line_end)},
    {"a bare CR first", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bare_line_end)},
    {"two CRs first", "\r\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bare_line_end)},
    {"a space first", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_request_line)},
    {"only empty lines", "\r\n\r\n"sv, incomplete},

    // Separators
    {"two spaces before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_request_line)},
    {"two spaces before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_request_line)},
    {"a space behind the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"sv, refused(400, E::bad_request_line)},
    {"a tab before the target", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_request_line)},
    {"a tab before the version", "GET /\tHTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_request_line)},
    {"a vertical tab as separator", "GET /\vHTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_request_line)},
    {"a form feed as separator", "GET\f/ HTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_request_line)},
    {"a bare CR as separator", "GET /\rHTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_request_line)},
    {"a bare LF as separator", "GET /\nHTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bare_line_end)},
    {"a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_request_line)},
    {"a whole request line as target", "GET /a HTTP/1.1 HTTP/1.1\r\nHost: a\r\n\r\n"sv,
     refused(400, E::bad_request_line)},
    {"a bare LF ends the line", "GET / HTTP/1.1\nHost: a\r\n\r\n"sv, refused(400, E::bare_line_end)},
    {"bare LFs end every line", "GET / HTTP/1.1\nHost: a\n\n"sv, refused(400, E::bare_line_end)},
    {"a bare CR ends the line", "GET / HTTP/1.1\rHost: a\r\n\r\n"sv, refused(400, E::bare_line_end)},
    {"two CRs end the line", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"sv, refused(400, E::bare_line_end)},

    // What is no request line
    {"HTTP/0.9", "GET /\r\n"sv, refused(400, E::bad_request_line)},
    {"a method alone", "GET\r\n\r\n"sv, refused(400, E::bad_request_line)},
    {"no method", "/ HTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_request_line)},
    {"a method that is no token", "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_request_line)},
    {"a method with a token in front", "G=\":<>(e),[T];?\" /get HTTP/1.1\r\nHost: a\r\n\r\n"sv,
     refused(400, E::bad_request_line)},
    {"a NUL for a method", "\0 / HTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_request_line)},
    {"a NUL in the method", "G\0T / HTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_request_line)},
    {"a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"sv, refused(400, E::bad_request_line)},
    {"a SOCKS5 greeting", "\x05\x01\x00"sv, refused(400, E::bad_request_line)},
    {"the line of the PROXY protocol", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"sv, refused(400, E::bad_request_line)},
    {"an SSH greeting", "SSH-2.0-OpenSSH_9.2\r\n"sv, refused(400, E::bad_request_line)},
    {"a response", "HTTP/1.1 200 OK\r\n\r\n"sv, refused(400, E::bad_request_line)},
    {"a byte order mark first", "\xef\xbb\xbfGET / HTTP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_request_line)},

    // Versions
    {"HTTP/1.2 is as good as HTTP/1.1", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"sv, keeps_alive(no_body)},
    {"HTTP/1.9 needs Host as HTTP/1.1 does", "GET / HTTP/1.9\r\n\r\n"sv, refused(400, E::missing_host)},
    {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"sv, refused(505, E::unsupported_version)},
    {"HTTP/0.9 in words", "GET / HTTP/0.9\r\nHost: a\r\n\r\n"sv, refused(505, E::unsupported_version)},
    {"HTTP/3.0", "GET / HTTP/3.0\r\nHost: a\r\n\r\n"sv, refused(505, E::unsupported_version)},
    {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"sv, refused(505, E::unsupported_version)},
    {"a version without minor", "GET / HTTP/1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_version)},
    {"a version without digits", "GET / HTTP/\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_version)},
    {"a minor version of two digits", "GET / HTTP/1.32\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_version)},
    {"a major version of two digits", "GET / HTTP/01.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_version)},
    {"a version that overflows", "GET / HTTP/4294967295.255\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_version)},
    {"a version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_version)},
    {"a version with a comma", "GET / HTTP/1,1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_version)},
    {"a version of letters", "GET / HTTP/a.b\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_version)},
    {"a signed version", "GET / HTTP/+1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_version)},
    {"another protocol", "GET / ICAP/1.0\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_version)},
    {"a misspelt protocol", "GET / HTPP/1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bad_version)},
    {"CRs in the version", "GET / HTTP/\r\r1.1\r\nHost: a\r\n\r\n"sv, refused(400, E::bare_line_end)},
};

}  // namespace libnet::inline v0::wire::cases
