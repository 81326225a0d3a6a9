#include <libnet/wire/http/hop_by_hop.hpp>
#include <tests/support/catch.hpp>

#include <initializer_list>

namespace hop_by_hop_tests {

using namespace libnet::wire;

namespace {

HttpFields fields(std::initializer_list<HttpField> lines)
{
    HttpFields all;
    for (const auto& line : lines) all.add(line.name, line.value);
    return all;
}

std::string via_of(const HttpFields& received, HttpVersion version)
{
    std::string out;
    append_via(out, received, version, "us");
    return out;
}

}  // namespace

TEST_CASE("fields for the next hop stay behind, whatever their case", "[wire][hop_by_hop]")
{
    const auto hop = HopByHop::read({});
    REQUIRE(hop);
    for (const auto* name :
         {"Connection", "keep-alive", "PROXY-CONNECTION", "Transfer-Encoding", "TE", "Upgrade", "HTTP2-Settings",
          "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization"})
    {
        INFO(name);
        CHECK_FALSE(hop->forwards(name));
    }
    for (const auto* name : {"Accept", "Authorization", "Cookie", "X-Anything", "Keep-Alive-Not"}) {
        INFO(name);
        CHECK(hop->forwards(name));
    }
}

TEST_CASE("what Connection nominates stays behind, over all its lines", "[wire][hop_by_hop]")
{
    const auto message = fields({{"Connection", "close, X-One"}, {"connection", ",, x-two ,"}});
    const auto hop = HopByHop::read(message);
    REQUIRE(hop);
    CHECK_FALSE(hop->forwards("x-one"));
    CHECK_FALSE(hop->forwards("X-Two"));
    CHECK_FALSE(hop->forwards("Close"));
    CHECK(hop->forwards("X-Three"));
}

TEST_CASE("Connection can't take away what a message is about", "[wire][hop_by_hop]")
{
    const auto message = fields({{"Connection",
                                  "Host, Content-Length, Authorization, cookie, Set-Cookie, Via, "
                                  "Cache-Control, X-Forwarded-For, Max-Forwards, Content-Type"}});
    const auto hop = HopByHop::read(message);
    REQUIRE(hop);
    for (const auto* name : {"Host", "Content-Length", "Authorization", "Cookie", "Set-Cookie", "Via", "Cache-Control",
                             "X-Forwarded-For", "Max-Forwards", "Content-Type"})
    {
        INFO(name);
        CHECK(hop->forwards(name));
    }
}

TEST_CASE("Connection may nominate itself and what is hop-by-hop anyway", "[wire][hop_by_hop]")
{
    const auto message = fields({{"Connection", "connection, keep-alive, Transfer-Encoding"}});
    const auto hop = HopByHop::read(message);
    REQUIRE(hop);
    CHECK_FALSE(hop->forwards("Connection"));
    CHECK_FALSE(hop->forwards("Transfer-Encoding"));
}

TEST_CASE("a message with more nominations than any ordinary one has is refused", "[wire][hop_by_hop]")
{
    std::string list;
    for (std::size_t i = 0; i < HopByHop::max_nominations; ++i) list += std::string{"x"} + std::to_string(i) + ",";
    CHECK(HopByHop::read(fields({{"Connection", list}})));
    list += "one-more";
    CHECK_FALSE(HopByHop::read(fields({{"Connection", list}})));
}

TEST_CASE("Via grows by us, behind those before us", "[wire][hop_by_hop]")
{
    CHECK(via_of({}, HttpVersion::http_1_1) == "Via: 1.1 us\r\n");
    CHECK(via_of({}, HttpVersion::http_1_0) == "Via: 1.0 us\r\n");
    const auto received = fields({{"Via", "1.0 fred, 1.1 p.example"}, {"Accept", "a"}, {"via", ""}, {"VIA", "2 h2"}});
    CHECK(via_of(received, HttpVersion::http_1_1) == "Via: 1.0 fred, 1.1 p.example, 2 h2, 1.1 us\r\n");
}

TEST_CASE("our own name in Via is a loop", "[wire][hop_by_hop]")
{
    CHECK(has_passed(fields({{"Via", "1.1 us"}}), "us"));
    CHECK(has_passed(fields({{"via", "1.0 fred"}, {"VIA", "1.1 a , HTTP/1.1 US (a comment)"}}), "us"));
    CHECK(has_passed(fields({{"Via", "1.1 a (b), 1.1\tus(next to it)"}}), "us"));
    INFO("also behind a comment that has no end");
    CHECK(has_passed(fields({{"Via", "1.1 a (b, 1.1 us, 1.1 c"}}), "us"));
}

TEST_CASE("a name that only looks like ours is no loop", "[wire][hop_by_hop]")
{
    CHECK_FALSE(has_passed({}, "us"));
    CHECK_FALSE(has_passed(fields({{"X-Via", "1.1 us"}}), "us"));
    CHECK_FALSE(has_passed(fields({{"Via", ""}, {"Via", "us"}, {"Via", ", ,"}}), "us"));
    CHECK_FALSE(has_passed(fields({{"Via", "1.1 use, 1.1 u, 1.1 us:8080"}}), "us"));
}

}  // namespace hop_by_hop_tests
