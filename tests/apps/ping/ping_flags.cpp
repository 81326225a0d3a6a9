// ping++ beside iputils' ping, flag by flag: the same lines but for the numbers that differ from run to run.

#include <tests/support/catch.hpp>
#include <tests/support/iputils_header.hpp>
#include <tests/support/pattern.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>

#include <string>

namespace ping_flags_tests {

using namespace libnet::test;

namespace {

Finished run(const std::string& program, const Arguments& arguments)
{
    Arguments command{program};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return libnet::test::run(command);
}

Finished ping(const Arguments& arguments) { return run(libnet::test::program("ping++"), arguments); }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

/// Times become T, also those between the stamps of hops. A busy machine may be late to read an answer, which makes
/// a pipe of two and more.
std::string shape(const std::string& text)
{
    static const std::string time =
        R"(time=[\d.]+|time \d+|= [\d./]+ ms|[\d.]+/[\d.]+ ms|\d+ absolute|\[\d+\.\d{6}\]|\t-?\d+(?=\n))";
    static const std::string late_reading = R"(, pipe \d+)";
    return replace_all(replace_all(text, late_reading, ""), time, "T");
}

}  // namespace

TEST_CASE("each flag of iputils' ping prints what it prints there", "[apps][ping]")
{
    if (!can_ping()) return;
    const Arguments flags = GENERATE(values<Arguments>({
        {"-R"},
        {"-T", "tsonly"},
        {"-T", "tsandaddr"},
        {"-p", "ff0a"},
        {"-q", "-p", "ff0a"},
        {"-a"},
        {"-D"},
        {"-O"},
        {"-U"},
        {"-A"},
        {"-C"},
        {"-d"},
        {"-L"},
        {"-n"},
        {"-H"},
        {"-l", "3"},
        {"-e", "4711"},
        {"-I", "127.0.0.2"},
        {"-I", "lo"},
        {"-s", "0", "-q"},
        {"-s", "1000"},
        {"-M", "do"},
        {"-t", "3"},
        {"-Q", "0x10"},
        {"-S", "100000"},
        {"-q", "-A", "-i", "0.2"},
        {"-w", "5"},
        {"-W", "0.5"},
        {"-4"},
    }));
    auto arguments = flags;
    arguments.insert(arguments.end(), {"-c", "3", "127.0.0.1"});
    if (flags.back() != "0.2") arguments.insert(arguments.begin(), {"-i", "0.01"});
    const auto theirs = run("ping", arguments);
    if (theirs.exit_code == 127) WARN("SKIPPED: there is no ping to compare with");
    if (theirs.exit_code == 127) return;
    if (theirs.err.find("invalid option") != std::string::npos) return;  // an older one
    const auto ours = ping(arguments);
    std::string all;
    for (const auto& argument : arguments) all += argument + ' ';
    INFO(all);
    CHECK(ours.exit_code == theirs.exit_code);
    if (flags[0] != "-s" || flags[1] != "0") CHECK(shape(ours.out) == shape(theirs.out));
    else CHECK(contains(ours.out, "3 packets transmitted, 3 received, 0% packet loss, time "));  // and times
    CHECK(ours.err.empty());
}

TEST_CASE("IPv6 has the same lines, too", "[apps][ping]")
{
    if (!can_ping()) return;
    const Arguments flags = GENERATE(values<Arguments>({{"-I", "::1"}, {"-I", "lo"}, {"-p", "01"}}));
    auto arguments = flags;
    arguments.insert(arguments.end(), {"-6", "-i", "0.01", "-c", "2", "::1"});
    const auto ours = ping(arguments);
    const auto theirs = run("ping", arguments);
    if (theirs.exit_code == 127) return;
    CHECK(ours.exit_code == 0);
    CHECK(shape(ours.out) == with_newer_header(shape(theirs.out)));
}

TEST_CASE("a flow label is told as iputils' ping tells it, in decimal or hexadecimal", "[apps][ping]")
{
    if (!can_ping()) return;
    const auto done = ping({"-F", "0x1234a", "-c1", "::1"});
    if (contains(done.err, "raw ICMP socket")) WARN("SKIPPED: " << done.err);
    if (contains(done.err, "raw ICMP socket")) return;
    INFO(done.err);
    CHECK(done.exit_code == 0);
    CHECK(done.out.starts_with("PING ::1 (::1) , flow 0x1234a, 56 data bytes\n64 bytes from ::1: icmp_seq=1 "));
    CHECK(ping({"-F", "99", "-c1", "::1"}).out.starts_with("PING ::1 (::1) , flow 0x00063, "));
    CHECK(ping({"-F", "0", "-c1", "::1"}).out.starts_with("PING ::1 (::1) , flow 0x"));
}

TEST_CASE("a flood sends as fast as answers come, and shows nothing when nothing is missing", "[apps][ping]")
{
    if (!can_ping()) return;
    const auto done = ping({"-f", "-c", "5000", "127.0.0.1"});
    INFO(done.out << done.err);
    CHECK(done.exit_code == 0);
    CHECK(contains(done.out, "5000 packets transmitted, 5000 received, 0% packet loss, time "));
    CHECK(contains(done.out, ", ipg/ewma "));
    CHECK(contains(done.out, ", pipe "));
    CHECK(done.out.size() < 1000);
    CHECK(
        contains(ping({"-f", "-l", "1", "-q", "-c", "500", "127.0.0.1"}).out, "500 packets transmitted, 500 received"));
}

TEST_CASE("a flood shows a dot for each probe without an answer", "[apps][ping]")
{
    if (!can_ping()) return;
    // No host has this address, and the request goes nowhere: no error comes either.
    const auto done = ping({"-f", "-w", "0.3", "-W", "1", "-l", "4", "-I", "lo", "192.0.2.1"});
    INFO(done.out << done.err);
    CHECK(done.exit_code != 0);
    if (contains(done.out, " 0 received, 0% packet loss")) CHECK(contains(done.out, "....\n"));
}

TEST_CASE("what a reply cost in our own stack is told beside the wire's time", "[apps][ping]")
{
    if (!can_ping()) return;
    const auto text = ping({"-c1", "--latency-split", "127.0.0.1"});
    CHECK(!search(text.out, R"(ms \(and in our stack [\d.]+ ms to send, [\d.]+ ms to receive\)\n)").empty());
    CHECK(!search(text.out, R"(\nour stack: [\d.]+ ms to send, [\d.]+ ms to receive, on average)").empty());
    const auto json = ping({"-c1", "--json", "--latency-split", "127.0.0.1"});
    CHECK(contains(json.out, "\"stack_sent_ms\":"));
    CHECK(contains(json.out, "\"stack_received_ms\":"));
}

TEST_CASE("an identifier that another program has is refused with its number", "[apps][ping]")
{
    if (!can_ping()) return;
    libnet::test::Process first{{libnet::test::program("ping++"), "-i", "30", "-e", "4712", "127.0.0.1"}};
    REQUIRE(first.wait_for("icmp_seq=1"));
    const auto second = ping({"-c1", "-e", "4712", "127.0.0.1"});
    if (second.exit_code == 0) return;  // raw sockets share identifiers
    CHECK(second.exit_code == 2);
    CHECK(contains(second.err, "identifier 4712"));
}

TEST_CASE("what can't be written is told under the other names, too", "[apps][ping]")
{
    for (const std::string words : {"fping -h", "fping -v", "ping -V", "ping -N help"}) {
        INFO(words);
        const auto full =
            run("sh", {"-c", "exec \"$0\" --as " + words + " > /dev/full", libnet::test::program("ping++")});
        CHECK(full.exit_code != 0);
        CHECK(contains(full.err, "No space left on device"));
    }
}

}  // namespace ping_flags_tests
