#include <libnet/engine/ping/ping_payload.hpp>
#include <tests/support/catch.hpp>

#include <vector>

namespace ping_payload_tests {

using namespace libnet::engine;

namespace {

constexpr std::uint64_t cookie = 0x1122334455667788U;

std::vector<std::byte> payload_of(std::size_t size)
{
    std::vector<std::byte> payload(size);
    write_payload(cookie, payload);
    return payload;
}

}  // namespace

TEST_CASE("what was written is genuine, whatever its size", "[engine][ping_payload]")
{
    const auto size = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{8}, std::size_t{9},
                               std::size_t{56}, std::size_t{65'507});
    CHECK(judge_payload(cookie, size, payload_of(size)) == PayloadVerdict::genuine);
}

TEST_CASE("another cookie is foreign, as far as it fits", "[engine][ping_payload]")
{
    CHECK(judge_payload(cookie + 1, 56, payload_of(56)) == PayloadVerdict::foreign);
    CHECK(judge_payload(cookie + 1, 8, payload_of(8)) == PayloadVerdict::foreign);
    CHECK(judge_payload(cookie + 1, 7, payload_of(7)) == PayloadVerdict::genuine);  // the octet that differs isn't sent
    CHECK(judge_payload(cookie, 56, {}) == PayloadVerdict::foreign);
    CHECK(judge_payload(cookie, 56, payload_of(7)) == PayloadVerdict::foreign);
}

TEST_CASE("our cookie with anything else changed is damage", "[engine][ping_payload]")
{
    CHECK(judge_payload(cookie, 56, payload_of(55)) == PayloadVerdict::damaged);
    CHECK(judge_payload(cookie, 56, payload_of(57)) == PayloadVerdict::damaged);
    CHECK(judge_payload(cookie, 0, payload_of(1)) == PayloadVerdict::damaged);
    for (std::size_t i = 8; i < 56; ++i) {
        auto payload = payload_of(56);
        payload[i] ^= std::byte{0x10};
        CHECK(judge_payload(cookie, 56, payload) == PayloadVerdict::damaged);
    }
}

}  // namespace ping_payload_tests
