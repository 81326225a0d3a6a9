#include <tests/support/catch.hpp>
#include <tests/support/iputils_header.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/json.hpp>
#include <fmt/format.h>

#include <csignal>
#include <fstream>
#include <initializer_list>
#include <sstream>
#include <string>
#include <vector>

namespace ping_tests {

using libnet::test::Arguments;
using libnet::test::Finished;
using libnet::test::Process;

namespace {

Arguments command(std::initializer_list<std::string> arguments)
{
    Arguments all{libnet::test::program("ping++")};
    all.insert(all.end(), arguments);
    return all;
}

Finished ping(std::initializer_list<std::string> arguments) { return libnet::test::run(command(arguments)); }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

/// Reads JSON Lines; a line that is no JSON object throws.
std::vector<boost::json::object> events_of(const std::string& text)
{
    std::vector<boost::json::object> events;
    for (const auto& line : lines_of(text)) events.push_back(boost::json::parse(line).as_object());
    return events;
}

}  // namespace

TEST_CASE("ping++ prints what iputils' ping prints", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const auto done = ping({"-c", "2", "-i", "0.01", "127.0.0.1"});
    CHECK(done.exit_code == 0);
    CHECK(done.err.empty());
    const auto lines = lines_of(done.out);
    REQUIRE(lines.size() == 7);
    CHECK(lines[0] == "PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.");
    CHECK(lines[1].starts_with("64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time="));
    CHECK(lines[1].ends_with(" ms"));
    CHECK(lines[2].starts_with("64 bytes from 127.0.0.1: icmp_seq=2 ttl=64 time="));
    CHECK(lines[3].empty());
    CHECK(lines[4] == "--- 127.0.0.1 ping statistics ---");
    CHECK(lines[5].starts_with("2 packets transmitted, 2 received, 0% packet loss, time "));
    CHECK(lines[6].starts_with("rtt min/avg/max/mdev = "));
    CHECK(contains(lines[6], " ms"));  // a busy machine has a ", pipe 2" behind it
}

TEST_CASE("ping++ agrees with ping on everything but the times", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const std::string host = GENERATE("127.0.0.1", "::1");
    const auto theirs = libnet::test::run({"ping", "-n", "-c", "2", "-i", "0.01", "-s", "100", host});
    if (theirs.exit_code == 127) WARN("SKIPPED: there is no ping to compare with");
    if (theirs.exit_code == 127) return;
    const auto ours = ping({"-n", "-c", "2", "-i", "0.01", "-s", "100", host});
    CHECK(ours.exit_code == theirs.exit_code);
    const auto shape = [](std::string text) {
        for (const std::string start : {"time=", "time ", "mdev = "})
            for (auto at = text.find(start); at != text.npos; at = text.find(start, at + 1))
                text.erase(at + start.size(), text.find('\n', at) - at - start.size());
        return text;
    };
    CHECK(shape(ours.out) == libnet::test::with_newer_header(shape(theirs.out)));
}

TEST_CASE("ping++ asks several hosts, by name and address, with a row for each", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const auto done = ping({"-c", "1", "-4", "localhost", "127.0.0.2"});
    CHECK(done.exit_code == 0);
    CHECK(contains(done.out, "PING localhost (127.0.0.1) 56(84) bytes of data.\n"));
    CHECK(contains(done.out, "bytes from 127.0.0.2: icmp_seq=1"));
    CHECK(contains(done.out, "64 bytes from localhost"));
    CHECK(contains(done.out, "\n--- 2 hosts, 2 alive ---\nhost "));
    CHECK(contains(done.out, "\nlocalhost  127.0.0.1       1       1      0% "));
    CHECK(contains(done.out, "\n127.0.0.2  127.0.0.2       1       1      0% "));
}

TEST_CASE("ping++ takes the family, the size and the ttl that it is told", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const auto done = ping({"-6", "-c1", "-s", "1400", "-t", "7", "localhost"});
    CHECK(done.exit_code == 0);
    CHECK(contains(done.out, "PING localhost (::1) 1400 data bytes\n1408 bytes from "));
    const auto from = ping({"-c1", "-I", "127.0.0.3", "127.0.0.1"});
    CHECK(contains(from.out, "PING 127.0.0.1 (127.0.0.1) from 127.0.0.3 : 56(84) bytes of data.\n"));
    CHECK(from.exit_code == 0);
}

TEST_CASE("ping++ -q prints the summary only", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const auto done = ping({"-qc", "1", "127.0.0.1"});
    CHECK(done.exit_code == 0);
    CHECK(!contains(done.out, "icmp_seq"));
    CHECK(contains(done.out, "1 packets transmitted, 1 received"));
}

TEST_CASE("ping++ stops at the deadline, or when it has the answers that it wants", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const auto enough = ping({"-w", "60", "-c", "3", "-i", "0.3", "127.0.0.1"});
    CHECK(enough.exit_code == 0);
    CHECK(contains(enough.out, ", 3 received"));
    const auto short_of = ping({"-w", "1.5", "-c", "3", "-i", "10", "127.0.0.1"});
    CHECK(short_of.exit_code == 1);
    CHECK(contains(short_of.out, "1 packets transmitted, 1 received"));
    CHECK(ping({"-w", "1.5", "127.0.0.1"}).exit_code == 0);
}

TEST_CASE("SIGQUIT tells the numbers so far, and ping++ goes on", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    Process process{command({"--json", "-i", "30", "127.0.0.1"})};
    REQUIRE(process.wait_for("\"reply\""));
    process.signal(SIGQUIT);
    REQUIRE(process.wait_for("\"interval\""));
    process.signal(SIGINT);
    const auto done = process.wait();
    CHECK(done.exit_code == 0);
    const auto events = events_of(done.out);
    REQUIRE(events.size() == 5);
    CHECK(events[2].at("event") == "interval");
    CHECK(events[2].at("received") == 1);
    CHECK(events[3].at("event") == "summary");
}

TEST_CASE("ping++ tells the numbers so far from time to time, in iputils' words", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const auto done = ping({"-q", "-c", "5", "-i", "0.05", "--summary-interval", "0.08", "127.0.0.1"});
    CHECK(done.exit_code == 0);
    CHECK(contains(done.err, " packets, 0% loss, min/avg/ewma/max = "));
}

TEST_CASE("ping++ -D tells the time of each line, -a rings the bell", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const auto lines = lines_of(ping({"-c1", "-D", "-a", "127.0.0.1"}).out);
    REQUIRE(lines.size() > 2);
    CHECK(lines[1].starts_with("["));
    CHECK(contains(lines[1], "] 64 bytes from 127.0.0.1: icmp_seq=1 "));
    CHECK(lines[1].ends_with(" ms\a"));
}

TEST_CASE("ping++ reads hosts from a list, and names the lines that are none", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const libnet::test::TemporaryDirectory directory;
    const auto file = directory.path() / "hosts";
    std::ofstream{file} << "# hosts\n127.0.0.1\n\n  127.0.0.2-3  # two of them\n\n\nwhat is this?\n127.0.0.4\n";
    const auto done = ping({"-q", "-c1", "--targets", file.string()});
    CHECK(done.exit_code == 2);
    CHECK(lines_of(done.err).size() == 1);
    CHECK(contains(done.err, "hosts:7: 'what is this?' is no host"));
    CHECK(contains(done.out, "--- 4 hosts, 4 alive ---"));
    for (const char* host : {"127.0.0.1", "127.0.0.2-3", "127.0.0.4"})
        CHECK(contains(done.out, fmt::format("\n{:<11}  ", host)));
}

TEST_CASE("ping++ --until stops when its condition holds", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const auto done = ping({"-i", "0.01", "--until", "replies>=3 || loss>0%", "127.0.0.1"});
    CHECK(done.exit_code == 0);
    CHECK(contains(done.out, "3 packets transmitted, 3 received, 0% packet loss"));
}

TEST_CASE("ping++ --fail-if decides about the exit code", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    CHECK(ping({"-c1", "--fail-if", "loss>0% || p95>1s", "127.0.0.1"}).exit_code == 0);
    CHECK(ping({"-c1", "--fail-if", "replies<2", "127.0.0.1"}).exit_code == 1);
}

TEST_CASE("Ctrl-C prints the summary and ends ping++ as usual", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const int signal = GENERATE(SIGINT, SIGTERM);
    Process process{command({"-i", "30", "127.0.0.1"})};
    REQUIRE(process.wait_for("icmp_seq=1"));
    process.signal(signal);
    const auto done = process.wait();
    CHECK(done.exit_code == 0);
    CHECK(contains(done.out, "1 packets transmitted, 1 received, 0% packet loss"));
}

TEST_CASE("ping++ --json prints events of the documented shape, and nothing else", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const auto done = ping({"--json", "-c", "2", "-i", "0.01", "127.0.0.1"});
    CHECK(done.exit_code == 0);
    const auto events = events_of(done.out);
    REQUIRE(events.size() == 5);
    CHECK(events[0].at("event") == "start");
    CHECK(events[0].at("schema") == 1);
    CHECK(events[0].at("address") == "127.0.0.1");
    CHECK(events[1].at("event") == "reply");
    CHECK(events[1].at("target") == "127.0.0.1");
    CHECK(events[1].at("from") == "127.0.0.1");
    CHECK(events[1].at("seq") == 1);
    CHECK(events[1].at("ttl") == 64);
    CHECK(events[1].at("bytes") == 64);
    CHECK(events[1].at("rtt_ms").to_number<double>() > 0);
    CHECK(events[2].at("seq") == 2);
    const auto& summary = events[3];
    CHECK(summary.at("state") == "known");
    CHECK(summary.at("event") == "summary");
    CHECK(summary.at("sent") == 2);
    CHECK(summary.at("received") == 2);
    for (const char* counter :
         {"lost", "late", "errors", "send_errors", "duplicates", "corrupt", "foreign", "pending", "loss_percent"})
    {
        INFO(counter);
        CHECK(summary.at(counter) == 0);
    }
    for (const char* time : {"min", "mean", "max", "stddev", "p50", "p95", "p99"})
        CHECK(summary.at("rtt_ms").at(time).is_number());
    CHECK(events[4].at("event") == "total");
    CHECK(events[4].at("targets") == 1);
    CHECK(events[4].at("alive") == 1);
    CHECK(events[4].at("sent") == 2);
    CHECK(events[4].at("received") == 2);
}

TEST_CASE("ping++ --json is valid when it is interrupted", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    Process process{command({"--json", "-i", "30", "127.0.0.1"})};
    REQUIRE(process.wait_for("\"reply\""));
    process.signal(SIGINT);
    const auto done = process.wait();
    CHECK(done.exit_code == 0);
    CHECK(events_of(done.out).back().at("event") == "total");
}

TEST_CASE("a name that doesn't resolve is told and stays in the results, and the other hosts are pinged",
          "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const auto alone = ping({"-c1", "no-such-host.invalid"});
    CHECK(alone.exit_code == 2);
    CHECK(alone.out.empty());
    CHECK(contains(alone.err, "ping++: no-such-host.invalid: "));

    const auto done = ping({"--json", "-c1", "no-such-host.invalid", "127.0.0.1"});
    CHECK(done.exit_code == 2);
    const auto events = events_of(done.out);
    REQUIRE(events.size() == 6);
    CHECK(events[0].at("event") == "start");
    CHECK(events[0].at("target") == "127.0.0.1");
    CHECK(events[1].at("event") == "error");
    CHECK(events[1].at("target") == "no-such-host.invalid");
    CHECK(events[2].at("event") == "reply");
    CHECK(events[3].at("state") == "unresolved");
    CHECK(events[3].at("address").is_null());
    CHECK(events[3].at("sent") == 0);
    CHECK(events[3].at("rtt_ms").is_null());
    CHECK(events[5].at("alive") == 1);
    CHECK(events[5].at("targets") == 2);
    CHECK(events[5].at("unresolved") == 1);
}

TEST_CASE("an address of the wrong family is refused with its name", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const auto done = ping({"-4", "-c1", "::1"});
    CHECK(done.exit_code == 2);
    CHECK(contains(done.err, "ping++: ::1: has no IPv4 address"));
}

TEST_CASE("wrong usage ends with exit code 2, one line that says why, and no output", "[apps][ping]")
{
    const auto refused = [](std::initializer_list<std::string> arguments, const std::string& why) {
        const auto done = ping(arguments);
        INFO(done.err);
        return done.exit_code == 2 && done.out.empty() && done.err.starts_with("ping++: ") && contains(done.err, why) &&
               lines_of(done.err).size() == 1;
    };
    CHECK(refused({}, "HOST"));
    CHECK(refused({"--nonsense", "127.0.0.1"}, "--nonsense"));
    CHECK(refused({"-c", "0", "127.0.0.1"}, "'0'"));
    CHECK(refused({"-c", "-1", "127.0.0.1"}, "'-1'"));
    CHECK(refused({"-c", "many", "127.0.0.1"}, "'many'"));
    CHECK(refused({"-i", "-0.001", "127.0.0.1"}, "'-0.001'"));
    CHECK(refused({"-i", "nan", "127.0.0.1"}, "'nan'"));
    CHECK(refused({"-W", "0", "127.0.0.1"}, "'0'"));
    CHECK(refused({"-w", "-5", "127.0.0.1"}, "'-5'"));
    CHECK(refused({"-s", "65508", "127.0.0.1"}, "65507"));
    CHECK(refused({"-t", "256", "127.0.0.1"}, "255"));
    CHECK(refused({"-t", "0", "127.0.0.1"}, "'0'"));
    CHECK(refused({"-I", "", "127.0.0.1"}, "-I"));
    CHECK(refused({"-I", "sixteen-letters-", "127.0.0.1"}, "15 octets"));
    CHECK(refused({"-c"}, "-c"));
    CHECK(refused({"-Q", "256", "127.0.0.1"}, "'256'"));
    CHECK(refused({"-Q", "0xZZ", "127.0.0.1"}, "'0xZZ'"));
    CHECK(refused({"-M", "maybe", "127.0.0.1"}, "do, want, dont or probe"));
    CHECK(refused({"-m", "-1", "127.0.0.1"}, "'-1'"));
    CHECK(refused({"-S", "0", "127.0.0.1"}, "'0'"));
    CHECK(refused({"-p", "xy", "127.0.0.1"}, "hexadecimal digits"));
    CHECK(refused({"-p", "0g", "127.0.0.1"}, "hexadecimal digits"));
    CHECK(refused({"-p", "", "127.0.0.1"}, "-p"));
    CHECK(refused({"-p", std::string(33, 'f'), "127.0.0.1"}, "1 to 16 octets"));
    CHECK(refused({"-F", "0x100000", "::1"}, "0xFFFFF"));
    CHECK(refused({"-F", "0x", "::1"}, "'0x'"));
    CHECK(refused({"-e", "65536", "127.0.0.1"}, "65535"));
    CHECK(refused({"-l", "0", "127.0.0.1"}, "'0'"));
    CHECK(refused({"-l", "65537", "127.0.0.1"}, "65536"));
    CHECK(refused({"-T", "tsprespec", "127.0.0.1"}, "give tsonly or tsandaddr"));
    CHECK(refused({"--sort", "luck", "127.0.0.1"}, "give given, name, address,"));
    CHECK(refused({"-C", "127.0.0.1", "127.0.0.2"}, "-C: give one host"));
    CHECK(refused({"--watch", "--json", "127.0.0.1"}, "--watch"));
    CHECK(refused({"--until", "luck>1", "127.0.0.1"}, "--until: 'luck>1' is no condition"));
    CHECK(refused({"--fail-if", "", "127.0.0.1"}, "--fail-if: '' is no condition"));
    CHECK(refused({"--summary-interval", "0", "127.0.0.1"}, "'0'"));
    CHECK(refused({"--targets", "/no/such/list"}, "/no/such/list: No such file"));
    CHECK(refused({"--targets", "/"}, "/: Is a directory"));
    CHECK(refused({"--targets", "/dev/null"}, "no HOST given"));
    if (!libnet::test::can_ping()) return;
    CHECK(refused({"-I", "nosuch0", "127.0.0.1"}, "nosuch0"));
    CHECK(refused({"-c1", "not a name"}, "not a host name"));
}

TEST_CASE("ping++ --help fits a screen and gives an example, --version names the version", "[apps][ping]")
{
    const auto help = ping({"--help"});
    CHECK(help.exit_code == 0);
    CHECK(contains(help.out, "Example: ping++ "));
    CHECK(lines_of(help.out).size() <= 24);
    for (const auto& line : lines_of(help.out)) CHECK(line.size() <= 80);
    const auto all = ping({"--help-all"});
    CHECK(all.exit_code == 0);
    CHECK(contains(all.out, "--targets FILE|-"));
    CHECK_FALSE(contains(help.out, "--targets"));
    for (const auto& line : lines_of(all.out)) CHECK(line.size() <= 80);
    const auto version = ping({"--version"});
    CHECK(version.exit_code == 0);
    CHECK(version.out.starts_with("ping++ (libnet "));
}

TEST_CASE("ping++ ends quietly when its output is not read any more", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const auto program = libnet::test::program("ping++");
    const auto done = libnet::test::run({"sh", "-c", program + " -i 0.01 127.0.0.1 | head -1"});
    CHECK(done.out == "PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.\n");
    CHECK(done.err.empty());
}

TEST_CASE("hosts are taken in every form that the system takes", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    CHECK(contains(ping({"-c", "1", "127.1"}).out,
                   "PING 127.1 (127.0.0.1) 56(84) bytes of data.\n64 bytes from 127.0.0.1:"));
    CHECK(contains(ping({"-c", "1", "::ffff:127.0.0.1"}).out, "PING ::ffff:127.0.0.1 (127.0.0.1) 56(84)"));
    CHECK(contains(ping({"-q", "-c", "1", "::ffff:127.0.0.0/126"}).out, "2 packets transmitted, 2 received"));
    CHECK(ping({"-c", "1", "[::1]"}).exit_code == ping({"-c", "1", "::1"}).exit_code);
    const auto zoneless = ping({"-c", "1", "fe80::1"});
    CHECK(zoneless.exit_code == 2);
    CHECK(zoneless.err.starts_with("ping++: fe80::1: which interface? A link-local address needs its zone: fe80::1%"));
}

TEST_CASE("a range of hosts is pinged, one after the other", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const auto few = ping({"-c", "1", "--rate", "max", "127.20.0.0/29"});
    INFO(few.out << few.err);
    CHECK(few.exit_code == 0);
    CHECK(contains(few.out, "64 bytes from 127.20.0.6: icmp_seq=6"));
    CHECK(contains(few.out, "--- 127.20.0.0/29 ping statistics ---\n6 packets transmitted, 6 received"));
    CHECK(contains(few.out, "\n6 hosts, 6 alive\n"));
    CHECK(contains(ping({"-q", "-c", "1", "--rate", "max", "127.20.0.0/20"}).out,
                   "4094 packets transmitted, 4094 received, 0% packet loss"));
    CHECK(
        contains(ping({"-q", "-c", "2", "--rate", "100", "127.0.0.1-10"}).out, "20 packets transmitted, 20 received"));
}

TEST_CASE("a range that is none, or is too large, is refused with what would do", "[apps][ping]")
{
    for (const char* rate : {"0", "fast", "-1", "1000001", ""})
        CHECK(ping({"--rate", rate, "127.0.0.1"}).exit_code == 2);
    if (!libnet::test::can_ping()) return;
    const auto wrong = ping({"10.0.0.0/33"});
    CHECK(wrong.exit_code == 2);
    CHECK(contains(wrong.err, "ping++: 10.0.0.0/33: expected a prefix length"));
    const auto large = ping({"::/64"});
    CHECK(large.exit_code == 2);
    CHECK(contains(large.err, "18446744073709551615 hosts are too many without -c, -w or --rate"));
}

}  // namespace ping_tests
