// What a request head says, and the limits of one. Which bytes are a head at all: http_messages.cpp.

#include <libnet/wire/http/http_request_parser.hpp>
#include <tests/support/catch.hpp>

#include <limits>
#include <string>

namespace http_request_parser_tests {

using namespace libnet::wire;

namespace {

/// Parses a head that is complete.
RequestHead parse(std::string_view text)
{
    RequestHead head;
    RequestParser parser;
    const auto size = parser.parse(text, head);
    REQUIRE(size.has_value());
    REQUIRE(*size == text.size());
    return head;
}

/// What a parser says that gets the text byte by byte.
HttpResult<std::size_t> drip(std::string_view text, HttpLimits limits)
{
    RequestHead head;
    RequestParser parser{limits};
    HttpResult<std::size_t> result = 0;
    for (std::size_t size = 1; size <= text.size() && result.has_value() && *result == 0; ++size)
        result = parser.parse(text.substr(0, size), head);
    return result;
}

HttpResult<std::size_t> at_once(std::string_view text, HttpLimits limits)
{
    RequestHead head;
    return RequestParser{limits}.parse(text, head);
}

void check_refused(const std::string& text, HttpLimits limits, HttpError error)
{
    for (const auto& result : {drip(text, limits), at_once(text, limits)}) {
        REQUIRE(result.has_error());
        CHECK(result.error() == error);
    }
}

void check_accepted(const std::string& text, HttpLimits limits)
{
    for (const auto& result : {drip(text, limits), at_once(text, limits)}) {
        REQUIRE(result.has_value());
        CHECK(*result == text.size());
    }
}

}  // namespace

TEST_CASE("a head is taken apart", "[wire][http]")
{
    const auto head = parse("POST /a%20b?c=d HTTP/1.1\r\nHost: e.test:81\r\nContent-Length: 7\r\nX: \t y z\t\r\n\r\n");
    CHECK(head.method == "POST");
    CHECK(head.target == "/a%20b?c=d");
    CHECK(head.form == TargetForm::origin);
    CHECK(head.scheme.empty());
    CHECK(head.authority == Authority{"e.test", 81});
    CHECK(head.path == "/a%20b");
    CHECK(head.query == "c=d");
    CHECK(head.has_query);
    CHECK(head.version == HttpVersion::http_1_1);
    REQUIRE(head.fields.size() == 3);
    CHECK(head.fields.begin()[2] == HttpField{"X", "y z"});
    CHECK(head.body == BodyFraming{BodyFraming::Kind::length, 7});
    CHECK(head.keep_alive);
    CHECK(!head.expect_continue);
    CHECK(!head.unknown_expectation);
}

TEST_CASE("the authority is the target's own, else Host, else empty", "[wire][http]")
{
    CHECK(parse("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n").authority == Authority{"a", {}});
    CHECK(parse("CONNECT a:1 HTTP/1.1\r\nHost: b\r\n\r\n").authority == Authority{"a", 1});
    CHECK(parse("OPTIONS * HTTP/1.1\r\nHost: b\r\n\r\n").authority == Authority{"b", {}});
    CHECK(parse("GET / HTTP/1.0\r\nHost: [::1]:2\r\n\r\n").authority == Authority{"::1", 2, true});
    CHECK(parse("GET / HTTP/1.0\r\n\r\n").authority == Authority{});
}

TEST_CASE("a client that waits for 100 Continue is known by Expect, HTTP/1.1 and a body", "[wire][http]")
{
    CHECK(parse("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-Continue\r\n\r\n").expect_continue);
    CHECK(parse("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n")
              .expect_continue);
    CHECK(!parse("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n").expect_continue);
    CHECK(!parse("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n").expect_continue);
    CHECK(!parse("PUT / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n").expect_continue);
}

TEST_CASE("any other expectation is told to the server, which owes a 417", "[wire][http]")
{
    const auto head = parse("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue, 200-ok\r\n\r\n");
    CHECK(head.expect_continue);
    CHECK(head.unknown_expectation);
    CHECK(!parse("PUT / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 200-ok\r\n\r\n").unknown_expectation);
}

TEST_CASE("pipelined requests come one after the other, and nothing of one is left in the next", "[wire][http]")
{
    const std::string_view both =
        "PUT http://a/?b HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
        "GET /c HTTP/1.0\r\n\r\n";
    RequestParser parser;
    RequestHead head;
    const auto first = parser.parse(both, head);
    REQUIRE(first.has_value());
    CHECK(head.path == "/");
    const auto second = parser.parse(both.substr(*first), head);
    REQUIRE(second.has_value());
    CHECK(*first + *second == both.size());
    CHECK(head.form == TargetForm::origin);
    CHECK(head.path == "/c");
    CHECK(!head.has_query);
    CHECK(head.authority == Authority{});
    CHECK(head.fields.empty());
    CHECK(head.body == BodyFraming{});
    CHECK(!head.expect_continue);
    CHECK(!head.keep_alive);
}

TEST_CASE("a parser that is reset forgets half a head", "[wire][http]")
{
    RequestParser parser;
    RequestHead head;
    CHECK(*parser.parse("GET /a HTTP/1.1\r\nHost: a\r\n", head) == 0);
    parser.reset();
    CHECK(*parser.parse("GET /b HTTP/1.0\r\n\r\n", head) == 19);
    CHECK(head.path == "/b");
    CHECK(head.fields.empty());
}

TEST_CASE("a refused line is the first one that isn't empty, and bounded", "[wire][http]")
{
    CHECK(refused_line("").empty());
    CHECK(refused_line("\r\n\r\n").empty());
    CHECK(refused_line("\r\nNO SUCH\nthing") == "NO SUCH");
    CHECK(refused_line("half") == "half");
    CHECK(refused_line(std::string(5000, 'x')).size() == 1024);
    CHECK(refused_line(std::string_view{"\0\xFF\n", 3}) == std::string_view{"\0\xFF", 2});
}

TEST_CASE("a buffer that became shorter is another message", "[wire][http]")
{
    const std::string_view text = "GET / HTTP/1.0\r\n\r\n";
    RequestParser parser;
    RequestHead head;
    CHECK(*parser.parse(text.substr(0, 17), head) == 0);
    CHECK(*parser.parse(text.substr(0, 3), head) == 0);
    CHECK(*parser.parse(text, head) == text.size());
}

TEST_CASE("the request line may have as many bytes as its limit, and no more", "[wire][http]")
{
    const HttpLimits limits{.request_line = 64};
    const auto line_of = [](std::size_t size) { return "GET /" + std::string(size - 14, 'a') + " HTTP/1.0"; };
    check_accepted(line_of(64) + "\r\n\r\n", limits);
    check_refused(line_of(65) + "\r\n\r\n", limits, HttpError::request_line_too_long);
    check_refused(line_of(70), limits, HttpError::request_line_too_long);
    check_refused("GET /" + std::string(100, 'a'), limits, HttpError::request_line_too_long);
    check_refused(std::string(64, 'A') + " /", limits, HttpError::request_line_too_long);
    check_refused(std::string(66, 'A'), limits, HttpError::method_too_long);
    check_refused(std::string(100, 'A') + " / HTTP/1.0\r\n\r\n", limits, HttpError::method_too_long);
}

TEST_CASE("a head may have as many bytes as its limit, and no more", "[wire][http]")
{
    const HttpLimits limits{.request_line = 64, .head = 128};
    const auto head_of = [](std::size_t size) {
        return "GET / HTTP/1.0\r\nA: " + std::string(size - 23, 'a') + "\r\n\r\n";
    };
    check_accepted(head_of(128), limits);
    check_refused(head_of(129), limits, HttpError::head_too_large);
    check_refused("GET / HTTP/1.0\r\nA: " + std::string(1000, 'a'), limits, HttpError::head_too_large);
    check_refused("GET / HTTP/1.0\r\n" + std::string(1000, 'a'), limits, HttpError::head_too_large);
    check_refused("GET /" + std::string(1000, 'a'), {.head = 128}, HttpError::head_too_large);
}

TEST_CASE("a head may have as many fields as its limit, and no more", "[wire][http]")
{
    const HttpLimits limits{.fields = 3};
    check_accepted("GET / HTTP/1.0\r\na:\r\nb:\r\nc:\r\n\r\n", limits);
    check_refused("GET / HTTP/1.0\r\na:\r\nb:\r\nc:\r\nd:\r\n\r\n", limits, HttpError::too_many_fields);
}

TEST_CASE("each refusal has its status and its words", "[wire][http]")
{
    CHECK(status_of(HttpError::request_line_too_long) == 414);
    CHECK(status_of(HttpError::method_too_long) == 501);
    CHECK(status_of(HttpError::head_too_large) == 431);
    CHECK(status_of(HttpError::too_many_fields) == 431);
    CHECK(status_of(HttpError::unknown_transfer_coding) == 501);
    CHECK(status_of(HttpError::unsupported_version) == 505);
    CHECK(status_of(HttpError::bad_host) == 400);
    for (int error = 1; error <= static_cast<int>(HttpError::trailers_too_large); ++error)
        CHECK(reason_of(static_cast<HttpError>(error)) != reason_of(HttpError{}));
}

TEST_CASE("no limit is as good as a large one", "[wire][http]")
{
    constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    const HttpLimits limits{.request_line = none, .head = none, .fields = none};
    check_accepted("GET /" + std::string(100'000, 'a') + " HTTP/1.0\r\nA: " + std::string(100'000, 'b') + "\r\n\r\n",
                   limits);
}

}  // namespace http_request_parser_tests
