#include <libnet/engine/proxy/proxy_decision.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/parsed_heads.hpp>

namespace proxy_decision_tests {

using namespace libnet::engine;
using libnet::test::ParsedRequest;

namespace {

ProxyDecision decision_on(std::string head)
{
    const ParsedRequest parsed{std::move(head)};
    return decide(parsed.request, {.via_name = "us"});
}

ProxyDecision forward(std::string host, std::uint16_t port) { return ProxyForward{{std::move(host), port}}; }

unsigned refusal(const ProxyDecision& decision)
{
    const auto* refused = std::get_if<ProxyRefuse>(&decision);
    return refused && !refused->reason.empty() ? refused->status : 0;
}

}  // namespace

TEST_CASE("the PAC file is answered where there is one, and asked for as of a server", "[engine][proxy]")
{
    const auto with_pac = [](std::string head) {
        const ParsedRequest parsed{std::move(head)};
        return decide(parsed.request, {.via_name = "us", .serves_pac = true});
    };
    CHECK(with_pac("GET /proxy.pac HTTP/1.1\r\nHost: p\r\n\r\n") == ProxyDecision{ProxyAnswerPac{}});
    CHECK(with_pac("HEAD /wpad.dat HTTP/1.1\r\nHost: p\r\n\r\n") == ProxyDecision{ProxyAnswerPac{}});
    CHECK(with_pac("GET http://h/proxy.pac HTTP/1.1\r\nHost: h\r\n\r\n") == forward("h", 80));
    CHECK(refusal(with_pac("POST /proxy.pac HTTP/1.1\r\nHost: p\r\nContent-Length: 0\r\n\r\n")) == 400);
    CHECK(refusal(decision_on("GET /proxy.pac HTTP/1.1\r\nHost: p\r\n\r\n")) == 400);
}

TEST_CASE("an absolute target is forwarded, whatever the method", "[engine][proxy]")
{
    CHECK(decision_on("GET http://Example.ORG/a HTTP/1.1\r\nHost: x\r\n\r\n") == forward("example.org", 80));
    CHECK(decision_on("BREW http://h:8080/ HTTP/1.1\r\nHost: h\r\n\r\n") == forward("h", 8080));
    CHECK(decision_on("GET HTTP://[2001:DB8::1]:81/ HTTP/1.0\r\n\r\n") == forward("2001:db8::1", 81));
}

TEST_CASE("CONNECT to an allowed port is a tunnel", "[engine][proxy]")
{
    CHECK(decision_on("CONNECT H:443 HTTP/1.1\r\nHost: h:443\r\n\r\n") == ProxyDecision{ProxyTunnel{{"h", 443}}});
}

TEST_CASE("a request that passed through us before is a loop", "[engine][proxy]")
{
    CHECK(refusal(decision_on("GET http://h/ HTTP/1.1\r\nHost: h\r\nVia: 1.1 a, 1.1 us\r\n\r\n")) == 502);
    CHECK(refusal(decision_on("CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\nVia: 1.1 us\r\n\r\n")) == 502);
    CHECK(decision_on("GET http://h/ HTTP/1.1\r\nHost: h\r\nVia: 1.1 other\r\n\r\n") == forward("h", 80));
}

TEST_CASE("a request for an origin server is refused in words", "[engine][proxy]")
{
    CHECK(refusal(decision_on("GET / HTTP/1.1\r\nHost: h\r\n\r\n")) == 400);
}

TEST_CASE("other schemes than http are not implemented", "[engine][proxy]")
{
    CHECK(refusal(decision_on("GET https://h/ HTTP/1.1\r\nHost: h\r\n\r\n")) == 501);
    CHECK(refusal(decision_on("GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n")) == 501);
}

TEST_CASE("too many nominations are refused", "[engine][proxy]")
{
    std::string list = "x0";
    for (int i = 1; i < 40; ++i) list += ",x" + std::to_string(i);
    CHECK(refusal(decision_on("GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: " + list + "\r\n\r\n")) == 400);
}

TEST_CASE("OPTIONS and TRACE count their hops", "[engine][proxy]")
{
    const auto with_hops = [](std::string method, std::string hops) {
        return decision_on(method + " http://h/ HTTP/1.1\r\nHost: h\r\nMax-Forwards: " + hops + "\r\n\r\n");
    };
    CHECK(with_hops("OPTIONS", "0") == ProxyDecision{ProxyAnswerOptions{}});
    CHECK(with_hops("TRACE", "0") == ProxyDecision{ProxyAnswerTrace{}});
    CHECK(with_hops("OPTIONS", "1") == forward("h", 80));
    CHECK(with_hops("TRACE", "7") == forward("h", 80));
    CHECK(refusal(with_hops("TRACE", "-1")) == 400);
    CHECK(refusal(with_hops("OPTIONS", "99999999999999999999")) == 400);
    CHECK(refusal(with_hops("OPTIONS", "7\r\nMax-Forwards: 0")) == 400);
    CHECK(refusal(with_hops("TRACE", "4294967296")) == 400);
    INFO("for other methods the field means nothing");
    CHECK(with_hops("GET", "7\r\nMax-Forwards: 0") == forward("h", 80));
    CHECK(with_hops("GET", "0") == forward("h", 80));
    CHECK(decision_on("TRACE http://h/ HTTP/1.1\r\nHost: h\r\n\r\n") == forward("h", 80));
}

TEST_CASE("OPTIONS * asks about the proxy itself", "[engine][proxy]")
{
    CHECK(decision_on("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n") == ProxyDecision{ProxyAnswerOptions{}});
}

TEST_CASE("the target says where to, also where Host says nothing", "[engine][proxy]")
{
    CHECK(decision_on("GET http://h/ HTTP/1.1\r\nHost:\r\n\r\n") == forward("h", 80));
    CHECK(decision_on("GET http://h/ HTTP/1.1\r\nHost: other\r\n\r\n") == forward("h", 80));
}

TEST_CASE("a destination prints as people write it", "[engine][proxy]")
{
    CHECK(to_string(ProxyDestination{"h", 80}) == "h:80");
    CHECK(to_string(ProxyDestination{"2001:db8::1", 443}) == "[2001:db8::1]:443");
}

}  // namespace proxy_decision_tests
