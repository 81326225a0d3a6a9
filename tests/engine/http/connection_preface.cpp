// The first octets of a connection, whoever sends them, and however they come.

#include <libnet/engine/http/connection_preface.hpp>
#include <tests/support/catch.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace connection_preface_tests {

using namespace libnet;
using engine::judge_preface, engine::PrefaceDecision, engine::PrefaceSender;
using Kind = PrefaceDecision::Kind;

namespace {

const std::string v1 = "PROXY TCP4 192.0.2.1 198.51.100.1 4711 443\r\n";
const std::string request = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";

std::string v2(bool is_proxied = true)
{
    wire::ProxyHeader header;
    header.is_proxied = is_proxied;
    header.source = {boost::asio::ip::make_address("2001:db8::7"), 4711};
    header.destination = {boost::asio::ip::make_address("2001:db8::1"), 443};
    std::string text;
    wire::append_proxy_header_v2(text, header);
    return text;
}

PrefaceDecision served(std::size_t consumed, std::string_view address, std::uint16_t port)
{
    return {.kind = Kind::serve,
            .consumed = consumed,
            .client = wire::ProxyEndpoint{boost::asio::ip::make_address(std::string{address}), port}};
}

PrefaceDecision refused(std::string_view reason) { return {.kind = Kind::refuse, .reason = reason}; }

}  // namespace

TEST_CASE("a trusted proxy's connection begins behind its header", "[engine][http][preface]")
{
    CHECK(judge_preface(v1 + request, PrefaceSender::trusted) == served(v1.size(), "192.0.2.1", 4711));
    CHECK(judge_preface(v2() + request, PrefaceSender::trusted) == served(v2().size(), "2001:db8::7", 4711));
}

TEST_CASE("a proxy that talks for itself is its own client", "[engine][http][preface]")
{
    const PrefaceDecision itself{.kind = Kind::serve, .consumed = v2(false).size()};
    CHECK(judge_preface(v2(false) + request, PrefaceSender::trusted) == itself);
    const std::string unknown = "PROXY UNKNOWN\r\n";
    CHECK(judge_preface(unknown, PrefaceSender::trusted).consumed == unknown.size());
    CHECK_FALSE(judge_preface(unknown, PrefaceSender::trusted).client);
}

TEST_CASE("a header may come in pieces", "[engine][http][preface]")
{
    for (const auto& header : {v1, v2()}) {
        for (std::size_t size = 0; size < header.size(); ++size) {
            INFO(size);
            CHECK(judge_preface(header.substr(0, size), PrefaceSender::trusted).kind == Kind::wait);
        }
    }
}

TEST_CASE("a trusted proxy that sends no header, or a bad one, is refused", "[engine][http][preface]")
{
    using Error = wire::ProxyProtocolError;
    struct Case {
        std::string received;
        Error error;
    };
    const Case cases[] = {
        {request, Error::not_proxy_protocol},
        {"\x16\x03\x01", Error::not_proxy_protocol},
        {"PROXY TCP4 192.0.2.1\r\n", Error::bad_line},
        {"PROXY TCP4 192.0.2.256 198.51.100.1 1 2\r\n", Error::bad_address},
        {"PROXY TCP6 192.0.2.1 198.51.100.1 1 2\r\n", Error::bad_address},
        {"PROXY TCP4 192.0.2.1 198.51.100.1 1 65536\r\n", Error::bad_port},
        {"PROXY TCP4 " + std::string(200, '1'), Error::bad_line},
        {v2().replace(12, 1, "\x31"), Error::bad_version},
        {v2().replace(12, 1, "\x2f"), Error::bad_command},
        {v2().replace(14, 2, "\xff\xff"), Error::too_long},
    };
    for (const auto& [received, error] : cases) {
        INFO(received);
        CHECK(judge_preface(received, PrefaceSender::trusted) == refused(wire::reason_of(error)));
    }
}

TEST_CASE("a client speaks for itself", "[engine][http][preface]")
{
    const PrefaceDecision as_it_is{.kind = Kind::serve};
    for (const std::string_view first :
         {"GET / HTTP/1.1\r\n", "POST /", "PUT", "PROPFIND", "\r\nGET /", "\x16\x03\x01", "\5"})
        CHECK(judge_preface(first, PrefaceSender::other) == as_it_is);
    for (const std::string_view first : {"", "P", "PRO", "PROXY", "\r\n\r\n"})
        CHECK(judge_preface(first, PrefaceSender::other).kind == Kind::wait);
}

TEST_CASE("a client that passes itself off as another is refused", "[engine][http][preface]")
{
    for (const auto& header : {v1, v2(), std::string{"PROXY "}, v2().substr(0, 12)})
        CHECK(judge_preface(header, PrefaceSender::other) == refused(engine::preface_not_trusted));
}

}  // namespace connection_preface_tests
