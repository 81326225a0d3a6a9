// Whom a server takes for the client, behind proxies that it trusts and clients that lie.

#include <libnet/wire/http/forwarded.hpp>
#include <tests/support/catch.hpp>

#include <string>
#include <vector>

namespace forwarded_tests {

using namespace libnet::wire;

namespace {

namespace ip = boost::asio::ip;

const std::vector<Network> trusted{*parse_network("10.0.0.0/8"), *parse_network("2001:db8:ffff::/48")};

/// Field lines as the server gets them, in order; the field is the one that they all have.
std::string client_of(std::string_view peer, const std::vector<std::string>& lines,
                      ForwardingField field = ForwardingField::x_forwarded_for)
{
    HttpFields fields;
    fields.add("Host", "a");
    for (const auto& line : lines)
        fields.add(field == ForwardingField::forwarded ? "forwarded" : "x-forwarded-for", line);
    return client_address(fields, ip::make_address(peer), trusted, field).to_string();
}

std::string client_by_forwarded(const std::vector<std::string>& lines)
{
    return client_of("10.0.0.1", lines, ForwardingField::forwarded);
}

}  // namespace

TEST_CASE("a peer that is not trusted is the client, whatever it says", "[wire][http]")
{
    CHECK(client_of("192.0.2.7", {"203.0.113.9"}) == "192.0.2.7");
    CHECK(client_of("192.0.2.7", {"10.0.0.9"}) == "192.0.2.7");
    CHECK(client_of("11.0.0.1", {"203.0.113.9"}) == "11.0.0.1");
    HttpFields fields;
    fields.add("X-Forwarded-For", "203.0.113.9");
    CHECK(client_address(fields, ip::make_address("10.0.0.1"), {}).to_string() == "10.0.0.1");
}

TEST_CASE("of what trusted proxies name, the last that isn't trusted is the client", "[wire][http]")
{
    CHECK(client_of("10.0.0.1", {}) == "10.0.0.1");
    CHECK(client_of("10.0.0.1", {"203.0.113.9"}) == "203.0.113.9");
    CHECK(client_of("10.0.0.1", {"198.51.100.1, 203.0.113.9"}) == "203.0.113.9");
    CHECK(client_of("10.0.0.1", {"198.51.100.1, 203.0.113.9, 10.1.1.1,10.2.2.2"}) == "203.0.113.9");
    CHECK(client_of("10.0.0.1", {"198.51.100.1", "203.0.113.9", "10.1.1.1"}) == "203.0.113.9");
    CHECK(client_of("10.0.0.1", {"10.3.3.3, 10.1.1.1"}) == "10.3.3.3");
    CHECK(client_of("::ffff:10.0.0.1", {"::ffff:203.0.113.9"}) == "203.0.113.9");
    CHECK(client_of("2001:db8:ffff::1", {"2001:db8::9"}) == "2001:db8::9");
}

TEST_CASE("where a name is no address, the last one that was believed counts", "[wire][http]")
{
    for (const std::string_view node :
         {"unknown", "_hidden", "203.0.113.256", "203.0.113", "0x7f.0.0.1", "fe80::1%eth0", "localhost",
          "[203.0.113.9]", "[2001:db8::1", "2001:db8::1]", "203.0.113.9:", "203.0.113.9:port", "203.0.113.9:123456",
          "[2001:db8::1]80", "203.0.113.9 203.0.113.8", "\"203.0.113.9\""})
    {
        INFO(node);
        CHECK(!parse_forwarding_node(node));
        CHECK(client_of("10.0.0.1", {std::string{"198.51.100.1, "} + std::string{node} + ", 10.1.1.1"}) == "10.1.1.1");
    }
    CHECK(client_of("10.0.0.1", {""}) == "10.0.0.1");
    CHECK(client_of("10.0.0.1", {" , ,"}) == "10.0.0.1");
}

TEST_CASE("ports are no part of a client", "[wire][http]")
{
    CHECK(client_of("10.0.0.1", {"203.0.113.9:4711"}) == "203.0.113.9");
    CHECK(client_of("10.0.0.1", {"[2001:db8::9]:4711"}) == "2001:db8::9");
    CHECK(client_of("10.0.0.1", {"[2001:db8::9]"}) == "2001:db8::9");
    CHECK(client_by_forwarded({"for=\"203.0.113.9:_http\""}) == "203.0.113.9");
}

TEST_CASE("Forwarded is read as RFC 7239 writes it", "[wire][http]")
{
    CHECK(client_by_forwarded({"for=203.0.113.9"}) == "203.0.113.9");
    CHECK(client_by_forwarded({"For=\"[2001:db8:cafe::17]:4711\""}) == "2001:db8:cafe::17");
    CHECK(client_by_forwarded({"for=203.0.113.9;proto=http;by=10.0.0.43"}) == "203.0.113.9");
    CHECK(client_by_forwarded({"by=10.0.0.43 ; for=203.0.113.9"}) == "203.0.113.9");
    CHECK(client_by_forwarded({"for=198.51.100.17, for=203.0.113.9, for=10.1.1.1"}) == "203.0.113.9");
    CHECK(client_by_forwarded({"for=198.51.100.17", "for=203.0.113.9;host=\"a, b;for=1.2.3.4\""}) == "203.0.113.9");
    CHECK(client_by_forwarded({"for=203.0.113.9;;,"}) == "203.0.113.9");
}

TEST_CASE("of a Forwarded that was tampered with nothing is believed", "[wire][http]")
{
    // The proxy adds its element behind what the client sent: an open quotation must not hide it.
    CHECK(client_by_forwarded({"for=1.2.3.4;x=\", for=203.0.113.9"}) == "10.0.0.1");
    CHECK(client_by_forwarded({"for=1.2.3.4;x=\", for=\"[2001:db8::9]\""}) == "10.0.0.1");
    CHECK(client_by_forwarded({"for=1.2.3.4;x=\"\\\", for=\"203.0.113.9\""}) == "10.0.0.1");
    CHECK(client_by_forwarded({"for=\"", "for=203.0.113.9"}) == "203.0.113.9");
    CHECK(client_by_forwarded({"for=\"", "for=10.1.1.1"}) == "10.1.1.1");
    CHECK(client_by_forwarded({"for=1.2.3.4;for=203.0.113.9"}) == "10.0.0.1");
    CHECK(client_by_forwarded({"for = 203.0.113.9"}) == "10.0.0.1");
    CHECK(client_by_forwarded({"for=203.0.113.9 proto=http"}) == "10.0.0.1");
    CHECK(client_by_forwarded({"203.0.113.9"}) == "10.0.0.1");
    CHECK(client_by_forwarded({"for=1.2.3.4, by=10.0.0.43"}) == "10.0.0.1");  // who asked that proxy is not known
    CHECK(client_by_forwarded({"for=\"2001:db8:\\:9\""}) == "10.0.0.1");
}

TEST_CASE("only the field that the proxies write counts", "[wire][http]")
{
    HttpFields fields;
    fields.add("Forwarded", "for=1.2.3.4");
    fields.add("X-Forwarded-For", "203.0.113.9");
    const auto peer = ip::make_address("10.0.0.1");
    CHECK(client_address(fields, peer, trusted).to_string() == "203.0.113.9");
    CHECK(client_address(fields, peer, trusted, ForwardingField::forwarded).to_string() == "1.2.3.4");
}

TEST_CASE("a walk through trusted proxies has an end", "[wire][http]")
{
    std::string line = "10.9.9.9";
    for (std::size_t hop = 1; hop < max_forwarding_hops; ++hop) line += ",10.0.0." + std::to_string(hop + 1);
    CHECK(client_of("10.0.0.1", {line}) == "10.9.9.9");
    CHECK(client_of("10.0.0.1", {"203.0.113.9," + line}) == "10.9.9.9");
}

TEST_CASE("an address is written as a node of Forwarded", "[wire][http]")
{
    CHECK(to_forwarded_node(ip::make_address("192.0.2.1")) == "192.0.2.1");
    CHECK(to_forwarded_node(ip::make_address("::ffff:192.0.2.1")) == "192.0.2.1");
    CHECK(to_forwarded_node(ip::make_address("2001:db8::1")) == "\"[2001:db8::1]\"");
}

}  // namespace forwarded_tests
