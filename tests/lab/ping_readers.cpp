// Programs of others that read what ping prints, in front of ours (tests/lab/network.sh).

#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>

#include <boost/json.hpp>

#include <filesystem>
#include <string>

namespace ping_readers_tests {

using namespace libnet::test;

namespace {

const std::string check_ping = "/usr/lib/nagios/plugins/check_ping";

/// check_ping on a host. It calls /bin/ping, which is ours for this run alone.
Finished check(const Arguments& arguments)
{
    Arguments all{"unshare",
                  "--mount",
                  "sh",
                  "-c",
                  "mount --bind \"$0\" \"$(readlink -f /bin/ping)\" && exec \"$@\"",
                  program("ping++"),
                  check_ping,
                  "-w",
                  "100,20%",
                  "-c",
                  "500,60%"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run(all);
}

/// What jc makes of the output of a program.
boost::json::object read_by_jc(const Arguments& arguments)
{
    Arguments all{"sh", "-c", "\"$@\" 2>/dev/null | jc --ping", "sh"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const auto done = run(all);
    INFO(done.out << done.err);
    return boost::json::parse(done.out).as_object();
}

}  // namespace

TEST_CASE("check_ping reads every kind of our summary", "[lab]")
{
    if (!std::filesystem::exists(check_ping)) {
        WARN("SKIPPED: there is no check_ping (Debian: monitoring-plugins-basic)");
        return;
    }
    struct Row {
        const char* host;
        int exit_code;
        const char* text;
    };
    for (const auto& [host, exit_code, text] : {
             Row{"10.0.4.2", 0, "PING OK - Packet loss = 0%, RTA = "},
             Row{"10.0.5.2", 1, "PING WARNING - Packet loss = 2"},      // 20 or 25 %, as it stops at the fourth answer
             Row{"10.0.9.1", 2, "PING CRITICAL - Packet loss = 100%"},  // swallows everything
             Row{"10.0.7.1", 2, "CRITICAL - "},                         // host unreachable
             Row{"fd00:0:0:4::2", 0, "PING OK - Packet loss = 0%, RTA = "},
         })
    {
        const auto done = check({"-H", host, "-p", "4", "-t", "10"});
        INFO(done.out << done.err);
        CHECK(done.exit_code == exit_code);
        CHECK(done.out.starts_with(text));
    }
}

TEST_CASE("jc reads every kind of our summary as iputils'", "[lab]")
{
    if (is_missing("jc", "jc")) return;
    struct Row {
        const char* host;
        double loss;
        int received;
    };
    for (const auto& [host, loss, received] :
         {Row{"10.0.4.2", 0, 4}, Row{"10.0.5.2", 25, 3}, Row{"10.0.9.1", 100, 0}, Row{"fd00:0:0:4::2", 0, 4}})
    {
        INFO(host);
        const Arguments arguments{"-n", "-c", "4", "-i", "0.05", "-W", "0.5", host};
        Arguments ours{program("ping++")}, theirs{"ping"};
        ours.insert(ours.end(), arguments.begin(), arguments.end());
        theirs.insert(theirs.end(), arguments.begin(), arguments.end());
        const auto read = read_by_jc(ours), expected = read_by_jc(theirs);
        for (const char* key : {"packets_transmitted", "packets_received", "packet_loss_percent", "duplicates"}) {
            INFO(key);
            CHECK(read.at(key) == expected.at(key));
        }
        CHECK(read.at("packet_loss_percent").to_number<double>() == loss);
        CHECK(read.at("packets_received").to_number<int>() == received);
    }
}

TEST_CASE("what is pending at the deadline is lost to who reads the summary, and told behind it", "[lab]")
{
    const auto done = run({program("ping++"), "-n", "-c", "1", "-w", "1", "-W", "5", "10.0.9.1"});
    INFO(done.out << done.err);
    CHECK(done.out.find("\n1 packets transmitted, 0 received, 100% packet loss, time 0ms, 1 pending\n") !=
          std::string::npos);
    CHECK(done.exit_code == 1);
}

}  // namespace ping_readers_tests
