#include <libnet/base/bytes.hpp>
#include <libnet/base/checksum.hpp>
#include <libnet/wire/icmp/icmp_extended_echo.hpp>
#include <tests/support/catch.hpp>

#include <algorithm>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <vector>

namespace icmp_extended_echo_tests {

using namespace libnet::wire;
using libnet::base::checksum;
using libnet::base::store_be;

namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes_of(std::initializer_list<int> octets)
{
    Bytes bytes;
    for (int octet : octets) bytes.push_back(static_cast<std::byte>(octet));
    return bytes;
}

Bytes operator+(Bytes a, const Bytes& b)
{
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

/// Fills in the checksum of an ICMP message.
Bytes summed(Bytes message)
{
    store_be<std::uint16_t>(message, 2, 0);
    store_be(std::span{message}, 2, checksum(message));
    return message;
}

/// Fills in the checksum of an extension structure.
Bytes extensions(const Bytes& objects) { return summed(bytes_of({0x20, 0, 0, 0}) + objects); }

/// What stands behind the headers of a request's message and extension structure.
Bytes object_of(const InterfaceId& interface, NameForm form = NameForm::padded)
{
    const auto message = encode_extended_echo_request(IpVersion::v4, {1, 2, InterfacePlace::node, interface}, form);
    return {message.begin() + 12, message.end()};
}

/// How a request with these objects is understood.
boost::system::result<ExtendedEchoRequest, ExtendedEchoError> read_objects(const Bytes& objects)
{
    return decode_extended_echo_request(IpVersion::v4,
                                        summed(bytes_of({42, 0, 0, 0, 0xAB, 0xCD, 7, 1}) + extensions(objects)));
}

Bytes reply_of(int code, int bits) { return summed(bytes_of({43, code, 0, 0, 0xAB, 0xCD, 7, bits})); }

const auto v4_address = asio::ip::make_address("192.0.2.1");
const auto v6_address = asio::ip::make_address("2001:db8::1");

}  // namespace

TEST_CASE("a request names its interface in an object of its own, with right checksums", "[wire][extended_echo]")
{
    const auto message = encode_extended_echo_request(IpVersion::v4, {0x1234, 7, InterfacePlace::node, "eth0"});
    CHECK(message ==
          summed(bytes_of({42, 0, 0, 0, 0x12, 0x34, 7, 1}) + extensions(bytes_of({0, 8, 3, 1, 'e', 't', 'h', '0'}))));
    CHECK(checksum(message) == 0);
}

TEST_CASE("the checksum of an ICMPv6 request is left to the kernel, that of its extensions isn't",
          "[wire][extended_echo]")
{
    const auto message = encode_extended_echo_request(IpVersion::v6, {0x1234, 7, InterfacePlace::neighbour, 2U});
    CHECK(message == bytes_of({160, 0, 0, 0, 0x12, 0x34, 7, 0}) + extensions(bytes_of({0, 8, 3, 2, 0, 0, 0, 2})));
}

TEST_CASE("interfaces are identified by name, index or address", "[wire][extended_echo]")
{
    CHECK(object_of("lo") == bytes_of({0, 8, 3, 1, 'l', 'o', 0, 0}));
    CHECK(object_of(0x01020304U) == bytes_of({0, 8, 3, 2, 1, 2, 3, 4}));
    CHECK(object_of(v4_address) == bytes_of({0, 12, 3, 3, 0, 1, 4, 0, 192, 0, 2, 1}));
    CHECK(object_of(v6_address) ==
          bytes_of({0, 24, 3, 3, 0, 2, 16, 0, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
}

TEST_CASE("a name's padding can be left out of its object's length", "[wire][extended_echo]")
{
    CHECK(object_of("veth1", NameForm::exact) == bytes_of({0, 9, 3, 1, 'v', 'e', 't', 'h', '1', 0, 0, 0}));
    CHECK(object_of("eth0", NameForm::exact) == object_of("eth0"));
}

TEST_CASE("no name, or one that is too long, is refused", "[wire][extended_echo]")
{
    CHECK_THROWS_AS(object_of(""), std::length_error);
    CHECK_THROWS_AS(object_of(std::string(256, 'x')), std::length_error);
    CHECK(object_of(std::string(255, 'x')).size() == 4 + 256);
}

TEST_CASE("a request is read back as it was written", "[wire][extended_echo]")
{
    const auto version = GENERATE(IpVersion::v4, IpVersion::v6);
    const auto place = GENERATE(InterfacePlace::node, InterfacePlace::neighbour);
    const auto form = GENERATE(NameForm::padded, NameForm::exact);
    const auto interface = GENERATE(InterfaceId{"br-0123456789ab"}, InterfaceId{"x"}, InterfaceId{7U},
                                    InterfaceId{v4_address}, InterfaceId{v6_address});
    const ExtendedEchoRequest request{0xABCD, 255, place, interface};
    const auto message = encode_extended_echo_request(version, request, form);
    const auto read = decode_extended_echo_request(version, message);
    REQUIRE(read.has_value());
    CHECK((*read == request));
    const auto quoted = decode_quoted_extended_echo_request(version, std::span{message}.first(8));
    REQUIRE(quoted.has_value());
    CHECK(quoted->identifier == 0xABCD);
    CHECK(quoted->sequence == 255);
}

TEST_CASE("what is no request is told apart", "[wire][extended_echo]")
{
    using Error = ExtendedEchoError;
    auto request = encode_extended_echo_request(IpVersion::v4, {1, 2, InterfacePlace::node, "eth0"});
    const auto error = [&] { return decode_extended_echo_request(IpVersion::v4, summed(request)).error(); };

    SECTION("a truncated one")
    {
        for (std::size_t size = 0; size < request.size(); ++size) {
            const auto whole = request;
            request.resize(size);
            const auto read = decode_extended_echo_request(IpVersion::v4, size < 8 ? request : summed(request));
            CHECK_FALSE(read.has_value());
            request = whole;
        }
    }
    SECTION("one with a code")
    {
        request[1] = std::byte{1};
        CHECK(error() == Error::other_type);
    }
    SECTION("one of the other version")
    {
        CHECK(decode_extended_echo_request(IpVersion::v6, request).error() == Error::other_type);
    }
    SECTION("a damaged one")
    {
        request[19] ^= std::byte{1};
        CHECK(decode_extended_echo_request(IpVersion::v4, request).error() == Error::bad_checksum);
    }
    SECTION("damaged extensions in a whole message")
    {
        request[19] ^= std::byte{1};
        CHECK(error() == Error::bad_checksum);
    }
    SECTION("extensions of another version")
    {
        request[8] = std::byte{0x10};
        CHECK(error() == Error::bad_version);
    }
    SECTION("extensions without a checksum are taken")
    {
        request[10] = request[11] = std::byte{};
        CHECK(decode_extended_echo_request(IpVersion::v4, summed(request)).has_value());
    }
}

TEST_CASE("a request has exactly one Interface Identification Object, among any others", "[wire][extended_echo]")
{
    using Error = ExtendedEchoError;
    const auto eth0 = bytes_of({0, 8, 3, 1, 'e', 't', 'h', '0'});
    const auto other = bytes_of({0, 8, 1, 1, 1, 2, 3, 4});
    CHECK((read_objects(other + eth0 + other)->interface == InterfaceId{"eth0"}));
    CHECK(read_objects({}).error() == Error::bad_object);
    CHECK(read_objects(other).error() == Error::bad_object);
    CHECK(read_objects(eth0 + eth0).error() == Error::bad_object);
    CHECK(read_objects(bytes_of({0, 3, 3, 1})).error() == Error::bad_object);  // shorter than its header
    CHECK(read_objects(bytes_of({0, 9, 3, 1, 1, 2, 3, 4})).error() == Error::truncated);
    CHECK(read_objects(bytes_of({0, 8, 3})).error() == Error::truncated);
}

TEST_CASE("an object that identifies nothing is refused", "[wire][extended_echo]")
{
    const auto object = GENERATE(bytes_of({0, 4, 3, 1}),                             // no name
                                 bytes_of({0, 8, 3, 1, 0, 0, 0, 0}),                 // only padding
                                 bytes_of({0, 8, 3, 1, 'a', 0, 'b', 0}),             // padding inside
                                 bytes_of({0, 6, 3, 2, 0, 1, 0, 0}),                 // half an index
                                 bytes_of({0, 7, 3, 3, 0, 1, 4, 0}),                 // half of an address's header
                                 bytes_of({0, 12, 3, 3, 0, 1, 5, 0, 192, 0, 2, 1}),  // a wrong length
                                 bytes_of({0, 12, 3, 3, 0, 2, 4, 0, 192, 0, 2, 1}),  // half an IPv6 address
                                 bytes_of({0, 12, 3, 3, 0, 9, 4, 0, 192, 0, 2, 1}),  // another family
                                 bytes_of({0, 8, 3, 4, 1, 2, 3, 4}), bytes_of({0, 8, 3, 0, 1, 2, 3, 4}));
    CHECK(read_objects(object).error() == ExtendedEchoError::bad_object);
}

TEST_CASE("a reply tells what runs on the interface", "[wire][extended_echo]")
{
    const auto all = decode_extended_echo_reply(IpVersion::v4, reply_of(0, 7));
    REQUIRE(all.has_value());
    CHECK(all->identifier == 0xABCD);
    CHECK(all->sequence == 7);
    CHECK(all->code == ExtendedEchoCode::no_error);
    CHECK(all->neighbour == NeighbourState::none);
    CHECK((all->active && all->ipv4 && all->ipv6));
    CHECK(all->payload.empty());
    const auto down = decode_extended_echo_reply(IpVersion::v4, reply_of(0, 2));
    CHECK((!down->active && down->ipv4 && !down->ipv6));
    CHECK(decode_extended_echo_reply(IpVersion::v4, reply_of(0, 0xC0))->neighbour == NeighbourState::failed);
    // The two reserved bits are to be ignored.
    CHECK(decode_extended_echo_reply(IpVersion::v4, reply_of(0, 0x18 | 4))->active);
}

TEST_CASE("a reply that reports a mistake tells nothing else", "[wire][extended_echo]")
{
    const auto code = GENERATE(1, 2, 3, 4);
    const auto reply = decode_extended_echo_reply(IpVersion::v4, reply_of(code, 0xFF));
    REQUIRE(reply.has_value());
    CHECK(reply->code == static_cast<ExtendedEchoCode>(code));
    CHECK_FALSE((reply->active || reply->ipv4 || reply->ipv6));
    CHECK(reply->neighbour == NeighbourState::none);
}

TEST_CASE("what is no reply is told apart", "[wire][extended_echo]")
{
    using Error = ExtendedEchoError;
    auto reply = reply_of(0, 7);
    for (std::size_t size = 0; size < 8; ++size)
        CHECK(decode_extended_echo_reply(IpVersion::v4, std::span{reply}.first(size)).error() == Error::truncated);
    CHECK(decode_extended_echo_reply(IpVersion::v6, reply).error() == Error::other_type);
    CHECK(decode_extended_echo_reply(IpVersion::v4, reply_of(5, 7)).error() == Error::unknown_code);
    CHECK(decode_extended_echo_reply(IpVersion::v4, reply_of(0, 0xE0)).error() == Error::unknown_state);
    reply[7] ^= std::byte{1};
    CHECK(decode_extended_echo_reply(IpVersion::v4, reply).error() == Error::bad_checksum);
}

TEST_CASE("a reply is read back as it was written, with what it carries", "[wire][extended_echo]")
{
    const auto version = GENERATE(IpVersion::v4, IpVersion::v6);
    const auto payload = bytes_of({1, 2, 3});
    const auto message = encode_extended_echo_reply(
        version, {9, 8, ExtendedEchoCode::no_error, NeighbourState::stale, true, false, true, payload});
    const auto reply = decode_extended_echo_reply(version, message);
    REQUIRE(reply.has_value());
    CHECK(reply->identifier == 9);
    CHECK(reply->sequence == 8);
    CHECK(reply->neighbour == NeighbourState::stale);
    CHECK((reply->active && !reply->ipv4 && reply->ipv6));
    CHECK(std::ranges::equal(reply->payload, payload));
    const auto none = encode_extended_echo_reply(version, {9, 8, ExtendedEchoCode::no_such_interface});
    CHECK(decode_extended_echo_reply(version, none)->code == ExtendedEchoCode::no_such_interface);
}

TEST_CASE("codes and states have the words of RFC 8335", "[wire][extended_echo]")
{
    const std::vector<std::string> codes{"No Error", "Malformed Query", "No Such Interface", "No Such Table Entry",
                                         "Multiple Interfaces Satisfy Query"};
    for (std::size_t i = 0; i < codes.size(); ++i)
        CHECK(extended_echo_words(static_cast<ExtendedEchoCode>(i)) == codes[i]);
    const std::vector<std::string> states{"None", "Incomplete", "Reachable", "Stale", "Delay", "Probe", "Failed"};
    for (std::size_t i = 0; i < states.size(); ++i) CHECK(neighbour_words(static_cast<NeighbourState>(i)) == states[i]);
}

TEST_CASE("an interface is written as a user would", "[wire][extended_echo]")
{
    CHECK(interface_text("eth0") == "eth0");
    CHECK(interface_text(7U) == "7");
    CHECK(interface_text(v6_address) == "2001:db8::1");
}

}  // namespace icmp_extended_echo_tests
