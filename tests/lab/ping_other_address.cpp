// Answers from another address than the one that was pinged, beside iputils' ping (tests/lab/network.sh).

#include <tests/support/catch.hpp>
#include <tests/support/pattern.hpp>
#include <tests/support/process.hpp>

#include <iterator>
#include <set>
#include <string>

namespace ping_other_address_tests {

using namespace libnet::test;

namespace {

const Arguments ping{program("ping++"), "-n", "-c", "2", "-i", "0.2", "-W", "1"};

Finished run_with(Arguments arguments, const Arguments& more)
{
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
}

/// Whom the lines about a sequence name as having answered.
std::multiset<std::string> who_answered(const std::string& output, int sequence)
{
    std::multiset<std::string> hosts;
    for (const auto& line : search_all(output, R"(bytes from (\S+): icmp_seq=)" + std::to_string(sequence) + " "))
        hosts.insert(line[1]);
    return hosts;
}

/// From its construction on, the host "web" answers from an address that it wasn't pinged at.
struct AnswersFromElsewhere {
    AnswersFromElsewhere()
    {
        const auto rule = run({"ip", "netns", "exec", "web", "nft",
                               "add table ip elsewhere; "
                               "add chain ip elsewhere out { type filter hook output priority 0; }; "
                               "add rule ip elsewhere out icmp type echo-reply ip saddr set 10.0.6.77"});
        INFO(rule.err);
        REQUIRE(rule.exit_code == 0);
    }
    ~AnswersFromElsewhere() { run({"ip", "netns", "exec", "web", "nft", "delete table ip elsewhere"}); }
};

}  // namespace

TEST_CASE("a host that answers from its other address has answered, and is marked", "[lab]")
{
    const AnswersFromElsewhere rule;
    const auto ours = run_with(ping, {"10.0.6.2"});
    const auto theirs = run({"ping", "-n", "-c", "1", "-W", "1", "10.0.6.2"});
    INFO(ours.out << ours.err << theirs.out);
    CHECK(ours.exit_code == 0);
    CHECK(ours.out.find("64 bytes from 10.0.6.77: icmp_seq=1 ttl=61 time=") != std::string::npos);
    CHECK(ours.out.find("2 packets transmitted, 2 received") != std::string::npos);
    for (const auto& out : {ours.out, theirs.out}) CHECK(out.find(" (DIFFERENT ADDRESS!)\n") != std::string::npos);

    const auto json = run_with(ping, {"--json", "10.0.6.2"});
    INFO(json.out);
    CHECK(json.out.find(R"("from":"10.0.6.77","seq":1)") != std::string::npos);
    CHECK(json.out.find(R"("to":"10.0.6.2")") != std::string::npos);
    CHECK(json.out.find(R"("other_address":2)") != std::string::npos);
}

TEST_CASE("with --strict-source it has not, and its answers are foreign", "[lab]")
{
    const AnswersFromElsewhere rule;
    const auto ours = run_with(ping, {"--json", "--strict-source", "10.0.6.2"});
    INFO(ours.out << ours.err);
    CHECK(ours.exit_code == 1);
    CHECK(ours.out.find(R"("received":0)") != std::string::npos);
    CHECK(ours.out.find(R"("foreign":2)") != std::string::npos);
}

TEST_CASE("each member of a group that answers has a line of its own", "[lab]")
{
    SECTION("IPv6")
    {
        const auto ours = run_with(ping, {"-I", "client-r1", "ff02::1"});
        INFO(ours.out << ours.err);
        CHECK(ours.exit_code == 0);
        const auto members = who_answered(ours.out, 1);
        CHECK(members.size() == 2);  // ourselves and r1
        CHECK(std::set<std::string>(members.begin(), members.end()).size() == 2);
        CHECK(ours.out.find("DIFFERENT") == std::string::npos);
        const auto others = run_with(ping, {"-L", "-I", "client-r1", "ff02::1"});
        INFO(others.out << others.err);
        CHECK(who_answered(others.out, 1).size() == 1);
    }
    SECTION("IPv4")
    {
        const auto answers =
            run({"ip", "netns", "exec", "r1", "sh", "-c", "echo 0 >/proc/sys/net/ipv4/icmp_echo_ignore_broadcasts"});
        REQUIRE(answers.exit_code == 0);
        const auto ours = run_with(ping, {"-L", "-I", "client-r1", "224.0.0.1"});
        INFO(ours.out << ours.err);
        CHECK(ours.exit_code == 0);
        CHECK(who_answered(ours.out, 1) == std::multiset<std::string>{"10.0.1.1"});
    }
}

TEST_CASE("the routers' anycast address of a network answers", "[lab]")
{
    const auto ours = run_with(ping, {"fd00:0:0:2::"});
    INFO(ours.out << ours.err);
    CHECK(ours.exit_code == 0);
    CHECK(who_answered(ours.out, 1) == std::multiset<std::string>{"fd00:0:0:1::1"});
}

}  // namespace ping_other_address_tests
