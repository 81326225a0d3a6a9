// What ping++ makes of single values: options of headers, CSV fields, dots, words for hosts.

#include <apps/ping/csv_printer.hpp>
#include <apps/ping/flood_dots.hpp>
#include <apps/ping/host_table.hpp>
#include <apps/ping/recorded_options.hpp>
#include <apps/ping/streams.hpp>
#include <apps/ping/text_printer.hpp>
#include <tests/support/catch.hpp>

#include <initializer_list>
#include <string>
#include <vector>

namespace ping_printing_tests {

using namespace libnet;
using namespace libnet::apps;

namespace {

wire::Ipv4OptionOctets octets(std::initializer_list<int> values)
{
    std::vector<std::byte> bytes;
    for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
    return wire::Ipv4OptionOctets{bytes};
}

std::string plain(const boost::asio::ip::address& address) { return address.to_string(); }

}  // namespace

TEST_CASE("a recorded route is shown once, until it changes", "[apps][ping]")
{
    RecordedOptions recorded;
    const auto route = octets({7, 11, 12, 192, 0, 2, 1, 192, 0, 2, 2});
    CHECK(recorded.text({}, plain).empty());
    CHECK(recorded.text(route, plain) == "\nRR: \t192.0.2.1\n\t192.0.2.2\n");
    CHECK(recorded.text(route, plain) == "\t(same route)");
    CHECK(recorded.text(octets({7, 7, 8, 192, 0, 2, 3}), plain) == "\nRR: \t192.0.2.3\n");
    CHECK(recorded.text(octets({7, 7, 4, 0, 0, 0, 0}), plain).empty());
}

TEST_CASE("recorded times are shown as what they are more than the one before", "[apps][ping]")
{
    RecordedOptions recorded;
    CHECK(recorded.text(octets({68, 12, 13, 0x30, 0, 0, 1, 0, 0, 0, 1, 5}), plain) ==
          "\nTS: \t256 absolute\n\t5\nUnrecorded hops: 3\n");
    CHECK(recorded.text(octets({68, 12, 13, 1, 192, 0, 2, 1, 0x80, 0, 0, 7}), plain) ==
          "\nTS: \t192.0.2.1\t7 absolute not-standard\n");
    CHECK(recorded.text(octets({68, 12, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0}), plain).empty());
}

TEST_CASE("other options are named", "[apps][ping]")
{
    RecordedOptions recorded;
    CHECK(recorded.text(octets({1, 148, 4, 0, 0}), plain) == "\nNOP\nunknown option 94");
    CHECK(recorded.text(octets({131, 7, 8, 192, 0, 2, 1}), plain) == "\nLSRR: \t192.0.2.1\n");
    CHECK(recorded.text(octets({137, 7, 8, 192, 0, 2, 1}), plain) == "\nSSRR: \t192.0.2.1\n");
}

TEST_CASE("a CSV field is quoted where it has to be", "[apps][ping]")
{
    CHECK(csv_field("plain text") == "plain text");
    CHECK(csv_field("").empty());
    CHECK(csv_field("a,b") == "\"a,b\"");
    CHECK(csv_field("say \"hi\"") == "\"say \"\"hi\"\"\"");
    CHECK(csv_field("two\nlines") == "\"two\nlines\"");
}

TEST_CASE("dots come and go with the probes that have no answer, errors stay", "[apps][ping]")
{
    FloodDots dots;
    CHECK(dots.update({}).empty());
    CHECK(dots.update({.sent = 3, .pending = 3}) == "...");
    CHECK(dots.update({.sent = 3, .received = 2, .pending = 1}) == "\b \b\b \b");
    CHECK(dots.update({.sent = 4, .received = 2, .lost = 1, .errors = 1}) == "E");
    CHECK(dots.update({.sent = 1000, .received = 2, .lost = 997, .errors = 1}) == std::string(69, '.'));
}

TEST_CASE("up to its time the summary is iputils', what iputils doesn't know comes behind", "[apps][ping]")
{
    using namespace std::chrono_literals;
    CHECK(summary_line({}) == "0 packets transmitted, 0 received");
    CHECK(summary_line({.sent = 3, .received = 3, .sending = 2001ms}) ==
          "3 packets transmitted, 3 received, 0% packet loss, time 2001ms");
    CHECK(summary_line({.sent = 1, .pending = 1}) ==
          "1 packets transmitted, 0 received, 100% packet loss, time 0ms, 1 pending");
    CHECK(summary_line({.sent = 3, .received = 2, .late = 1}) ==
          "3 packets transmitted, 2 received, 33.3333% packet loss, time 0ms, +1 late");
    CHECK(summary_line({.sent = 9,
                        .received = 4,
                        .late = 1,
                        .lost = 1,
                        .errors = 1,
                        .send_errors = 1,
                        .pending = 1,
                        .duplicates = 2,
                        .corrupt = 3,
                        .foreign = 4}) ==
          "9 packets transmitted, 4 received, +2 duplicates, +3 corrupted, +2 errors, 55.5556% packet loss, time 0ms, "
          "+1 late, +4 foreign, 1 pending");
}

TEST_CASE("remarks say what has no column", "[apps][ping]")
{
    CHECK(remarks_of({.sent = 2, .received = 2}).empty());
    CHECK(remarks_of({.sent = 4, .received = 1, .late = 1, .lost = 1, .pending = 1, .duplicates = 2}) ==
          "1 lost, 1 late, 2 duplicates, 1 pending");
    CHECK(reason_without_name("gone: no such host", "gone") == "no such host");
    CHECK(reason_without_name("gone away", "gone") == "gone away");
}

TEST_CASE("a host is a name, an address, a range or a mistake", "[apps][ping]")
{
    using Kind = HostWord::Kind;
    using io::AddressFamily;
    const auto kind = [](const std::string& text, AddressFamily family = AddressFamily::any) {
        return read_host(text, family).kind;
    };
    CHECK(kind("example.net") == Kind::name);
    CHECK(kind("a-b.example") == Kind::name);
    CHECK(kind("192.0.2.1") == Kind::address);
    CHECK(kind("::1", AddressFamily::ipv6) == Kind::address);
    CHECK(kind("::1", AddressFamily::ipv4) == Kind::name);  // whose look-up says what is wrong
    CHECK(kind("fe80::1%lo") == Kind::name);
    CHECK(kind("192.0.2.0/24") == Kind::range);
    CHECK(kind("192.0.2.1-9") == Kind::range);
    CHECK(kind("192.0.2.0/33") == Kind::mistake);
    CHECK(kind("a/b") == Kind::mistake);
}

TEST_CASE("hosts have their moments in the interval, counted from the start of the run", "[apps][ping]")
{
    using namespace std::chrono_literals;
    PingSettings settings;
    const auto host_at = [](std::uint32_t index) { return PingHost{.name = {}, .index = index}; };
    CHECK(host_options(settings, host_at(0), 10, 0ms).delay == 0ms);
    CHECK(host_options(settings, host_at(3), 10, 0ms).delay == 30ms);
    CHECK(host_options(settings, host_at(3), 10, 20ms).delay == 10ms);
    CHECK(host_options(settings, host_at(3), 10, 1h).delay == 0ms);
    CHECK(host_options(settings, host_at(999), 1000, 0ms).delay == 999ms);
    settings.options.interval = 0ms;
    CHECK(host_options(settings, host_at(3), 10, 0ms).rhythm == PingRhythm::flood);
    CHECK(host_options(settings, host_at(3), 10, 0ms).window == 1);
    settings.flood = true;
    CHECK(host_options(settings, host_at(3), 10, 0ms).window == 64);
    CHECK(host_options(settings, host_at(3), 10, 0ms).quiet);
    settings.options.payload_size = 65'000;
    CHECK(host_options(settings, host_at(3), 10, 0ms).window == 1);
}

}  // namespace ping_printing_tests
