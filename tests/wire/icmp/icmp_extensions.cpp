#include <libnet/base/bytes.hpp>
#include <libnet/base/checksum.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/icmp/icmp_extensions.hpp>
#include <tests/support/catch.hpp>

#include <initializer_list>
#include <string>
#include <vector>

namespace icmp_extensions_tests {

using namespace libnet;
using namespace libnet::wire;

namespace {

using Octets = std::vector<std::byte>;

Octets octets(std::initializer_list<unsigned> values)
{
    Octets result;
    for (const auto value : values) result.push_back(static_cast<std::byte>(value));
    return result;
}

/// A structure with these objects, and its checksum.
Octets structure(std::initializer_list<unsigned> objects)
{
    auto result = octets({0x20, 0, 0, 0});
    const auto behind = octets(objects);
    result.insert(result.end(), behind.begin(), behind.end());
    base::store_be(std::span{result}, 2, base::checksum(result));
    return result;
}

IcmpExtensions decoded(const Octets& bytes)
{
    const auto result = decode_icmp_extensions(bytes);
    REQUIRE(result.has_value());
    return *result;
}

}  // namespace

TEST_CASE("a stack of MPLS labels is read in its order", "[wire][icmp]")
{
    const auto found = decoded(structure({0, 12, 1, 1, 0x12, 0x34, 0x54, 7, 0, 0, 0x1F, 255}));
    CHECK(found.mpls == std::vector<MplsLabel>{{0x12345, 2, false, 7}, {1, 7, true, 255}});
    CHECK(found.interfaces.empty());
    CHECK(found.others.empty());
}

TEST_CASE("an interface tells any part of itself", "[wire][icmp]")
{
    const auto all = decoded(structure(
        {0, 28, 2, 0x8F, 0, 0, 0, 7, 0, 1, 0, 0, 192, 0, 2, 1, 8, 'e', 't', 'h', '0', 0, 0, 0, 0, 0, 5, 0xDC}));
    const IcmpInterface outgoing{IcmpInterfaceRole::outgoing, 7, asio::ip::make_address("192.0.2.1"), "eth0", 1500};
    CHECK(all.interfaces == std::vector{outgoing});

    const auto v6 =
        decoded(structure({0, 24, 2, 0x04, 0, 2, 0, 0, 0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9}));
    CHECK(v6.interfaces.at(0).role == IcmpInterfaceRole::incoming);
    CHECK(v6.interfaces.at(0).address == asio::ip::make_address("2001:db8::9"));

    CHECK(decoded(structure({0, 4, 2, 0xC0})).interfaces.at(0) == IcmpInterface{IcmpInterfaceRole::next_hop});
    CHECK(name_of(IcmpInterfaceRole::sub_ip) == "sub-IP");
}

TEST_CASE("an interface that contradicts itself is an object like those of unknown classes", "[wire][icmp]")
{
    const auto bad = GENERATE(std::vector<unsigned>{0, 6, 2, 8, 0, 0},                     // half an index
                              std::vector<unsigned>{0, 4, 2, 2},                           // no name
                              std::vector<unsigned>{0, 8, 2, 2, 0, 'e', 't', 'h'},         // a name of length zero
                              std::vector<unsigned>{0, 8, 2, 2, 9, 'e', 't', 'h'},         // longer than the object
                              std::vector<unsigned>{0, 12, 2, 4, 0, 3, 0, 0, 1, 2, 3, 4},  // an unknown family
                              std::vector<unsigned>{0, 10, 2, 4, 0, 1, 0, 0, 1, 2},        // half an address
                              std::vector<unsigned>{0, 6, 2, 1, 0, 0},                     // half an MTU
                              std::vector<unsigned>{0, 7, 1, 1, 0, 0, 0},                  // not a whole label
                              std::vector<unsigned>{0, 4, 1, 1},                           // no label
                              std::vector<unsigned>{0, 6, 77, 3, 1, 2});                   // another class
    auto bytes = octets({0x20, 0, 0, 0});
    for (const auto value : bad) bytes.push_back(static_cast<std::byte>(value));
    const auto found = decoded(bytes);
    REQUIRE(found.others.size() == 1);
    CHECK(found.others[0].class_number == bad[2]);
    CHECK(found.others[0].payload.size() == bad[1] - 4);
    CHECK(found.interfaces.empty());
}

TEST_CASE("an interface's name has at most 63 octets", "[wire][icmp]")
{
    const auto [length, is_name] =
        GENERATE(table<unsigned, bool>({{64, true}, {65, false}, {68, false}, {255, false}}));
    auto bytes = octets({0x20, 0, 0, 0, 1, 4, 2, 2, length});  // an object of 260 octets
    bytes.resize(4 + 260, std::byte{'x'});
    const auto found = decoded(bytes);
    CHECK(found.interfaces.size() == (is_name ? 1 : 0));
    CHECK(found.others.size() == (is_name ? 0 : 1));
    if (is_name) CHECK(found.interfaces[0].name == std::string(63, 'x'));
}

TEST_CASE("what is no extension structure says why", "[wire][icmp]")
{
    CHECK(decode_icmp_extensions({}).error() == IcmpExtensionError::truncated);
    CHECK(decode_icmp_extensions(octets({0x20, 0, 0})).error() == IcmpExtensionError::truncated);
    CHECK(decode_icmp_extensions(octets({0x10, 0, 0, 0})).error() == IcmpExtensionError::bad_version);
    CHECK(decode_icmp_extensions(octets({0x20, 0, 0, 1})).error() == IcmpExtensionError::bad_checksum);
    CHECK(decode_icmp_extensions(structure({0, 3, 1, 1})).error() == IcmpExtensionError::bad_object);
    CHECK(decode_icmp_extensions(structure({0, 8, 1, 1})).error() == IcmpExtensionError::truncated);
    CHECK(decode_icmp_extensions(structure({0, 8})).error() == IcmpExtensionError::truncated);
    CHECK(decoded(structure({})).empty());
}

TEST_CASE("the work that an extension structure makes is bounded", "[wire][icmp]")
{
    auto bytes = octets({0x20, 0, 0, 0});
    for (int i = 0; i < 1000; ++i)
        for (const unsigned value : {0U, 4U, 9U, 1U}) bytes.push_back(static_cast<std::byte>(value));
    CHECK(decoded(bytes).others.size() == icmp_extensions_most);

    auto labels = octets({0x20, 0, 0, 0, 4, 4, 1, 1});
    labels.resize(labels.size() + 1024);
    CHECK(decoded(labels).mpls.size() == icmp_extensions_most);
}

TEST_CASE("extensions are found where the error says, and where older routers put them", "[wire][icmp]")
{
    const auto extensions = structure({0, 8, 1, 1, 0, 0, 0x11, 9});
    Octets message(icmp_header_size + 128);
    message.insert(message.end(), extensions.begin(), extensions.end());
    const auto found = [&](std::uint8_t type) {
        message[0] = std::byte{type};
        base::store_be(std::span{message}, 2, std::uint16_t{0});
        base::store_be(std::span{message}, 2, base::checksum(message));
        const auto at = find_icmp_extensions(IpVersion::v4, message);
        return Octets{at.begin(), at.end()};
    };
    CHECK(found(icmp_type::time_exceeded) == extensions);
    CHECK(found(icmp_type::redirect).empty());  // it has none
    message[5] = std::byte{128 / 4};
    CHECK(found(icmp_type::time_exceeded) == extensions);
    message[5] = std::byte{0};
    message[icmp_header_size + 128 + 2] = message[icmp_header_size + 128 + 3] = std::byte{0};  // no checksum: a guess
    CHECK(found(icmp_type::time_exceeded).empty());

    CHECK(find_icmp_extensions(IpVersion::v4, std::span{message}.first(5)).empty());
    message[0] = std::byte{icmpv6_type::time_exceeded};
    CHECK(find_icmp_extensions(IpVersion::v6, std::span{message}.first(60)).empty());
}

}  // namespace icmp_extensions_tests
