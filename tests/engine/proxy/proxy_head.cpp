#include <libnet/engine/proxy/proxy_head.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/parsed_heads.hpp>

namespace proxy_head_tests {

using namespace libnet::engine;
using libnet::test::ParsedRequest;
using libnet::test::ParsedResponse;
using Kind = libnet::wire::BodyFraming::Kind;

namespace {

std::string forwarded(std::string head)
{
    const ParsedRequest parsed{std::move(head)};
    std::string out;
    append_forwarded_request(out, parsed.request, "us");
    return out;
}

std::string forwarded_response(std::string head, ProxyResponsePlan plan, std::string_view method = "GET")
{
    const ParsedResponse parsed{std::move(head), method};
    std::string out;
    append_forwarded_response(out, parsed.response, plan, "us", "NOW");
    return out;
}

ProxyResponsePlan plan_for(std::string request, std::string response, bool may_keep = true)
{
    const ParsedRequest asked{std::move(request)};
    const ParsedResponse answered{std::move(response), asked.request.method};
    return plan_response(asked.request, answered.response, may_keep);
}

constexpr auto modern = "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", old = "GET http://h/ HTTP/1.0\r\n\r\n";

}  // namespace

TEST_CASE("a request goes on in origin form, with the target's host", "[engine][proxy]")
{
    CHECK(forwarded("GET http://h/a?b HTTP/1.1\r\nHost: liar\r\nAccept: x\r\n\r\n") ==
          "GET /a?b HTTP/1.1\r\nHost: h\r\nAccept: x\r\nVia: 1.1 us\r\n\r\n");
    CHECK(forwarded("GET http://[::1]:81 HTTP/1.0\r\n\r\n") ==
          "GET / HTTP/1.1\r\nHost: [::1]:81\r\nVia: 1.0 us\r\n\r\n");
    CHECK(forwarded("GET http://h/? HTTP/1.1\r\nHost: h\r\n\r\n") ==
          "GET /? HTTP/1.1\r\nHost: h\r\nVia: 1.1 us\r\n\r\n");
}

TEST_CASE("OPTIONS without a path asks about the whole server", "[engine][proxy]")
{
    CHECK(forwarded("OPTIONS http://h:81 HTTP/1.1\r\nHost: h\r\n\r\n") ==
          "OPTIONS * HTTP/1.1\r\nHost: h:81\r\nVia: 1.1 us\r\n\r\n");
    CHECK(forwarded("OPTIONS http://h?q HTTP/1.1\r\nHost: h\r\n\r\n") ==
          "OPTIONS /?q HTTP/1.1\r\nHost: h\r\nVia: 1.1 us\r\n\r\n");
}

TEST_CASE("a parent gets the whole URL, in the spelling that was judged, and our log-in", "[engine][proxy]")
{
    const auto to_parent = [](std::string head) {
        const ParsedRequest parsed{std::move(head)};
        ForwardedBy by{"us"};
        by.absolute = "http://h:81";
        by.proxy_authorization = "Basic b3Vycw==";
        std::string out;
        append_forwarded_request(out, parsed.request, by);
        return out;
    };
    const std::string fields = "Host: h:81\r\nProxy-Authorization: Basic b3Vycw==\r\nVia: 1.1 us\r\n\r\n";
    CHECK(to_parent("GET http://H.:81/a?b HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic dGhlaXJz\r\n\r\n") ==
          "GET http://h:81/a?b HTTP/1.1\r\n" + fields);
    CHECK(to_parent("GET http://h:81?b HTTP/1.1\r\nHost: x\r\n\r\n") == "GET http://h:81/?b HTTP/1.1\r\n" + fields);
    CHECK(to_parent("OPTIONS http://h:81 HTTP/1.1\r\nHost: x\r\n\r\n") == "OPTIONS http://h:81 HTTP/1.1\r\n" + fields);
}

TEST_CASE("what is for us alone stays behind, and Via is one field", "[engine][proxy]")
{
    CHECK(forwarded("GET http://h/ HTTP/1.1\r\nHost: h\r\nProxy-Connection: keep-alive\r\nConnection: X-Hop, close\r\n"
                    "X-Hop: 1\r\nTE: trailers\r\nUpgrade: websocket\r\nProxy-Authorization: Basic eA==\r\n"
                    "Via: 1.0 a\r\nX-End: 2\r\nvia: 1.1 b\r\n\r\n") ==
          "GET / HTTP/1.1\r\nHost: h\r\nX-End: 2\r\nVia: 1.0 a, 1.1 b, 1.1 us\r\n\r\n");
}

TEST_CASE("a body keeps its framing, written anew", "[engine][proxy]")
{
    CHECK(forwarded("POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 007\r\n\r\n") ==
          "POST / HTTP/1.1\r\nHost: h\r\nVia: 1.1 us\r\nContent-Length: 7\r\n\r\n");
    CHECK(forwarded("POST http://h/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: CHUNKED\r\nTrailer: X-Sum\r\n\r\n") ==
          "POST / HTTP/1.1\r\nHost: h\r\nTrailer: X-Sum\r\nVia: 1.1 us\r\nTransfer-Encoding: chunked\r\n\r\n");
    CHECK(forwarded("POST http://h/ HTTP/1.1\r\nHost: h\r\nTrailer: X-Sum\r\nContent-Length: 0\r\n\r\n") ==
          "POST / HTTP/1.1\r\nHost: h\r\nVia: 1.1 us\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("Expect goes on for a client that understands its answer", "[engine][proxy]")
{
    CHECK(forwarded("PUT http://h/ HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n") ==
          "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nVia: 1.1 us\r\nContent-Length: 1\r\n\r\n");
    CHECK(forwarded("PUT http://h/ HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n") ==
          "PUT / HTTP/1.1\r\nHost: h\r\nVia: 1.0 us\r\nContent-Length: 1\r\n\r\n");
}

TEST_CASE("a hop is counted where hops count", "[engine][proxy]")
{
    CHECK(forwarded("TRACE http://h/ HTTP/1.1\r\nHost: h\r\nMax-Forwards: 3\r\n\r\n") ==
          "TRACE / HTTP/1.1\r\nHost: h\r\nMax-Forwards: 2\r\nVia: 1.1 us\r\n\r\n");
    CHECK(forwarded("GET http://h/ HTTP/1.1\r\nHost: h\r\nMax-Forwards: 3\r\n\r\n") ==
          "GET / HTTP/1.1\r\nHost: h\r\nMax-Forwards: 3\r\nVia: 1.1 us\r\n\r\n");
}

TEST_CASE("a response is framed so that its client finds the end", "[engine][proxy]")
{
    constexpr auto length = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
                   chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                   until_close = "HTTP/1.0 200 OK\r\n\r\n", none = "HTTP/1.1 304 Not Modified\r\n\r\n";
    CHECK(plan_for(modern, length) == ProxyResponsePlan{Kind::length, true});
    CHECK(plan_for(modern, chunked) == ProxyResponsePlan{Kind::chunked, true});
    CHECK(plan_for(modern, until_close) == ProxyResponsePlan{Kind::chunked, true});
    CHECK(plan_for(modern, none) == ProxyResponsePlan{Kind::none, true});
    CHECK(plan_for(old, length) == ProxyResponsePlan{Kind::length, false});
    CHECK(plan_for(old, chunked) == ProxyResponsePlan{Kind::until_close, false});
    CHECK(plan_for(old, until_close) == ProxyResponsePlan{Kind::until_close, false});
}

TEST_CASE("the client's connection is kept when both want it, and never with HTTP/1.0", "[engine][proxy]")
{
    constexpr auto answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n";
    INFO("what the server does with its connection is no matter");
    CHECK(plan_for(modern, answer).keep_alive);
    CHECK_FALSE(plan_for(modern, answer, false).keep_alive);
    CHECK_FALSE(plan_for("GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", answer).keep_alive);
    CHECK_FALSE(plan_for("GET http://h/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", answer).keep_alive);
}

TEST_CASE("a response is written anew", "[engine][proxy]")
{
    CHECK(forwarded_response("HTTP/1.0 200 Fine\r\nDate: D\r\nKeep-Alive: 5\r\nConnection: X-Hop\r\nX-Hop: 1\r\n"
                             "Set-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 05\r\nVia: 1.1 o\r\n\r\n",
                             {Kind::length, true}) ==
          "HTTP/1.1 200 Fine\r\nDate: D\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nVia: 1.1 o, 1.0 us\r\n"
          "Content-Length: 5\r\n\r\n");
    CHECK(forwarded_response("HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n",
                             {Kind::chunked, true}) ==
          "HTTP/1.1 200 \r\nDate: NOW\r\nTrailer: T\r\nVia: 1.1 us\r\nTransfer-Encoding: chunked\r\n\r\n");
    CHECK(forwarded_response("HTTP/1.1 200 OK\r\nDate: D\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n",
                             {Kind::until_close, false}) ==
          "HTTP/1.1 200 OK\r\nDate: D\r\nVia: 1.1 us\r\nConnection: close\r\n\r\n");
}

TEST_CASE("the length of a body that isn't there is told where it means something", "[engine][proxy]")
{
    CHECK(forwarded_response("HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 5\r\n\r\n", {Kind::none, true}, "HEAD") ==
          "HTTP/1.1 200 OK\r\nDate: D\r\nVia: 1.1 us\r\nContent-Length: 5\r\n\r\n");
    CHECK(forwarded_response("HTTP/1.1 204 None\r\nDate: D\r\nContent-Length: 5\r\n\r\n", {Kind::none, true}) ==
          "HTTP/1.1 204 None\r\nDate: D\r\nVia: 1.1 us\r\n\r\n");
}

TEST_CASE("an origin server can't ask for the proxy's password", "[engine][proxy]")
{
    CHECK(forwarded_response("HTTP/1.1 407 Hand It Over\r\nDate: D\r\nProxy-Authenticate: Basic\r\n"
                             "Content-Length: 0\r\n\r\n",
                             {Kind::length, true}) ==
          "HTTP/1.1 407 Hand It Over\r\nDate: D\r\nVia: 1.1 us\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("an interim response has a head and nothing else", "[engine][proxy]")
{
    const ParsedResponse parsed{"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\nConnection: X\r\nX: 1\r\n\r\n"};
    std::string out;
    append_forwarded_interim(out, parsed.response, "us");
    CHECK(out == "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\nVia: 1.1 us\r\n\r\n");
}

TEST_CASE("TRACE shows the request as it came, without its secrets", "[engine][proxy]")
{
    const ParsedRequest parsed{
        "TRACE http://h/ HTTP/1.0\r\nCookie: c\r\nAuthorization: a\r\n"
        "Proxy-Authorization: p\r\nConnection: close\r\n\r\n"};
    std::string out;
    append_traced_request(out, parsed.request);
    CHECK(out == "TRACE http://h/ HTTP/1.0\r\nConnection: close\r\n\r\n");

    const ParsedRequest newer{"TRACE http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"};
    std::string second;
    append_traced_request(second, newer.request);
    CHECK(second == "TRACE http://h/ HTTP/1.1\r\nHost: h\r\n\r\n");
}

}  // namespace proxy_head_tests
