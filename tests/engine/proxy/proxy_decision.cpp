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

TEST_CASE("https is forwarded where the proxy speaks TLS with servers", "[engine][proxy]")
{
    const auto with_tls = [](std::string head) {
        const ParsedRequest parsed{std::move(head)};
        return decide(parsed.request, {.via_name = "us", .dials_tls = true});
    };
    CHECK(with_tls("GET https://H/ HTTP/1.1\r\nHost: h\r\n\r\n") == ProxyDecision{ProxyForward{{"h", 443, true}}});
    CHECK(with_tls("GET HTTPS://h:81/ HTTP/1.1\r\nHost: h\r\n\r\n") == ProxyDecision{ProxyForward{{"h", 81, true}}});
    CHECK(with_tls("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n") == forward("h", 80));
    CHECK(refusal(with_tls("GET wss://h/ HTTP/1.1\r\nHost: h\r\n\r\n")) == 501);
}

TEST_CASE("a transparent proxy gets requests as servers do", "[engine][proxy]")
{
    const auto transparent = [](std::string head) {
        const ParsedRequest parsed{std::move(head)};
        return decide(parsed.request, {.via_name = "us", .serves_pac = true, .is_transparent = true});
    };
    CHECK(transparent("GET /a HTTP/1.1\r\nHost: H:81\r\n\r\n") == forward("h", 81));
    CHECK(transparent("GET /proxy.pac HTTP/1.1\r\nHost: h\r\n\r\n") == forward("h", 80));
    CHECK(transparent("GET / HTTP/1.0\r\n\r\n") == forward("", 80));
    CHECK(refusal(transparent("GET / HTTP/1.1\r\nHost: h\r\nVia: 1.1 us\r\n\r\n")) == 502);
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

namespace {

auto ip(const char* text) { return boost::asio::ip::make_address(text); }

bool only_192_0_2_7(const boost::asio::ip::address& address) { return address == ip("192.0.2.7"); }

ProxyVerdict judge(const char* destination, std::uint16_t port, const char* listener)
{
    return judge_address(ip(destination), port, ip(listener), 8888, only_192_0_2_7);
}

}  // namespace

TEST_CASE("the proxy's own listener is refused, by each of its names", "[engine][proxy]")
{
    CHECK(judge("127.0.0.1", 8888, "127.0.0.1") == ProxyVerdict::own_listener);
    CHECK(judge("::ffff:127.0.0.1", 8888, "127.0.0.1") == ProxyVerdict::own_listener);
    CHECK(judge("0.0.0.0", 8888, "127.0.0.1") == ProxyVerdict::own_listener);
    CHECK(judge("::1", 8888, "::1") == ProxyVerdict::own_listener);
    CHECK(judge("192.0.2.7", 8888, "0.0.0.0") == ProxyVerdict::own_listener);
    CHECK(judge("192.0.2.7", 8888, "::") == ProxyVerdict::own_listener);
}

TEST_CASE("what only looks like the listener is allowed", "[engine][proxy]")
{
    CHECK(judge("127.0.0.1", 8080, "127.0.0.1") == ProxyVerdict::allowed);
    CHECK(judge("127.0.0.2", 8888, "127.0.0.1") == ProxyVerdict::allowed);
    CHECK(judge("192.0.2.8", 8888, "0.0.0.0") == ProxyVerdict::allowed);
    CHECK(judge("2001:db8::1", 8888, "0.0.0.0") == ProxyVerdict::allowed);
    CHECK(judge("0.0.0.0", 8888, "192.0.2.7") == ProxyVerdict::allowed);
}

TEST_CASE("each verdict has its words", "[engine][proxy]")
{
    CHECK(reason_of(ProxyVerdict::allowed).empty());
    CHECK_FALSE(reason_of(ProxyVerdict::own_listener).empty());
}

TEST_CASE("only what can be sent twice goes over a used connection", "[engine][proxy]")
{
    const auto may = [](std::string line, std::string fields = {}) {
        const ParsedRequest parsed{line + " http://h/ HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"};
        return may_use_idle_connection(parsed.request);
    };
    for (const auto* method : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}) {
        INFO(method);
        CHECK(may(method));
    }
    CHECK_FALSE(may("POST"));
    CHECK_FALSE(may("get"));
    CHECK_FALSE(may("BREW"));
    CHECK_FALSE(may("PUT", "Content-Length: 5\r\n"));
    CHECK_FALSE(may("GET", "Transfer-Encoding: chunked\r\n"));
}

TEST_CASE("a request is sent again only over a used connection that broke without a byte", "[engine][proxy]")
{
    CHECK(should_retry(true, false));
    CHECK_FALSE(should_retry(true, true));
    CHECK_FALSE(should_retry(false, false));
}

}  // namespace proxy_decision_tests
