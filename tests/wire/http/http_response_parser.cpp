// What a response head says. Which bytes are a head at all: http_messages.cpp.

#include <libnet/wire/http/http_response_parser.hpp>
#include <libnet/wire/http/http_status.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace http_response_parser_tests {

using namespace libnet::wire;

TEST_CASE("a response head is taken apart", "[wire][http]")
{
    const std::string_view text = "HTTP/1.0 404 Not here\r\nServer: a\r\nContent-Length: 5\r\n\r\nhello";
    ResponseParser parser;
    ResponseHead head;
    const auto size = parser.parse(text, "GET", head);
    REQUIRE(size.has_value());
    CHECK(*size == text.size() - 5);
    CHECK(head.status == 404);
    CHECK(head.reason == "Not here");
    CHECK(head.version == HttpVersion::http_1_0);
    REQUIRE(head.fields.size() == 2);
    CHECK(*head.fields.begin() == HttpField{"Server", "a"});
    CHECK(head.body == BodyFraming{BodyFraming::Kind::length, 5});
    CHECK(!head.keep_alive);
}

TEST_CASE("an interim response is a head of its own, and the final one follows", "[wire][http]")
{
    const std::string_view text =
        "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n";
    ResponseParser parser;
    ResponseHead head;
    const auto interim = parser.parse(text, "GET", head);
    REQUIRE(interim.has_value());
    CHECK(head.status == 103);
    const auto final = parser.parse(text.substr(*interim), "GET", head);
    REQUIRE(final.has_value());
    CHECK(*interim + *final == text.size());
    CHECK(head.status == 200);
    CHECK(head.fields.size() == 1);
}

namespace {

/// The fields of a head, one after the other, as they would be written anew.
std::string fields_of(std::string_view text)
{
    ResponseParser parser;
    ResponseHead head;
    const auto size = parser.parse(text, "GET", head);
    REQUIRE(size.has_value());
    REQUIRE(*size == text.size());
    std::string fields;
    for (const auto& [name, value] : head.fields) fields.append(name).append("=").append(value).append(";");
    return fields;
}

}  // namespace

TEST_CASE("what was repaired looks as if nothing had been wrong", "[wire][http]")
{
    CHECK(fields_of("HTTP/1.1 200 OK\r\nA \t: b\r\nC: d\r\n\r\n") == "A=b;C=d;");
    CHECK(fields_of("HTTP/1.1 200 OK\nA: b \nC: d\n\n") == "A=b;C=d;");
    CHECK(fields_of("HTTP/1.1 200\r\nA: b\r\n\r\n") == "A=b;");
    CHECK(fields_of("HTTP/1.1 200 OK\r\nA: b\r\n c\r\nD:\r\n\te \r\n\r\n") == "A=b   c;D=e;");
    CHECK(fields_of("HTTP/1.1 200 OK\nA : b\n\tc\n d\nE: f\n\n") == "A=b \tc  d;E=f;");
}

TEST_CASE("a parser that has unfolded one head reads the next one", "[wire][http]")
{
    ResponseParser parser;
    ResponseHead head;
    REQUIRE(parser.parse("HTTP/1.1 103 \r\nA: b\r\n c\r\n\r\n", "GET", head).has_value());
    CHECK(head.fields.value_of("A") == "b   c");
    REQUIRE(parser.parse("HTTP/1.1 200 \r\nA: b\r\n\r\n", "GET", head).has_value());
    CHECK(head.fields.value_of("A") == "b");
    CHECK(head.repairs == HttpRepairs{});
}

TEST_CASE("a joined length is a number, where there is no body too", "[wire][http]")
{
    ResponseParser parser;
    ResponseHead head;
    REQUIRE(parser.parse("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", "HEAD", head).has_value());
    CHECK(head.content_length == 5U);
    REQUIRE(parser.parse("HTTP/1.1 200 OK\r\n\r\n", "HEAD", head).has_value());
    CHECK(!head.content_length);
}

TEST_CASE("a status line over the limit makes the head too large", "[wire][http]")
{
    ResponseParser parser{{.request_line = 20}};
    ResponseHead head;
    CHECK(parser.parse("HTTP/1.1 200 abcdefg\r\n\r\n", "GET", head).has_value());
    const auto result = parser.parse("HTTP/1.1 200 abcdefgh\r\n\r\n", "GET", head);
    REQUIRE(result.has_error());
    CHECK(result.error() == HttpError::head_too_large);
}

TEST_CASE("a parser of responses that is reset forgets half a head", "[wire][http]")
{
    ResponseParser parser;
    ResponseHead head;
    CHECK(*parser.parse("HTTP/1.1 200 OK\r\nA: b\r\n", "GET", head) == 0);
    parser.reset();
    CHECK(*parser.parse("HTTP/1.1 204 \r\n\r\n", "GET", head) == 17);
    CHECK(head.fields.empty());
}

TEST_CASE("statuses have their registered words, and others none", "[wire][http]")
{
    CHECK(reason_phrase(200) == "OK");
    CHECK(reason_phrase(431) == "Request Header Fields Too Large");
    CHECK(reason_phrase(299).empty());
    CHECK(reason_phrase(0).empty());
}

}  // namespace http_response_parser_tests
