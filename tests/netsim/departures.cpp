#include <tests/lab/netsim/departures.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace departures_tests {

namespace {

using namespace netsim;
using namespace std::chrono_literals;

/// An IPv4 packet as far as the queue looks at it: to 10.0.0.2, ending with `mark`.
std::vector<std::byte> packet(std::size_t size, unsigned char mark)
{
    std::vector<std::byte> bytes(size);
    bytes[0] = std::byte{0x45};
    const unsigned char to[] = {10, 0, 0, 2};
    for (std::size_t i = 0; i < 4; ++i) bytes[16 + i] = std::byte{to[i]};
    bytes.back() = std::byte{mark};
    return bytes;
}

Record due_at(Duration due)
{
    Record record;
    record.due = due;
    record.source = asio::ip::make_address("10.0.0.2");
    record.destination = asio::ip::make_address("10.9.0.1");
    return record;
}

/// The marks of all packets, in the order in which they leave.
std::string leaving(Departures& departures)
{
    std::string marks;
    while (!departures.empty())
        departures.pop([&](const Record&, auto bytes) { marks += static_cast<char>(bytes.back()); });
    return marks;
}

}  // namespace

TEST_CASE("Answers leave when they are due; of two at the same time, the one that came first")
{
    Departures departures;
    departures.push(due_at(30ms), packet(84, 'd'));
    departures.push(due_at(20ms), packet(84, 'b'));
    departures.push(due_at(10ms), packet(84, 'a'));
    departures.push(due_at(20ms), packet(84, 'c'));
    CHECK(departures.next_due() == 10ms);
    CHECK(leaving(departures) == "abcd");
}

TEST_CASE("What waits comes out as it went in, also when it is large")
{
    const auto size = GENERATE(84U, 96U, 97U, 1500U);
    Departures departures;
    Record record = due_at(10ms);
    record.in = 3ms;
    record.protocol = 1;
    record.ttl = 7;
    record.source_port = 0x1234;
    record.destination_port = 9;
    record.node = 5;
    record.did = Did::refused;
    record.why = "ttl";
    record.late = record.duplicate = true;
    departures.push(record, packet(size, 'x'));
    departures.pop([&](const Record& out, auto bytes) {
        CHECK(std::vector(bytes.begin(), bytes.end()) == packet(size, 'x'));
        CHECK((out.in == 3ms && out.due == 10ms));
        CHECK((out.source == record.source && out.destination == record.destination));
        CHECK((out.protocol == 1 && out.ttl == 7 && out.source_port == 0x1234 && out.destination_port == 9));
        CHECK((out.node == 5 && out.did == Did::refused && out.why == "ttl"));
        CHECK((out.late && out.duplicate && !out.corrupt && !out.reordered));
    });
    CHECK(departures.empty());
}

TEST_CASE("100,000 answers of 84 octets in flight take at most 200 octets each")
{
    Departures departures;
    const auto answer = packet(84, 'x');
    for (int i = 0; i < 100'000; ++i) departures.push(due_at(std::chrono::microseconds{i * 7919LL % 100'000}), answer);
    CHECK(departures.memory() <= 200U * 100'000U);
    CHECK(departures.size() == 100'000U);
}

}  // namespace departures_tests
