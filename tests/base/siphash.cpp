#include <libnet/base/siphash.hpp>
#include <tests/support/catch.hpp>

#include <array>

namespace siphash_tests {

using libnet::base::siphash;
using libnet::base::SipKey;

namespace {

constexpr SipKey paper_key{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};

/// The paper's message: 00 01 02 …, `size` octets of it.
std::uint64_t hash_of_count(std::size_t size)
{
    std::array<std::byte, 64> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
    return siphash(paper_key, std::span{bytes}.first(size));
}

}  // namespace

TEST_CASE("SipHash-2-4 gives the values of its authors' reference", "[base][siphash]")
{
    CHECK(hash_of_count(0) == 0x726fdb47dd0e0e31U);
    CHECK(hash_of_count(1) == 0x74f839c593dc67fdU);
    CHECK(hash_of_count(7) == 0xab0200f58b01d137U);
    CHECK(hash_of_count(8) == 0x93f5f5799a932462U);
    CHECK(hash_of_count(15) == 0xa129ca6149be45e5U);
    CHECK(hash_of_count(63) == 0x958a324ceb064572U);
}

TEST_CASE("another key gives another hash", "[base][siphash]")
{
    CHECK(siphash(SipKey{1, 2}, {}) != siphash(SipKey{1, 3}, {}));
    CHECK(siphash(SipKey{1, 2}, {}) != siphash(SipKey{2, 2}, {}));
}

}  // namespace siphash_tests
