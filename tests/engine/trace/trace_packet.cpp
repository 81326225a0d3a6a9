#include <libnet/base/bytes.hpp>
#include <libnet/base/checksum.hpp>
#include <libnet/engine/trace/trace_packet.hpp>
#include <tests/support/catch.hpp>

#include <array>
#include <vector>

namespace trace_packet_tests {

using namespace libnet;
using namespace libnet::engine;

namespace {

const auto ours = asio::ip::make_address("192.0.2.7");
const auto theirs = asio::ip::make_address("198.51.100.9");

/// The checksum that a datagram with this payload has, computed as RFC 768 says, without our own helpers.
std::uint16_t udp_checksum(const TraceEnds& ends, std::span<const std::byte> payload)
{
    std::vector<std::byte> all;
    const auto put = [&](std::uint16_t value) {
        all.push_back(static_cast<std::byte>(value >> 8));
        all.push_back(static_cast<std::byte>(value & 0xFF));
    };
    for (const auto& address : {ends.source, ends.destination}) {
        if (address.is_v4())
            for (const auto octet : address.to_v4().to_bytes()) all.push_back(std::byte{octet});
        else
            for (const auto octet : address.to_v6().to_bytes()) all.push_back(std::byte{octet});
    }
    const auto length = static_cast<std::uint16_t>(8 + payload.size());
    for (const auto value :
         {std::uint16_t{17}, length, ends.source_port, ends.destination_port, length, std::uint16_t{0}})
        put(value);
    all.insert(all.end(), payload.begin(), payload.end());
    return base::checksum(all);
}

}  // namespace

TEST_CASE("a payload comes back as it was written, whatever its length", "[engine][trace]")
{
    std::vector<std::byte> payload(GENERATE(as<std::size_t>{}, 16, 17, 32, 1000), std::byte{0xAA});
    write_trace_payload(payload, 0x0123456789ABCDEF, 4711, 0xC0FFEE);
    CHECK(read_trace_payload(payload) == TracePayload{0x0123456789ABCDEF, 4711, 0xC0FFEE});
    CHECK(read_trace_payload(std::span{payload}.first(15)) == TracePayload{0x0123456789ABCDEF, 4711, std::nullopt});
    CHECK(read_trace_payload(std::span{payload}.first(10)) == TracePayload{0x0123456789ABCDEF, 4711, std::nullopt});
    CHECK(read_trace_payload(std::span{payload}.first(9)) == std::nullopt);
    CHECK(read_trace_payload({}) == std::nullopt);
    CHECK(read_trace_payload(std::vector<std::byte>(100)) == std::nullopt);  // what fills a short quote
}

TEST_CASE("the checksum of a UDP probe is its number", "[engine][trace]")
{
    const bool v4 = GENERATE(true, false);
    const TraceEnds ends{v4 ? ours : asio::ip::make_address("2001:db8::7"),
                         v4 ? theirs : asio::ip::make_address("2001:db8:ffff::9"), 54321, 33434};
    for (unsigned number = 1; number <= 65534; number += number < 300 || number > 65300 ? 1 : 97) {
        std::vector<std::byte> payload(33);
        write_trace_payload(payload, number * 0x9E3779B97F4A7C15U, static_cast<std::uint16_t>(number), 77);
        balance_udp(payload, ends, static_cast<std::uint16_t>(number));
        if (udp_checksum(ends, payload) != number) FAIL(number << " became " << udp_checksum(ends, payload));
    }
}

TEST_CASE("a balanced ICMP message has the checksum that it should", "[engine][trace]")
{
    for (unsigned sequence = 0; sequence < 65536; sequence += 251) {
        std::vector<std::byte> message(8 + 32);
        base::store_be(std::span{message}, 0, std::uint16_t{0x0800});
        base::store_be(std::span{message}, 4, std::uint16_t{0x1234});
        base::store_be(std::span{message}, 6, static_cast<std::uint16_t>(sequence));
        const auto payload = std::span{message}.subspan(8);
        write_trace_payload(payload, ~std::uint64_t{sequence}, static_cast<std::uint16_t>(sequence), 1);
        balance_trace_payload(payload, base::checksum_add(0, std::span{message}.first(8)), 0xBEEF);
        REQUIRE(base::checksum(message) == 0xBEEF);
    }
}

TEST_CASE("a TCP probe is a SYN with its number and cookie, and a right checksum", "[engine][trace]")
{
    const auto segment = make_tcp_probe({ours, theirs, 40000, 80}, 0x1234, 0xFFFFFFFFFFFF5678);
    CHECK(base::load_be<std::uint16_t>(segment, 0) == 40000);
    CHECK(base::load_be<std::uint16_t>(segment, 2) == 80);
    CHECK(base::load_be<std::uint32_t>(segment, 4) == 0x12345678);
    CHECK(segment[13] == std::byte{2});
    CHECK(base::checksum_finish(base::checksum_add(pseudo_header_sum(ours, theirs, 6, 20), segment)) == 0);
    const auto unknown = make_tcp_probe({{}, theirs, 40000, 80}, 1, 1);
    CHECK(base::load_be<std::uint16_t>(unknown, 16) == 0);
}

TEST_CASE("what acknowledges a SYN is an answer, and nothing else is", "[engine][trace]")
{
    std::array<std::byte, tcp_header_size> answer{};
    base::store_be(std::span{answer}, 0, std::uint16_t{80});
    base::store_be(std::span{answer}, 2, std::uint16_t{40000});
    base::store_be(std::span{answer}, 8, std::uint32_t{0x12345679});
    answer[13] = GENERATE(std::byte{0x12}, std::byte{0x14});  // SYN-ACK, reset
    const auto read = read_tcp_answer(answer);
    REQUIRE(read);
    CHECK(read->source_port == 80);
    CHECK(read->destination_port == 40000);
    CHECK(read->number == 0x1234);
    CHECK(read->cookie == 0x5678);
    CHECK_FALSE(read_tcp_answer(std::span{answer}.first(19)).has_value());
    for (const auto flags : {0x10, 0x02, 0x04, 0x18}) {
        answer[13] = static_cast<std::byte>(flags);
        CHECK_FALSE(read_tcp_answer(answer).has_value());
    }
}

TEST_CASE("a TCP probe has the flags and options that are wanted, in whole words", "[engine][trace]")
{
    const auto options_of = [](const TraceTcp& tcp) {
        const auto segment = make_tcp_probe({ours, theirs, 40000, 80}, 0x1234, 0x5678, tcp);
        CHECK(segment.size() == tcp_probe_size(tcp));
        CHECK(segment[13] == std::byte{tcp.flags});
        CHECK(std::to_integer<std::size_t>(segment[12] >> 4) * 4 == segment.size());
        const auto pseudo = pseudo_header_sum(ours, theirs, 6, segment.size());
        CHECK(base::checksum_finish(base::checksum_add(pseudo, segment)) == 0);
        return std::vector<std::byte>(segment.begin() + 20, segment.end());
    };
    const auto octets = [](std::initializer_list<unsigned> values) {
        std::vector<std::byte> all;
        for (const auto value : values) all.push_back(static_cast<std::byte>(value));
        return all;
    };
    CHECK(options_of({}).empty());
    CHECK(options_of({.mss = 1460}) == octets({2, 4, 0x05, 0xB4}));
    CHECK(options_of({.sack = true}) == octets({4, 2, 1, 1}));
    CHECK(options_of({.timestamps = true}) == octets({1, 1, 8, 10, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0}));
    CHECK(options_of({.sack = true, .timestamps = true, .window_scaling = true, .mss = 536}) ==
          octets({2, 4, 2, 24, 4, 2, 8, 10, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0, 1, 3, 3, 7}));
}

TEST_CASE("resets are answers to TCP probes of any flags, as RFC 9293 has them", "[engine][trace]")
{
    using namespace tcp_flag;
    std::array<std::byte, tcp_header_size> reset{};
    const auto set = [&](std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledged) {
        reset[13] = std::byte{flags};
        base::store_be(std::span{reset}, 4, sequence);
        base::store_be(std::span{reset}, 8, acknowledged);
    };
    set(rst, 0x12345678, 0);  // to a probe that acknowledges: with the number that it acknowledges
    CHECK(read_tcp_answer(reset, ack)->number == 0x1234);
    CHECK(read_tcp_answer(reset, ack | fin)->cookie == 0x5678);
    CHECK_FALSE(read_tcp_answer(reset, syn));
    set(rst | ack, 0, 0x12345679);  // to others: it acknowledges what they take
    CHECK(read_tcp_answer(reset, fin)->cookie == 0x5678);
    CHECK(read_tcp_answer(reset, syn | ece | cwr)->flags == (rst | ack));
    set(rst | ack, 0, 0x12345678);
    CHECK(read_tcp_answer(reset, 0)->cookie == 0x5678);
    CHECK(read_tcp_answer(reset, psh | urg)->number == 0x1234);
    set(rst | ack, 0, 0x1234567A);
    CHECK(read_tcp_answer(reset, syn | fin)->cookie == 0x5678);
}

TEST_CASE("the checksum of UDP-Lite is the probe's number wherever it covers the balance", "[engine][trace]")
{
    const auto coverage = GENERATE(as<std::uint16_t>{}, 0, 24, 25, 32, 40, 1000);
    const TraceEnds ends{ours, theirs, 40000, 53};
    std::vector<std::byte> payload(32);
    write_trace_payload(payload, 0x1122334455667788, 4711, 99);
    payload[31] = std::byte{7};
    balance_udp_lite(payload, ends, 4711, coverage);
    const auto covered = coverage == 0 || coverage > 40 ? std::size_t{40} : std::size_t{coverage};
    std::vector<std::byte> datagram(8);
    base::store_be(datagram, 0, std::uint16_t{40000});
    base::store_be(datagram, 2, std::uint16_t{53});
    base::store_be(datagram, 4, static_cast<std::uint16_t>(covered));
    base::store_be(datagram, 6, std::uint16_t{4711});
    datagram.insert(datagram.end(), payload.begin(), payload.end());
    const auto pseudo = pseudo_header_sum(ours, theirs, 136, 40);  // RFC 3828 section 3.1
    CHECK(base::checksum_finish(base::checksum_add(pseudo, std::span{datagram}.first(covered))) == 0);
    CHECK_FALSE(covers_balance(8));
    CHECK_FALSE(covers_balance(23));
}

TEST_CASE("a DCCP request has its number for its checksum, and its answers tell it again", "[engine][trace]")
{
    for (unsigned number = 1; number < 65535; number += 257) {
        const auto packet =
            make_dccp_probe({ours, theirs, 50000, 33434}, static_cast<std::uint16_t>(number), 0xABCD, 1885957735);
        CHECK(base::load_be<std::uint16_t>(packet, 6) == number);
        CHECK(base::checksum_finish(base::checksum_add(pseudo_header_sum(ours, theirs, 33, 20), packet)) == 0);
    }
    const auto packet = make_dccp_probe({ours, theirs, 50000, 33434}, 0x1234, 0xABCD, 42);
    CHECK(packet[4] == std::byte{5});
    CHECK(packet[8] == std::byte{1});
    CHECK(base::load_be<std::uint32_t>(packet, 16) == 42);

    std::array<std::byte, 28> answer{};
    base::store_be(std::span{answer}, 0, std::uint16_t{33434});
    base::store_be(std::span{answer}, 2, std::uint16_t{50000});
    answer[8] = GENERATE(std::byte{0x03}, std::byte{0x0F});  // response, reset
    std::copy(packet.begin() + 10, packet.begin() + 16, answer.begin() + 18);
    const auto read = read_dccp_answer(answer);
    REQUIRE(read);
    CHECK(read->number == 0x1234);
    CHECK(read->cookie == 0xABCD);
    CHECK(read->destination_port == 50000);
    CHECK_FALSE(read_dccp_answer(std::span{answer}.first(23)));
    answer[8] = std::byte{0x05};  // data
    CHECK_FALSE(read_dccp_answer(answer));
    answer[8] = std::byte{0x02};  // a response with a short sequence number
    CHECK_FALSE(read_dccp_answer(answer));
}

TEST_CASE("a packet without a header has its identity in the eight octets that every router quotes", "[engine][trace]")
{
    std::vector<std::byte> packet(40);
    write_raw_probe(packet, 0x1234, 0xFFFF112233445566);
    const auto read = read_raw_probe(std::span{packet}.first(8));
    REQUIRE(read);
    CHECK(read->number == 0x1234);
    CHECK(read->cookie == 0x112233445566);
    CHECK_FALSE(read_raw_probe(std::span{packet}.first(7)));
}

}  // namespace trace_packet_tests
