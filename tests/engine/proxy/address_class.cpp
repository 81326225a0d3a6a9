#include <libnet/engine/proxy/address_class.hpp>
#include <tests/support/catch.hpp>

namespace address_class_tests {

using namespace libnet::engine;
using A = AddressClass;

namespace {

struct Case {
    const char* address;
    A kind;
};

constexpr Case cases[] = {
    {"8.8.8.8", A::global},
    {"1.1.1.1", A::global},
    {"2606:4700:4700::1111", A::global},
    {"2001:4860:4860::8888", A::global},
    {"223.255.255.255", A::global},
    {"172.15.255.255", A::global},
    {"172.32.0.0", A::global},
    {"100.63.255.255", A::global},
    {"100.128.0.0", A::global},
    {"198.17.255.255", A::global},
    {"198.20.0.0", A::global},

    {"127.0.0.1", A::loopback},
    {"127.255.255.255", A::loopback},
    {"0.0.0.0", A::loopback},
    {"0.1.2.3", A::loopback},
    {"::1", A::loopback},
    {"::", A::loopback},
    {"10.0.0.1", A::private_use},
    {"172.16.0.1", A::private_use},
    {"172.31.255.255", A::private_use},
    {"192.168.1.1", A::private_use},
    {"fc00::1", A::private_use},
    {"fdff::1", A::private_use},
    {"fec0::1", A::private_use},
    {"64:ff9b:1::a00:1", A::private_use},
    {"169.254.1.1", A::link_local},
    {"fe80::1", A::link_local},
    {"febf::1", A::link_local},
    {"100.64.0.1", A::shared},
    {"100.127.255.255", A::shared},
    {"224.0.0.1", A::multicast},
    {"239.255.255.255", A::multicast},
    {"255.255.255.255", A::multicast},
    {"ff02::1", A::multicast},
    {"240.0.0.1", A::reserved},
    {"192.0.0.8", A::reserved},
    {"192.88.99.1", A::reserved},
    {"100::1", A::reserved},
    {"5f00::1", A::reserved},
    {"4000::1", A::reserved},
    {"2001:10::1", A::reserved},
    {"2001:2f::1", A::reserved},
    {"::7f00:1", A::reserved},  // IPv4-compatible, RFC 4291 section 2.5.5.1
    {"::808:808", A::reserved},
    {"192.0.2.1", A::documentation},
    {"198.51.100.1", A::documentation},
    {"203.0.113.1", A::documentation},
    {"2001:db8::1", A::documentation},
    {"3fff:fff::1", A::documentation},
    {"198.18.0.1", A::benchmarking},
    {"198.19.255.255", A::benchmarking},
    {"2001:2:0:1::1", A::benchmarking},

    {"169.254.169.254", A::metadata},
    {"169.254.170.2", A::metadata},
    {"100.100.100.200", A::metadata},
    {"192.0.0.192", A::metadata},
    {"168.63.129.16", A::metadata},
    {"fd00:ec2::254", A::metadata},
    {"fd20:ce::254", A::metadata},

    // IPv4 within IPv6
    {"::ffff:8.8.8.8", A::global},
    {"::ffff:127.0.0.1", A::loopback},
    {"::ffff:169.254.169.254", A::metadata},
    {"::ffff:0:10.0.0.1", A::private_use},
    {"64:ff9b::8.8.8.8", A::global},
    {"64:ff9b::10.0.0.1", A::private_use},
    {"64:ff9b::169.254.169.254", A::metadata},
    {"64:ff9b:0:0:0:1:a00:1", A::reserved},
    {"2002:808:808::1", A::global},
    {"2002:7f00:1::1", A::loopback},
    {"2002:a9fe:a9fe::", A::metadata},
    {"2002:c0a8:101:1::1", A::private_use},
    {"2001:0:808:808:0:0:f7f7:f7f7", A::global},
    {"2001:0:a00:1::f7f7:f7f7", A::private_use},       // the server
    {"2001:0:808:808:0:0:f5ff:fffe", A::private_use},  // the client, 10.0.0.1
    {"2001:0:808:808:0:0:5601:5601", A::metadata},     // the client, 169.254.169.254
    {"2606:4700::5efe:10.0.0.1", A::private_use},      // ISATAP
    {"2606:4700::200:5efe:127.0.0.1", A::loopback},    // ISATAP with the universal bit
    {"2606:4700::200:5efe:8.8.8.8", A::global},
    {"fe80::5efe:8.8.8.8", A::link_local},
    {"2606:4700::100:5efe:10.0.0.1", A::private_use},  // the group bit hides nothing
    {"2606:4700::5eff:10.0.0.1", A::global},
};

}  // namespace

TEST_CASE("addresses are known for what they are, inside others too", "[engine][proxy]")
{
    for (const auto& [text, kind] : cases) {
        INFO(text);
        CHECK(classify(boost::asio::ip::make_address(text)) == kind);
    }
    CHECK(name_of(A::private_use) == "private_use");
    CHECK(name_of(A::metadata) == "metadata");
    CHECK(name_of(A::global) == "global");
}

}  // namespace address_class_tests
