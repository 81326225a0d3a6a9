// Probes that are questions: what is in them, where the identity is, and what answers bring back.

#include <libnet/base/bytes.hpp>
#include <libnet/base/checksum.hpp>
#include <libnet/engine/trace/trace_question.hpp>
#include <tests/support/catch.hpp>

#include <algorithm>
#include <vector>

namespace trace_question_tests {

using namespace libnet;
using namespace libnet::engine;

namespace {

using Octets = std::vector<std::byte>;

constexpr std::uint64_t cookie = 0x1122334455667788;
constexpr std::uint16_t number = 4711;
constexpr std::uint32_t mark = 0xCAFE0042;

Octets question(TraceQuestion kind, std::size_t more = 0)
{
    Octets octets(least_payload(kind) + more, std::byte{0xEE});
    write_question(octets, kind, cookie, number, mark);
    return octets;
}

Octets answer_from(const Octets& asked, std::size_t from, std::size_t at, std::size_t size, std::size_t whole)
{
    Octets octets(whole);
    std::copy_n(asked.begin() + static_cast<std::ptrdiff_t>(from), size,
                octets.begin() + static_cast<std::ptrdiff_t>(at));
    return octets;
}

constexpr TraceQuestionAnswer whole{number, cookie, ~std::uint64_t{0}};

}  // namespace

TEST_CASE("each question has the identity at its place, whose balance keeps the checksum", "[engine][trace]")
{
    const auto kind =
        GENERATE(TraceQuestion::none, TraceQuestion::dns, TraceQuestion::ntp, TraceQuestion::stun, TraceQuestion::quic);
    for (const auto more : {std::size_t{0}, std::size_t{1}, std::size_t{40}}) {
        auto octets = question(kind, more);
        CHECK(head_at(kind) % 2 == 0);
        const auto head = std::span{octets}.subspan(head_at(kind));
        CHECK(read_trace_payload(head) == TracePayload{cookie, number, mark});
        balance_trace_payload(octets, 77, 0xBEEF, head_at(kind));
        CHECK(base::checksum_finish(base::checksum_add(77, octets)) == 0xBEEF);
        CHECK(read_trace_payload(head) == TracePayload{cookie, number, mark});
    }
}

TEST_CASE("ports ask for their questions", "[engine][trace]")
{
    CHECK(question_for(53) == TraceQuestion::dns);
    CHECK(question_for(123) == TraceQuestion::ntp);
    CHECK(question_for(3478) == TraceQuestion::stun);
    CHECK(question_for(443) == TraceQuestion::quic);
    CHECK(question_for(33434) == TraceQuestion::none);
}

TEST_CASE("a DNS question is one, of a single label, and its echo names the probe", "[engine][trace]")
{
    auto asked = question(TraceQuestion::dns);
    CHECK(base::load_be<std::uint16_t>(asked, 0) == number);
    CHECK(base::load_be<std::uint16_t>(asked, 4) == 1);  // question
    CHECK(base::load_be<std::uint32_t>(asked, 6) == 0);  // no records
    CHECK(asked[12] == std::byte{17});
    CHECK(asked[12 + 1 + 17] == std::byte{0});  // the root
    CHECK(base::load_be<std::uint32_t>(asked, 31) == 0x0001'0001U);
    asked[2] = std::byte{0x80};
    CHECK(read_question_answer(TraceQuestion::dns, mark, asked) == whole);
    CHECK_FALSE(read_question_answer(TraceQuestion::dns, mark + 1, asked));
    CHECK_FALSE(read_question_answer(TraceQuestion::dns, mark, std::span{asked}.first(20)));
    CHECK_FALSE(read_question_answer(TraceQuestion::dns, mark, {}));
}

TEST_CASE("an NTP answer brings back when it was asked", "[engine][trace]")
{
    const auto asked = question(TraceQuestion::ntp);
    CHECK(asked[0] == std::byte{0x23});
    const auto answer = answer_from(asked, 40, 24, 8, 48);
    CHECK(read_question_answer(TraceQuestion::ntp, mark, answer) ==
          TraceQuestionAnswer{number, cookie & 0xFFFF'FFFF'FFFF, 0xFFFF'FFFF'FFFF});
    CHECK_FALSE(read_question_answer(TraceQuestion::ntp, mark, std::span{answer}.first(47)));
}

TEST_CASE("a STUN answer brings back its transaction", "[engine][trace]")
{
    const auto asked = question(TraceQuestion::stun, 6);
    CHECK(base::load_be<std::uint16_t>(asked, 0) == 1);
    CHECK(base::load_be<std::uint16_t>(asked, 2) == 24);  // of 26, a multiple of four
    CHECK(base::load_be<std::uint32_t>(asked, 4) == 0x2112A442);
    CHECK(base::load_be<std::uint16_t>(asked, 20) >= 0xC000);  // comprehension is optional (RFC 8489 section 14)
    CHECK(base::load_be<std::uint16_t>(asked, 22) == 20);
    const auto answer = answer_from(asked, 4, 4, 16, 20);
    CHECK(read_question_answer(TraceQuestion::stun, mark, answer) == whole);
    CHECK_FALSE(read_question_answer(TraceQuestion::stun, mark, std::span{answer}.first(19)));
}

TEST_CASE("a QUIC server says which versions it speaks, to the identifier that it was asked with", "[engine][trace]")
{
    const auto asked = question(TraceQuestion::quic);
    CHECK(asked.size() == 1200);
    CHECK((asked[0] & std::byte{0x80}) != std::byte{0});
    CHECK((base::load_be<std::uint32_t>(asked, 1) & 0x0F0F0F0FU) == 0x0A0A0A0AU);
    CHECK(asked[5] == std::byte{16});
    CHECK(asked[22] == std::byte{0});
    const auto answer = answer_from(asked, 6, 7, 16, 31);
    CHECK(read_question_answer(TraceQuestion::quic, mark, answer) == whole);
    CHECK_FALSE(read_question_answer(TraceQuestion::quic, mark, std::span{answer}.first(6)));
}

}  // namespace trace_question_tests
