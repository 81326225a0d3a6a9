#include <libnet/base/bytes.hpp>
#include <tests/support/catch.hpp>

#include <array>

namespace bytes_tests {

using namespace libnet::base;

TEST_CASE("integers are read and written with their most significant octet first", "[base][bytes]")
{
    std::array<std::byte, 10> bytes{};
    store_be<std::uint64_t>(bytes, 1, 0x0102030405060708);
    for (std::size_t i = 1; i <= 8; ++i) CHECK(bytes[i] == static_cast<std::byte>(i));
    CHECK(bytes.front() == std::byte{0});
    CHECK(bytes.back() == std::byte{0});
    CHECK(load_be<std::uint8_t>(bytes, 2) == 0x02);
    CHECK(load_be<std::uint16_t>(bytes, 2) == 0x0203);
    CHECK(load_be<std::uint32_t>(bytes, 2) == 0x02030405);
    CHECK(load_be<std::uint64_t>(bytes, 1) == 0x0102030405060708);
}

TEST_CASE("the last octets of a buffer can be read and written", "[base][bytes]")
{
    std::array<std::byte, 4> bytes{};
    store_be<std::uint16_t>(bytes, 2, 0xFFFE);
    CHECK(load_be<std::uint16_t>(bytes, 2) == 0xFFFE);
    CHECK(load_be<std::uint32_t>(bytes) == 0x0000FFFE);
}

}  // namespace bytes_tests
