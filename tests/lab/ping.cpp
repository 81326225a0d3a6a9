// ping++ beside iputils' ping, on the same network at the same time (tests/lab/network.sh).

#include <tests/support/catch.hpp>
#include <tests/support/pattern.hpp>
#include <tests/support/process.hpp>

#include <string>

namespace ping_tests {

using namespace libnet::test;

namespace {

/// The numbers of a summary in iputils' shape.
struct Summary {
    int sent = -1;
    int received = -1;
    int errors = 0;
    friend bool operator==(const Summary&, const Summary&) = default;
};

Summary summary_of(const std::string& output)
{
    const auto line = search(output, R"((\d+) packets transmitted, (\d+) received,(?: \+(\d+) errors,)?)");
    if (line.empty()) return {};
    return {std::stoi(line[1]), std::stoi(line[2]), line[3].empty() ? 0 : std::stoi(line[3])};
}

/// Milliseconds of the summary's minimum: a busy machine may delay some packets, but hardly all of them.
double minimum_of(const std::string& output)
{
    const auto line = search(output, R"(rtt min/avg/max/mdev = ([\d.]+)/)");
    return line.empty() ? -1 : std::stod(line[1]);
}

struct Both {
    Finished ours, theirs;
};

Both ping_both(const Arguments& arguments)
{
    Arguments ours{program("ping++")}, theirs{"ping"};
    ours.insert(ours.end(), arguments.begin(), arguments.end());
    theirs.insert(theirs.end(), arguments.begin(), arguments.end());
    return {run(ours), run(theirs)};
}

}  // namespace

TEST_CASE("both see every reply of a healthy host, and times in milliseconds", "[lab]")
{
    const std::string family = GENERATE("-4", "-6");
    const auto [ours, theirs] = ping_both({family, "-c", "10", "-i", "0.05", "-W", "1", "alpha"});
    INFO(ours.out << ours.err << theirs.out);
    CHECK(summary_of(ours.out) == Summary{10, 10});
    CHECK(summary_of(ours.out) == summary_of(theirs.out));
    CHECK(ours.exit_code == 0);
    CHECK(minimum_of(ours.out) > 0);
    CHECK(minimum_of(ours.out) < 20);  // microseconds of a busy machine would be more
}

TEST_CASE("both count what a lossy host drops", "[lab]")
{
    const std::string family = GENERATE("-4", "-6");
    const auto [ours, theirs] = ping_both({family, "-c", "20", "-i", "0.02", "-W", "0.5", "beta"});
    INFO(ours.out << ours.err << theirs.out);
    CHECK(summary_of(ours.out) == Summary{20, 15});
    CHECK(summary_of(ours.out) == summary_of(theirs.out));
    CHECK(ours.out.find("25% packet loss") != std::string::npos);
    CHECK(ours.exit_code == 0);
}

TEST_CASE("both are told why a host can't be reached, and by whom", "[lab]")
{
    const auto [ours, theirs] = ping_both({"-c", "3", "-i", "0.05", "-W", "0.5", "10.0.7.1"});
    INFO(ours.out << ours.err << theirs.out);
    CHECK(summary_of(ours.out) == Summary{3, 0, 3});
    CHECK(summary_of(ours.out) == summary_of(theirs.out));
    for (const auto& out : {ours.out, theirs.out})
        CHECK(out.find("From 10.0.3.2 icmp_seq=1 Destination Host Unreachable") != std::string::npos);
    CHECK(ours.exit_code == 1);
    CHECK(theirs.exit_code == 1);
}

TEST_CASE("a filtered host, of either family, is an error with its reason", "[lab]")
{
    const std::string host = GENERATE("10.0.8.1", "fd00:0:0:8::1");
    const auto [ours, theirs] = ping_both({"-c", "2", "-i", "0.05", "-W", "0.5", host});
    INFO(ours.out << ours.err << theirs.out);
    CHECK(summary_of(ours.out) == Summary{2, 0, 2});
    CHECK(summary_of(ours.out) == summary_of(theirs.out));
    CHECK(ours.exit_code == 1);
}

TEST_CASE("a host that drops everything is total loss", "[lab]")
{
    const std::string host = GENERATE("10.0.9.1", "fd00:0:0:9::1");
    const auto [ours, theirs] = ping_both({"-c", "2", "-i", "0.05", "-W", "0.3", host});
    INFO(ours.out << ours.err << theirs.out);
    CHECK(summary_of(ours.out) == Summary{2, 0});
    CHECK(summary_of(ours.out) == summary_of(theirs.out));
    CHECK(ours.exit_code == 1);
    CHECK(theirs.exit_code == 1);
}

TEST_CASE("a hop limit that is too small is answered by the router where it ends", "[lab]")
{
    const auto [ours, theirs] = ping_both({"-4", "-c", "2", "-i", "0.05", "-W", "0.5", "-t", "3", "alpha"});
    INFO(ours.out << ours.err << theirs.out);
    CHECK(summary_of(ours.out) == summary_of(theirs.out));
    CHECK(ours.out.find("Time to live exceeded") != std::string::npos);
    CHECK(theirs.out.find("Time to live exceeded") != std::string::npos);
}

TEST_CASE("one unreachable host takes nothing from the others that share its socket", "[lab]")
{
    const auto ours =
        run({program("ping++"), "-n", "-c", "20", "-i", "0.01", "-W", "0.5", "10.0.7.1", "10.0.4.2", "10.0.6.2"});
    INFO(ours.out << ours.err);
    CHECK(search_all(ours.out, R"(\n10\.0\.[46]\.2 +10\.0\.[46]\.2 +20 +20 +0% )").size() == 2);
    CHECK(search_all(ours.out, R"(\n10\.0\.7\.1 +10\.0\.7\.1 +20 +0 +100% .* 20 errors\n)").size() == 1);
}

TEST_CASE("without the right to ping, the message says what would give it", "[lab]")
{
    // A fresh network namespace lets no group open datagram sockets, and without capabilities there are no raw ones.
    const auto ours = run({"unshare", "--net", "setpriv", "--bounding-set", "-all", "--inh-caps", "-all",
                           program("ping++"), "-c", "1", "10.0.4.2"});
    INFO(ours.out << ours.err);
    CHECK(ours.exit_code == 2);
    CHECK(ours.err.find("net.ipv4.ping_group_range") != std::string::npos);
    CHECK(ours.err.find("cap_net_raw") != std::string::npos);
}

}  // namespace ping_tests
