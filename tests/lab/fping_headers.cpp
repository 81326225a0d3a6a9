// ping++ under the name fping: what answers' headers say, the other host's time, and the interface that requests leave by.
// Debian 12's fping knows none of it, so that the lines are compared with what fping 5.5 prints.

#include <tests/support/catch.hpp>
#include <tests/support/masked.hpp>
#include <tests/support/programs.hpp>

#include <boost/json.hpp>

#include <cstdint>
#include <regex>
#include <string>

namespace fping_headers_tests {

using namespace libnet::test;

namespace {

Finished as_fping(const Arguments& arguments) { return run(with({program("ping++"), "--as", "fping"}, arguments)); }

/// From one time of the day to the next, in milliseconds; a run may go past midnight.
std::uint64_t later(std::uint64_t from, std::uint64_t to)
{
    constexpr std::uint64_t day = 86'400'000;
    return (to + day - from) % day;
}

}  // namespace

TEST_CASE("as fping, the type of service and the source are shown", "[lab]")
{
    CHECK(as_fping({"--print-tos", "--print-ttl", "-O", "0x10", "10.0.4.2"}).out ==
          "10.0.4.2 is alive (TOS 16) (TTL 61)\n");
    CHECK(as_fping({"--print-tos", "-O", "0x10", "fd00:0:0:4::2"}).out == "fd00:0:0:4::2 is alive (TOS 16)\n");
    CHECK(as_fping({"--print-srcaddr", "-a", "10.0.4.2"}).out == "10.0.4.2 (SRC 10.0.1.2)\n");
    CHECK(as_fping({"--print-srcaddr", "fd00:0:0:4::2"}).out == "fd00:0:0:4::2 is alive (SRC fd00:0:0:1::2)\n");
    CHECK(masked(as_fping({"-c", "1", "-q", "--print-tos", "10.0.4.2"}).out).empty());
    CHECK(masked(as_fping({"-c", "1", "--print-srcaddr", "--print-tos", "10.0.4.2"}).out) ==
          "10.0.4.2 : [0], 64 bytes, T ms (T avg, 0% loss) (SRC 10.0.1.2) (TOS 0)\n");
    const auto json = as_fping({"-J", "-c", "1", "-O", "4", "--print-srcaddr", "--print-tos", "10.0.4.2"});
    const auto answer = boost::json::parse(json.out.substr(0, json.out.find('\n'))).at("resp").as_object();
    CHECK(answer.at("src").as_string() == "10.0.1.2");
    CHECK(answer.at("tos").as_int64() == 4);
}

TEST_CASE("as fping, requests leave by the interface that --oiface names", "[lab]")
{
    CHECK(as_fping({"--oiface", "client-r1", "10.0.4.2"}).out == "10.0.4.2 is alive\n");
    CHECK(as_fping({"--oiface", "client-r1", "fd00:0:0:4::2"}).out == "fd00:0:0:4::2 is alive\n");
    const auto elsewhere = as_fping({"--oiface", "lo", "-r0", "-t500", "10.0.4.2"});
    CHECK(elsewhere.exit_code == 1);
    CHECK(elsewhere.out.find("is alive") == std::string::npos);
    const auto none = as_fping({"--oiface", "nothing", "10.0.4.2"});
    CHECK(none.exit_code == 1);
    CHECK(none.err == "fping: unknown interface 'nothing'\n");
    const auto both = as_fping({"--oiface", "lo", "-I", "lo", "10.0.4.2"});
    CHECK(both.exit_code == 1);
    CHECK(both.err == "fping: specify only --oiface or -I, --iface\n");
}

TEST_CASE("as fping, --icmp-timestamp asks for the other host's time", "[lab]")
{
    const auto done = as_fping({"--icmp-timestamp", "-e", "10.0.4.2"});
    INFO(done.out << done.err);
    const std::regex line{
        "10\\.0\\.4\\.2 is alive, timestamps: Originate=([0-9]+) Receive=([0-9]+) Transmit=([0-9]+) "
        "Localreceive=([0-9]+) \\([0-9.]+ ms\\)\n"};
    std::smatch found;
    REQUIRE(std::regex_match(done.out, found, line));
    CHECK(done.exit_code == 0);
    std::uint64_t times[4];
    for (std::size_t i = 0; i < 4; ++i) times[i] = std::stoull(found[i + 1]);
    for (std::size_t i = 1; i < 4; ++i) CHECK(later(times[i - 1], times[i]) < 60'000);  // one clock has all of them

    const auto alive = as_fping({"--icmp-timestamp", "-a", "10.0.4.2"}).out;
    const std::regex bare{
        "10\\.0\\.4\\.2 timestamps: Originate=[0-9]+ Receive=[0-9]+ Transmit=([0-9]+) "
        "Localreceive=([0-9]+)\n"};
    REQUIRE(std::regex_match(alive, found, bare));
    CHECK(later(std::stoull(found[1]), std::stoull(found[2])) < 60'000);
    const auto counted = as_fping({"--icmp-timestamp", "-c", "2", "-p", "50", "10.0.4.2"});
    CHECK(masked(counted.out).starts_with("10.0.4.2 : [0], 20 bytes, T ms (T avg, 0% loss), timestamps: Originate="));
    CHECK(masked(counted.err) == "\n10.0.4.2 : xmt/rcv/%loss = 2/2/0%, min/avg/max = T/T/T\n");
    const auto json = as_fping({"-J", "-c", "1", "--icmp-timestamp", "10.0.4.2"});
    const auto answer = boost::json::parse(json.out.substr(0, json.out.find('\n'))).at("resp").as_object();
    CHECK(answer.at("timestamps").as_object().size() == 4);
    CHECK(answer.at("size").as_int64() == 20);
}

TEST_CASE("as fping, timestamps find what is unreachable, and are IPv4's alone", "[lab]")
{
    const auto done = as_fping({"--icmp-timestamp", "-r0", "-t500", "10.0.9.1", "10.0.4.2"});
    CHECK(done.exit_code == 1);
    CHECK(done.out.find("10.0.9.1 is unreachable\n") != std::string::npos);
    CHECK(done.out.find("10.0.4.2 is alive, timestamps: ") != std::string::npos);
    CHECK(as_fping({"--icmp-timestamp", "-r0", "-t500", "10.0.7.1"})
              .err.starts_with("ICMP Host Unreachable from 10.0.3.2 for ICMP Echo sent to 10.0.7.1\n"));
    const auto v6 = as_fping({"-6", "--icmp-timestamp", "alpha"});
    CHECK(v6.err == "fping: ICMP Timestamp is IPv4 only\n");
    CHECK(v6.exit_code == 1);
    CHECK(as_fping({"--icmp-timestamp", "-b", "20", "10.0.4.2"}).err == "fping: cannot change ICMP Timestamp size\n");
    CHECK(as_fping({"--icmp-timestamp", "fd00:0:0:4::2"}).exit_code == 2);
}

}  // namespace fping_headers_tests
