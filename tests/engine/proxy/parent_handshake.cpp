#include <libnet/engine/proxy/parent_handshake.hpp>
#include <tests/support/catch.hpp>

#include <string>
#include <string_view>

namespace parent_handshake_tests {

using namespace libnet::engine;
using namespace std::string_view_literals;
using Kind = ParentStep::Kind;
namespace wire = libnet::wire;

namespace {

const ProxyDestination server{"server.test", 443};

ParentProxy http_parent()
{
    auto parent = parse_parent_proxy("corp=http://proxy.test");
    set_parent_login(parent, "alice:secret");
    return parent;
}

ParentProxy socks_parent(bool with_login)
{
    auto parent = parse_parent_proxy("corp=socks5://proxy.test");
    if (with_login) set_parent_login(parent, "alice:secret");
    return parent;
}

/// How a parent of HTTP that answers this ends the handshake.
ParentHandshake after(std::string_view answer, const ParentProxy& parent, ParentStep& last)
{
    ParentHandshake handshake{parent, server, "CONNECT server.test:443 HTTP/1.1\r\n\r\n"};
    CHECK(handshake.next({}) == ParentStep{Kind::send});
    CHECK(handshake.has_asked());
    last = handshake.next(answer);
    return handshake;
}

}  // namespace

TEST_CASE("CONNECT has our log-in and our name, and nothing else of the client's than where it came by",
          "[engine][proxy]")
{
    wire::HttpFields fields;
    fields.add("Via", "1.1 before");
    fields.add("Proxy-Authorization", "Basic Y2xpZW50OnNlY3JldA==");
    fields.add("Cookie", "a=b");
    std::string head;
    append_parent_connect(head, http_parent(), server, fields, wire::HttpVersion::http_1_1, "us");
    CHECK(head ==
          "CONNECT server.test:443 HTTP/1.1\r\nHost: server.test:443\r\n"
          "Proxy-Authorization: Basic YWxpY2U6c2VjcmV0\r\nVia: 1.1 before, 1.1 us\r\n\r\n");
    head.clear();
    append_parent_connect(head, socks_parent(false), {"2001:db8::1", 80}, {}, wire::HttpVersion::http_1_0, "us");
    CHECK(head == "CONNECT [2001:db8::1]:80 HTTP/1.1\r\nHost: [2001:db8::1]:80\r\nVia: 1.0 us\r\n\r\n");
}

TEST_CASE("a parent of HTTP agrees with any status of success, and what follows is the server's", "[engine][proxy]")
{
    const auto parent = http_parent();
    const std::string answer = "HTTP/1.1 200 Connection established\r\nVia: 1.1 x\r\n\r\n";
    ParentStep last;
    after(answer + "hello", parent, last);
    CHECK(last == ParentStep{Kind::agreed, answer.size()});
    const std::string interim = "HTTP/1.1 103 Early Hints\r\n\r\n";
    after(interim + answer, parent, last);
    CHECK(last == ParentStep{Kind::agreed, interim.size() + answer.size()});
    after("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", parent, last);  // RFC 9110 section 9.3.6: not looked at
    CHECK(last.kind == Kind::agreed);

    ParentHandshake byte_by_byte{parent, server, "CONNECT"};
    byte_by_byte.next({});
    for (std::size_t size = 1; size < answer.size(); ++size)
        CHECK(byte_by_byte.next(std::string_view{answer}.substr(0, size)) == ParentStep{});
    CHECK(byte_by_byte.next(answer).kind == Kind::agreed);
}

TEST_CASE("what a parent of HTTP says of the server counts, and its own faults are told from that", "[engine][proxy]")
{
    struct Case {
        std::string_view answer;
        ProxyFailure failure;
        ParentFault fault;
    };
    constexpr Case cases[]{
        {"HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n", ProxyFailure::parent_login, ParentFault::parent},
        {"HTTP/1.1 403 No\r\n\r\n", ProxyFailure::parent_denied, ParentFault::none},
        {"HTTP/1.1 451 No\r\n\r\n", ProxyFailure::parent_denied, ParentFault::none},
        {"HTTP/1.1 302 Elsewhere\r\nLocation: http://evil.test/\r\n\r\n", ProxyFailure::connect_failed,
         ParentFault::none},
        {"HTTP/1.1 502 Bad\r\n\r\n", ProxyFailure::connect_failed, ParentFault::none},
        {"HTTP/1.1 503 Busy\r\n\r\n", ProxyFailure::connect_failed, ParentFault::none},
        {"HTTP/1.1 504 Late\r\n\r\n", ProxyFailure::connect_timeout, ParentFault::none},
        {"HTTP/1.1 101 Switching\r\n\r\n", ProxyFailure::bad_response, ParentFault::parent},
        {"SSH-2.0-OpenSSH_9.2\r\n", ProxyFailure::bad_response, ParentFault::parent},
        {"\5\0"sv, ProxyFailure::bad_response, ParentFault::parent},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding\r\n\r\n", ProxyFailure::bad_response, ParentFault::parent},
    };
    const auto parent = http_parent();
    for (const auto& each : cases) {
        INFO(each.answer);
        ParentStep last;
        const auto handshake = after(each.answer, parent, last);
        CHECK(last.kind == Kind::failed);
        CHECK(handshake.failure() == each.failure);
        CHECK(handshake.fault() == each.fault);
    }
}

TEST_CASE("a parent that only ever begins to answer is given up", "[engine][proxy]")
{
    const auto parent = http_parent();
    std::string endless;
    for (int i = 0; i < 12; ++i) endless += "HTTP/1.1 100 Continue\r\n\r\n";
    ParentStep last;
    after(endless, parent, last);
    CHECK(last.kind == Kind::failed);
    after("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'), parent, last);
    CHECK(last.kind == Kind::failed);
}

TEST_CASE("SOCKS5 without and with a log-in", "[engine][proxy][socks]")
{
    const auto plain = socks_parent(false), guarded = socks_parent(true);
    ParentHandshake without{plain, server, {}};
    CHECK(without.next({}) == ParentStep{Kind::send});
    CHECK(without.out() == "\5\1\0"sv);
    CHECK_FALSE(without.has_asked());
    CHECK(without.next("\5"sv) == ParentStep{});
    CHECK(without.next("\5\0"sv) == ParentStep{Kind::send, 2});
    CHECK(without.out() == "\5\1\0\3\xbserver.test\1\xbb"sv);
    CHECK(without.has_asked());
    CHECK(without.next("\5\0\0\1\0\0\0\0\0"sv) == ParentStep{});
    CHECK(without.next("\5\0\0\1\0\0\0\0\0\0hello"sv) == ParentStep{Kind::agreed, 10});

    ParentHandshake with{guarded, {"192.0.2.1", 80}, {}};
    with.next({});
    CHECK(with.out() == "\5\2\0\2"sv);
    CHECK(with.next("\5\2"sv) == ParentStep{Kind::send, 2});
    CHECK(with.out() == "\1\5alice\6secret"sv);
    CHECK(with.next("\1\0"sv) == ParentStep{Kind::send, 2});
    CHECK(with.out() == "\5\1\0\1\xc0\0\2\1\0\x50"sv);

    ParentHandshake not_asked{guarded, server, {}};  // it may as well not want the log-in
    not_asked.next({});
    CHECK(not_asked.next("\5\0"sv).kind == Kind::send);
    CHECK(not_asked.has_asked());
}

TEST_CASE("SOCKS5 that refuses, or isn't SOCKS5", "[engine][proxy][socks]")
{
    const auto plain = socks_parent(false), guarded = socks_parent(true);
    const auto begun = [](const ParentProxy& parent, std::string_view first) {
        ParentHandshake handshake{parent, server, {}};
        handshake.next({});
        handshake.next(first);
        return handshake;
    };
    for (const auto first : {"\5\xff"sv, "\5\2"sv, "\5\1"sv, "HT"sv}) {
        const auto handshake = begun(plain, first);
        CHECK(handshake.fault() == ParentFault::parent);
        const bool is_login = first == "\5\xff"sv || first == "\5\1"sv;
        CHECK(handshake.failure() == (is_login ? ProxyFailure::parent_login : ProxyFailure::bad_response));
    }
    auto wrong = begun(guarded, "\5\2"sv);
    CHECK(wrong.next("\1\1"sv).kind == Kind::failed);
    CHECK(wrong.failure() == ProxyFailure::parent_login);

    const std::pair<std::string_view, ProxyFailure> replies[]{
        {"\5\1\0\1\0\0\0\0\0\0"sv, ProxyFailure::connect_failed},
        {"\5\2\0\1\0\0\0\0\0\0"sv, ProxyFailure::parent_denied},
        {"\5\3\0\1\0\0\0\0\0\0"sv, ProxyFailure::unreachable},
        {"\5\4\0\1\0\0\0\0\0\0"sv, ProxyFailure::unreachable},
        {"\5\5\0\1\0\0\0\0\0\0"sv, ProxyFailure::refused},
        {"\5\6\0\1\0\0\0\0\0\0"sv, ProxyFailure::connect_timeout},
        {"\5\x99\0\1\0\0\0\0\0\0"sv, ProxyFailure::connect_failed}};
    for (const auto& [reply, failure] : replies) {
        auto handshake = begun(plain, "\5\0"sv);
        CHECK(handshake.next(reply).kind == Kind::failed);
        CHECK(handshake.failure() == failure);
        CHECK(handshake.fault() == ParentFault::none);
    }
}

TEST_CASE("silence and an end are the parent's fault until it was asked, and then may be the server's",
          "[engine][proxy]")
{
    const auto http = http_parent(), socks = socks_parent(false);
    ParentHandshake greeted{socks, server, {}};
    greeted.next({});
    CHECK(greeted.on_timeout().kind == Kind::failed);
    CHECK(greeted.failure() == ProxyFailure::connect_timeout);
    CHECK(greeted.fault() == ParentFault::parent);
    greeted.on_closed();
    CHECK(greeted.failure() == ProxyFailure::connection_lost);
    CHECK(greeted.fault() == ParentFault::parent);

    ParentHandshake asked{http, server, "CONNECT"};
    asked.next({});
    asked.on_timeout();
    CHECK(asked.failure() == ProxyFailure::response_timeout);
    CHECK(asked.fault() == ParentFault::none);
    asked.on_closed();
    CHECK(asked.fault() == ParentFault::this_request);
}

}  // namespace parent_handshake_tests
