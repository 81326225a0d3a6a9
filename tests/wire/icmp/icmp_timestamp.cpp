#include <libnet/base/checksum.hpp>
#include <libnet/wire/icmp/icmp_timestamp.hpp>
#include <tests/support/catch.hpp>

#include <array>
#include <iterator>
#include <span>
#include <vector>

namespace icmp_timestamp_tests {

using namespace std::chrono_literals;
using namespace libnet::wire;

namespace {

using Message = std::array<std::byte, icmp_timestamp_size>;

const IcmpTimestampReply some_reply{0xABCD, 7, {1, 0x01020304, 86'399'999}};

Message encoded(const IcmpTimestampReply& reply)
{
    Message message{};
    encode_timestamp_reply(reply, message);
    return message;
}

}  // namespace

TEST_CASE("a timestamp request has the sender's time and leaves room for the others", "[wire][icmp]")
{
    std::vector<std::byte> message(icmp_timestamp_size + 4, std::byte{0xEE});
    encode_timestamp_request(0x1234, 0x0506, 0x01020304, message);
    CHECK(libnet::base::checksum(std::span{message}.first(icmp_timestamp_size)) == 0);
    constexpr unsigned char type_and_code[] = {13, 0};
    constexpr unsigned char behind_checksum[] = {0x12, 0x34, 5, 6, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0};
    for (std::size_t i = 0; i < std::size(type_and_code); ++i) CHECK(message[i] == std::byte{type_and_code[i]});
    for (std::size_t i = 0; i < std::size(behind_checksum); ++i) CHECK(message[4 + i] == std::byte{behind_checksum[i]});
    CHECK(message[icmp_timestamp_size] == std::byte{0xEE});
    message.resize(icmp_timestamp_size);
    const auto quoted = decode_quoted_timestamp_request(message);
    REQUIRE(quoted.has_value());
    CHECK(quoted->identifier == 0x1234);
    CHECK(quoted->sequence == 0x0506);
    CHECK(quoted->payload.size() == 12);
    CHECK(decode_timestamp_reply(message).error() == IcmpError::other_type);
}

TEST_CASE("a timestamp reply is read with its three times", "[wire][icmp]")
{
    const auto message = encoded(some_reply);
    const auto reply = decode_timestamp_reply(message);
    REQUIRE(reply.has_value());
    CHECK(*reply == some_reply);
    CHECK(decode_quoted_timestamp_request(message).error() == IcmpError::other_type);
    std::vector<std::byte> longer{message.begin(), message.end()};
    longer.resize(longer.size() + 8);  // zeros leave the checksum as it is
    const auto cut = decode_timestamp_reply(longer);
    REQUIRE(cut.has_value());
    CHECK(*cut == some_reply);
}

TEST_CASE("a timestamp reply that is cut, damaged or of another code is none", "[wire][icmp]")
{
    const auto message = encoded(some_reply);
    for (std::size_t size = 0; size < message.size(); ++size)
        CHECK(decode_timestamp_reply(std::span{message}.first(size)).error() == IcmpError::truncated);
    for (std::size_t at = 2; at < message.size(); ++at) {
        auto damaged = message;
        damaged[at] ^= std::byte{4};
        CHECK(decode_timestamp_reply(damaged).error() == IcmpError::bad_checksum);
    }
    auto other = message;
    other[1] = std::byte{1};
    CHECK(decode_timestamp_reply(other).error() == IcmpError::other_type);
    for (std::size_t size = 0; size < icmp_header_size; ++size)
        CHECK(decode_quoted_timestamp_request(std::span{message}.first(size)).error() == IcmpError::truncated);
}

TEST_CASE("times of the day are milliseconds since midnight UT", "[wire][icmp]")
{
    CHECK(milliseconds_since_midnight(0ns) == 0);
    CHECK(milliseconds_since_midnight(1'999'999ns) == 1);
    CHECK(milliseconds_since_midnight(24h * 20'000 + 5ms) == 5);
    CHECK(milliseconds_since_midnight(24h - 1ns) == 86'399'999);
    CHECK(milliseconds_since_midnight(-1ns) == 86'399'999);
    CHECK(milliseconds_since_midnight(-24h) == 0);
}

}  // namespace icmp_timestamp_tests
