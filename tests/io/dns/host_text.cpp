#include <libnet/io/dns/host_text.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/ip/address.hpp>

namespace host_text_tests {

using boost::asio::ip::make_address;
using libnet::io::missing_zone, libnet::io::resolvable_host;

TEST_CASE("hosts are numbers as the system takes them, addresses in brackets, or names", "[io][host_text]")
{
    CHECK(resolvable_host("127.1") == "127.0.0.1");
    CHECK(resolvable_host("0x7f.1") == "127.0.0.1");
    CHECK(resolvable_host("2130706433") == "127.0.0.1");
    CHECK(resolvable_host("127.0.0.1") == "127.0.0.1");
    CHECK(resolvable_host("[::1]") == "::1");
    CHECK(resolvable_host("[fe80::1%lo]") == "fe80::1%lo");
    for (const char* name :
         {"", "example.net", "[a]", "::1", "1.2.3.4.5", "256.1.1.1", "10.0.0.1-9", "127.1 x", "1e3.test"})
        CHECK(resolvable_host(name) == name);
}

TEST_CASE("an address of a link without the link is told so, with one that would do", "[io][host_text]")
{
    CHECK(missing_zone(make_address("fe80::1")).starts_with("fe80::1: which interface? "));
    CHECK(missing_zone(make_address("fe80::1")).find(": fe80::1%") != std::string::npos);
    for (const char* address : {"fe80::1%1", "2001:db8::1", "::1", "192.0.2.1", "169.254.0.1"})
        CHECK(missing_zone(make_address(address)).empty());
}

}  // namespace host_text_tests
