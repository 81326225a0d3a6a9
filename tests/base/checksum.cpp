#include <libnet/base/checksum.hpp>
#include <tests/support/catch.hpp>

#include <vector>

namespace checksum_tests {

using namespace libnet::base;

namespace {

std::vector<std::byte> bytes_of(std::initializer_list<int> octets)
{
    std::vector<std::byte> bytes;
    for (const int octet : octets) bytes.push_back(static_cast<std::byte>(octet));
    return bytes;
}

}  // namespace

TEST_CASE("the checksum is that of RFC 1071's example", "[base][checksum]")
{
    const auto words = bytes_of({0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7});
    CHECK(checksum(words) == static_cast<std::uint16_t>(~0xddf2U));
}

TEST_CASE("a message with its checksum in it sums to zero", "[base][checksum]")
{
    auto message = bytes_of({8, 0, 0, 0, 0x12, 0x34, 0, 1, 0xAB, 0xCD, 0xEF});
    store_be<std::uint16_t>(message, 2, checksum(message));
    CHECK(checksum(message) == 0);
    message.back() ^= std::byte{1};
    CHECK(checksum(message) != 0);
}

TEST_CASE("an odd octet at the end counts as if a zero followed", "[base][checksum]")
{
    CHECK(checksum(bytes_of({1, 2, 3})) == checksum(bytes_of({1, 2, 3, 0})));
    CHECK(checksum({}) == 0xFFFF);
}

TEST_CASE("pieces sum to what the whole does, and no carry gets lost", "[base][checksum]")
{
    const std::vector<std::byte> ones(65'534, std::byte{0xFF});
    CHECK(checksum(ones) == 0);
    const std::span whole{ones};
    const auto sum = checksum_add(checksum_add(0xFFFF'FFFF, whole.first(4)), whole.subspan(4));
    CHECK(checksum_finish(sum) == 0);
}

}  // namespace checksum_tests
