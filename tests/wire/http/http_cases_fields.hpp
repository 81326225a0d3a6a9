#pragma once
// Field lines: RFC 9112 section 5, RFC 9110 section 5.5.

#include <tests/wire/http/http_cases.hpp>

namespace libnet::inline v0::wire::cases {

inline constexpr Message field_lines[] = {
    // What is fine
    {"no white space before the value", "GET / HTTP/1.1\r\nHost:a\r\nA:b\r\n\r\n"sv, keeps_alive(no_body)},
    {"an empty value", "GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB: \t \r\n\r\n"sv, keeps_alive(no_body)},
    {"colons in the value", "GET / HTTP/1.1\r\nHost: a\r\nA: b:c::d\r\n\r\n"sv, keeps_alive(no_body)},
    {"8-bit bytes in the value", "GET / HTTP/1.1\r\nHost: a\r\nA: \x80\xff\r\n\r\n"sv, keeps_alive(no_body)},
    {"tabs in the value", "GET / HTTP/1.1\r\nHost: a\r\nA: b\tc\r\n\r\n"sv, keeps_alive(no_body)},
    {"every byte of a token in the name", "GET / HTTP/1.1\r\nHost: a\r\nA0!#$%&'*+-.^_`|~: b\r\n\r\n"sv,
     keeps_alive(no_body)},
    {"the same name twice", "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nA: c\r\n\r\n"sv, keeps_alive(no_body)},
    {"a request in the body", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nGET "sv, keeps_alive(length(4))},

    // Names
    {"a space before the colon", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 3\r\n\r\n"sv,
     refused(400, E::bad_field_name)},
    {"a tab before the colon", "GET / HTTP/1.1\r\nHost: a\r\nA\t: b\r\n\r\n"sv, refused(400, E::bad_field_name)},
    {"no colon", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length 10\r\n\r\n"sv, refused(400, E::bad_field_name)},
    {"a name alone", "GET / HTTP/1.1\r\nHost: a\r\nTransfer-\r\nEncoding: chunked\r\n\r\n"sv,
     refused(400, E::bad_field_name)},
    {"no name", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"sv, refused(400, E::bad_field_name)},
    {"a colon alone", "GET / HTTP/1.1\r\nHost: a\r\n:\r\nA: b\r\n\r\n"sv, refused(400, E::bad_field_name)},
    {"an 8-bit byte in the name",
     "GET / HTTP/1.1\r\nHost: a\r\n\xef"
     "foo: b\r\n\r\n"sv,
     refused(400, E::bad_field_name)},
    {"a white space of Latin-1 behind the name", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length\x85: 10\r\n\r\n"sv,
     refused(400, E::bad_field_name)},
    {"a NUL in the name", "GET / HTTP/1.1\r\nHost: a\r\nA\0: b\r\n\r\n"sv, refused(400, E::bad_field_name)},
    {"an at sign in the name", "GET / HTTP/1.1\r\nHost: a\r\nA@b: c\r\n\r\n"sv, refused(400, E::bad_field_name)},
    {"brackets in the name", "GET / HTTP/1.1\r\nHost: a\r\n[a]: c\r\n\r\n"sv, refused(400, E::bad_field_name)},
    {"a quoted name", "GET / HTTP/1.1\r\nHost: a\r\n\"a\": c\r\n\r\n"sv, refused(400, E::bad_field_name)},
    {"a request line among the fields", "GET / HTTP/1.1\r\nHost: a\r\nGET /b HTTP/1.1\r\n\r\n"sv,
     refused(400, E::bad_field_name)},

    // Values
    {"a NUL in the value", "GET / HTTP/1.1\r\nHost: a\r\nA: b\0c\r\n\r\n"sv, refused(400, E::bad_field_value)},
    {"a NUL behind the value", "GET / HTTP/1.1\r\nHost: a\r\nA: b\0\r\n\r\n"sv, refused(400, E::bad_field_value)},
    {"a NUL before a CR", "GET / HTTP/1.1\r\nHost: a\r\nA: v\0\ralue\r\n\r\n"sv, refused(400, E::bad_field_value)},
    {"a vertical tab", "GET / HTTP/1.1\r\nHost: a\r\nA:\vb\r\n\r\n"sv, refused(400, E::bad_field_value)},
    {"an escape", "GET / HTTP/1.1\r\nHost: a\r\nA: \x1b[31m\r\n\r\n"sv, refused(400, E::bad_field_value)},
    {"a DEL", "GET / HTTP/1.1\r\nHost: a\r\nA: \x7f\r\n\r\n"sv, refused(400, E::bad_field_value)},

    // Line ends
    {"a bare CR in the value", "GET / HTTP/1.1\r\nHost: a\r\nA: b\rc\r\n\r\n"sv, refused(400, E::bare_line_end)},
    {"a bare CR that hides a field", "GET / HTTP/1.1\r\nHost: a\r\nA: :/\rB: c\r\n\r\n"sv,
     refused(400, E::bare_line_end)},
    {"a bare LF in the value", "GET / HTTP/1.1\r\nHost: a\r\nA: b\nC: d\r\n\r\n"sv, refused(400, E::bare_line_end)},
    {"a bare LF in the name", "GET / HTTP/1.1\r\nHost: a\r\nTe\nst: b\r\n\r\n"sv, refused(400, E::bare_line_end)},
    {"two bare LFs for a value", "GET / HTTP/1.1\r\nHost: a\r\nA:\n\nGET / HTTP/1.1\r\n\r\n"sv,
     refused(400, E::bare_line_end)},
    {"LF CR for CR LF", "GET / HTTP/1.1\r\nHost: a\n\rA: b\r\n\r\n"sv, refused(400, E::bare_line_end)},
    {"two CRs behind the value", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n"sv, refused(400, E::bare_line_end)},
    {"a bare LF for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\nA: b\r\n\r\n"sv, refused(400, E::bare_line_end)},
    {"a bare CR for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\rA: b\r\n\r\n"sv, refused(400, E::bare_line_end)},
    {"a CR and any byte for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\rZGET /evil: HTTP/1.1\r\n\r\n"sv,
     refused(400, E::bare_line_end)},

    // White space at the beginning of a line
    {"a folded value", "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n"sv, refused(400, E::folded_field)},
    {"a value folded with a tab", "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n\tc\r\n\r\n"sv, refused(400, E::folded_field)},
    {"a folded coding", "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n"sv,
     refused(400, E::folded_field)},
    {"a space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"sv, refused(400, E::folded_field)},
    {"a tab before the first field", "GET / HTTP/1.1\r\n\tContent-Length: 1\r\nHost: a\r\n\r\nX"sv,
     refused(400, E::folded_field)},
    {"a line of white space", "GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n"sv, refused(400, E::folded_field)},
};

}  // namespace libnet::inline v0::wire::cases
