// ICMP errors: quotes, extensions and alterations, octet by octet.

#include <tests/support/catch.hpp>
#include <tests/support/netsim.hpp>

namespace icmp_error_tests {

using namespace netsim;
using namespace netsim::test;
using libnet::base::load_be;

namespace {

std::string hop(const std::string& icmp)
{
    return "path: [r1, host]\nnodes: {r1: {icmp: {" + icmp + "}}, host: {address: [10.9.0.1, \"fd09::1\"]}}\n";
}

/// The ICMP message that a packet which dies at r1 brings back.
Bytes message(const std::string& icmp, Probe probe = {.protocol = protocol::udp, .first = 40'000, .second = 33'434})
{
    Play play{hop(icmp)};
    probe.ttl = 1;
    const auto event = play.send(probe).at(0);
    const auto payload = event.parsed()->payload;
    Bytes copy(payload.begin(), payload.end());
    if (event.parsed()->version == IpVersion::v4) CHECK(libnet::base::checksum(copy) == 0);
    return copy;
}

std::span<const std::byte> quote(const Bytes& message) { return std::span{message}.subspan(8); }

}  // namespace

TEST_CASE("how much is quoted")
{
    const Probe big{.protocol = protocol::udp, .first = 40'000, .second = 33'434, .payload = 1000};
    CHECK(message("quote: none", big).size() == 8);
    CHECK(message("quote: 8", big).size() == 8 + 20 + 8);
    CHECK(message("quote: 28", big).size() == 8 + 20 + 28);
    CHECK(message("quote: 128", big).size() == 8 + 20 + 128);
    CHECK(message("quote: 548", big).size() == 576 - 20);
    CHECK(message("quote: all", big).size() == 8 + 1028);
    CHECK(message("quote: 128").size() == 8 + 20 + 64);  // there is no more
    const Probe v6{.to = "fd09::1", .protocol = protocol::udp, .first = 40'000, .second = 33'434, .payload = 1400};
    CHECK(message("quote: 65535", v6).size() == 1280 - 40);
}

TEST_CASE("the quote is the packet as it arrived, with a right header checksum")
{
    const auto error = message("quote: 28");
    const auto quoted = quote(error);
    CHECK(std::to_integer<int>(quoted[8]) == 1);
    CHECK(libnet::base::checksum(quoted.first(20)) == 0);
    CHECK(load_be<std::uint16_t>(quoted, 22) == 33'434);
}

TEST_CASE("a quote that lies")
{
    const auto error = message(
        "altered: {ttl: 0, tos: 32, id: one-more, checksum: 0x1234, source-port: 4000, "
        "destination-port: 5000, source: 192.0.2.1, destination: 192.0.2.2}");
    const auto quoted = quote(error);
    CHECK(std::to_integer<int>(quoted[8]) == 0);
    CHECK(std::to_integer<int>(quoted[1]) == 32);
    CHECK(load_be<std::uint16_t>(quoted, 4) == 1);
    CHECK(load_be<std::uint16_t>(quoted, 26) == 0x1234);
    CHECK(load_be<std::uint16_t>(quoted, 20) == 4000);
    CHECK(load_be<std::uint16_t>(quoted, 22) == 5000);
    CHECK(load_address(quoted, IpVersion::v4, 12).to_string() == "192.0.2.1");
    CHECK(load_address(quoted, IpVersion::v4, 16).to_string() == "192.0.2.2");
    CHECK(libnet::base::checksum(quoted.first(20)) == 0);
    CHECK(std::to_integer<int>(quote(message("altered: {ecn: 3}"))[1]) == 3);
    CHECK(load_be<std::uint16_t>(quote(message("altered: {id: one-less}")), 4) == 0xFFFF);
    const auto v6 =
        message("altered: {tos: 32}", {.to = "fd09::1", .protocol = protocol::udp, .first = 1, .second = 2});
    CHECK((load_be<std::uint32_t>(quote(v6)) >> 20 & 0xFFU) == 32);
}

TEST_CASE("RFC 4884: extensions behind a padded quote, whose length stands in the header")
{
    const auto error =
        message("quote: 8, extensions: {mpls: [{label: 16001, class: 5, ttl: 1}, {label: 7, ttl: 254}]}");
    REQUIRE(error.size() == 8 + 128 + 4 + 4 + 8);
    CHECK(std::to_integer<int>(error[5]) == 128 / 4);
    const auto extensions = std::span{error}.subspan(8 + 128);
    CHECK(load_be<std::uint16_t>(extensions) == 0x2000);
    CHECK(libnet::base::checksum(extensions) == 0);
    CHECK(load_be<std::uint32_t>(extensions, 4) == 0x000C0101);
    CHECK(load_be<std::uint32_t>(extensions, 8) == (16001U << 12 | 5U << 9 | 1U));
    CHECK(load_be<std::uint32_t>(extensions, 12) == (7U << 12 | 1U << 8 | 254U));

    const auto v6 = message("extensions: {mpls: [{label: 16001}]}", {.to = "fd09::1", .payload = 100});
    CHECK(std::to_integer<int>(v6[4]) == 152 / 8);
    CHECK(v6.size() == 8 + 152 + 12);
}

TEST_CASE("the legacy layout has no length, and extensions at octet 128")
{
    const Probe big{.protocol = protocol::udp, .first = 40'000, .second = 33'434, .payload = 1000};
    const auto error = message("extensions: {layout: legacy, mpls: [{label: 16001}]}", big);
    REQUIRE(error.size() == 8 + 128 + 12);
    CHECK(load_be<std::uint32_t>(error, 4) == 0);
    CHECK(load_be<std::uint16_t>(error, 8 + 128) == 0x2000);
}

TEST_CASE("RFC 5837: the parts of an interface that are given, in their order")
{
    const auto error =
        message("extensions: {interface: {role: outgoing, index: 3, address: 10.1.0.9, name: eth0, mtu: 1500}}");
    const auto object = std::span{error}.subspan(8 + 128 + 4);
    CHECK(load_be<std::uint16_t>(object) == 4 + 4 + 8 + 8 + 4);
    CHECK(load_be<std::uint16_t>(object, 2) == (2U << 8 | 2U << 6 | 0x0FU));
    CHECK(load_be<std::uint32_t>(object, 4) == 3);
    CHECK(load_be<std::uint16_t>(object, 8) == 1);
    CHECK(load_address(object, IpVersion::v4, 12).to_string() == "10.1.0.9");
    CHECK(std::to_integer<int>(object[16]) == 8);
    CHECK(std::to_integer<char>(object[17]) == 'e');
    CHECK(load_be<std::uint32_t>(object, 24) == 1500);
}

TEST_CASE("broken extensions are broken in the way that is asked for")
{
    const std::string mpls = "mpls: [{label: 16001}]";
    const auto wrong = message("extensions: {" + mpls + ", broken: checksum}");
    CHECK(libnet::base::checksum(std::span{wrong}.subspan(136)) != 0);
    const auto cut = message("extensions: {" + mpls + ", broken: truncated}");
    CHECK(cut.size() == 136 + 10);
    const auto zero = message("extensions: {" + mpls + ", broken: length-zero}");
    CHECK(load_be<std::uint16_t>(zero, 140) == 0);
    CHECK(libnet::base::checksum(std::span{zero}.subspan(136)) == 0);
}

TEST_CASE("no ICMP error is sent about an ICMP error")
{
    Play play{hop("quote: 8")};
    auto probe = Probe{.ttl = 1}.bytes();
    probe[20] = std::byte{11};
    struct Told final : Sink {
        void answer(const Record&, std::span<const std::byte>) override { why = "answered"; }
        void drop(const Record& record) override { why = record.why; }
        std::string why;
    } told;
    play.simulation().on_packet(probe, {}, told);
    CHECK(told.why == "about an error");
}

}  // namespace icmp_error_tests
