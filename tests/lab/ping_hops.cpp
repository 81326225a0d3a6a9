// ping++ under the name ping: by way of other hosts, and with the times of some that are named beforehand, beside iputils'.

#include <tests/support/catch.hpp>
#include <tests/support/masked.hpp>
#include <tests/support/programs.hpp>

#include <regex>
#include <string>

namespace ping_hops_tests {

using namespace libnet::test;

namespace {

const Arguments ours{program("ping++"), "--as", "ping"}, theirs{"ping"};

/// Without the times that routers write down.
std::string told(const Arguments& command, const Arguments& arguments)
{
    static const std::regex time{R"(\t-?[0-9]+( absolute)?\n)"};
    return std::regex_replace(told_by(run(with(command, arguments))), time, "\tT$1\n");
}

void check_same(const Arguments& arguments)
{
    std::string line;
    for (const auto& argument : arguments) line += argument + ' ';
    INFO("ping " << line);
    CHECK(told(ours, arguments) == told(theirs, arguments));
}

/// Hosts and routers take such packets only when they are told to.
void let_source_routes_pass()
{
    const std::string allow =
        "for f in /proc/sys/net/ipv4/conf/*/accept_source_route; do echo 1 >$f; done; "
        "for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done";
    REQUIRE(run({"sh", "-c", allow}).exit_code == 0);
    for (const char* host : {"r1", "r2", "r3", "alpha"})
        REQUIRE(run({"ip", "netns", "exec", host, "sh", "-c", allow}).exit_code == 0);
}

}  // namespace

TEST_CASE("as ping, hosts that are named write their times down", "[lab]")
{
    const auto done = run(with(ours, {"-c", "1", "-n", "-T", "tsprespec", "10.0.1.1", "10.0.2.2", "10.0.4.2"}));
    INFO(done.out << done.err);
    CHECK(done.exit_code == 0);
    CHECK(std::regex_search(done.out,
                            std::regex{"\nTS: \t10\\.0\\.1\\.1\t[0-9]+ absolute\n\t10\\.0\\.2\\.2\t-?[0-9]+\n"}));
    CHECK(done.out.starts_with("PING 10.0.4.2 (10.0.4.2) 56(124) bytes of data.\n"));
    if (is_missing("ping", "iputils-ping")) return;
    check_same({"-c", "1", "-n", "-T", "tsprespec", "10.0.1.1", "10.0.2.2", "10.0.4.2"});
    check_same({"-c", "1", "-n", "-T", "tsprespec", "10.0.4.2", "10.0.4.2"});
}

TEST_CASE("as ping, packets go by way of the hosts that stand in front of the last one", "[lab]")
{
    let_source_routes_pass();
    const auto done = run(with(ours, {"-c", "1", "-n", "-W", "1", "r2", "10.0.4.2"}));
    INFO(done.out << done.err);
    CHECK(done.exit_code == 0);
    CHECK(done.out.starts_with("PING 10.0.4.2 (10.0.4.2) 56(124) bytes of data.\n64 bytes from 10.0.4.2: icmp_seq=1 "));
    CHECK(done.out.find("\nLSRR: ") != std::string::npos);
    const auto strict =
        run(with(ours, {"-c", "1", "-n", "-r", "-W", "1", "10.0.1.1", "10.0.2.2", "10.0.3.2", "10.0.4.2"}));
    INFO(strict.out << strict.err);
    CHECK(strict.out.find("SSRR: ") != std::string::npos);
}

TEST_CASE("as ping, hops that can't be are told as iputils tells them", "[lab]")
{
    Arguments many{"-c", "1"};
    for (int i = 0; i < 11; ++i) many.emplace_back("10.0.1.1");
    for (const Arguments& wrong :
         {many,
          Arguments{"-R", "10.0.1.1", "10.0.4.2"},
          {"-T", "tsandaddr", "10.0.1.1", "10.0.4.2"},
          {"-6", "10.0.1.1", "fd00:0:0:4::2"},
          {"-T", "tsprespec", "10.0.1.1", "10.0.1.1", "10.0.1.1", "10.0.1.1", "10.0.1.1", "10.0.4.2"}})
    {
        const auto done = run(with(ours, wrong));
        CHECK(done.exit_code == 2);
        CHECK(done.err.find("\nUsage\n  ping [options] <destination>\n") != std::string::npos);
    }
    CHECK(run(with(ours, {"-R", "-T", "tsprespec", "10.0.1.1", "10.0.4.2"}))
              .err.find("only one of -T or -R may be used") != std::string::npos);
    if (is_missing("ping", "iputils-ping")) return;
    check_same({"-c", "1", "nowhere.example", "10.0.4.2"});
    check_same({"-c", "1", "10.66.0.1", "10.0.4.2"});  // no route to the first hop
}

}  // namespace ping_hops_tests
