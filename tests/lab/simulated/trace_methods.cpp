// The less usual methods of traceroute: UDP-Lite, DCCP, raw packets, and TCP with other flags, beside Debian's traceroute.

#include <tests/support/catch.hpp>
#include <tests/support/simulated.hpp>

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

namespace trace_methods_tests {

using namespace libnet::test;

namespace {

struct Hop {
    std::string address;
    std::string annotation;  ///< "!P" and the like
    friend bool operator==(const Hop&, const Hop&) = default;
};

std::ostream& operator<<(std::ostream& out, const Hop& hop) { return out << hop.address << ' ' << hop.annotation; }

/// The hops of `-n -q 1`, as both programs print them: " 2  10.255.2.1  4.123 ms !P".
std::vector<Hop> hops_of(const std::string& out)
{
    std::vector<Hop> hops;
    std::istringstream lines{out};
    std::string line;
    std::getline(lines, line);  // "... to HOST"
    while (std::getline(lines, line)) {
        std::istringstream words{line};
        std::string number;
        Hop hop;
        words >> number >> hop.address;
        for (std::string word; words >> word;)
            if (word.starts_with('!')) hop.annotation = word;
        hops.push_back(hop);
    }
    return hops;
}

Simulated trace_with(const std::string& tool, Arguments flags, const std::string& host = "10.9.0.1")
{
    flags.insert(flags.begin(), {tool, "-n", "-q", "1", "-w", "1"});
    flags.push_back(host);
    return simulate(scenario("methods"), flags);
}

std::size_t sent_of_protocol(const Simulated& run, std::int64_t protocol)
{
    return run.count_if([&](const auto& packet) { return packet.at("protocol").as_int64() == protocol; });
}

}  // namespace

TEST_CASE("each method finds the hops that traceroute finds with the same flags")
{
    const std::vector<std::pair<Arguments, std::int64_t>> cases{
        {{"-UL"}, 136},
        {{"-M", "udplite", "-O", "coverage=8"}, 136},
        {{"-D"}, 33},
        {{"-D", "-O", "service=42", "-p", "5001"}, 33},
        {{"-P", "253"}, 253},
        {{"-M", "raw", "-O", "protocol=200"}, 200},
        {{"-P", "gre"}, 47},
        {{"-T", "-O", "ack"}, 6},
        {{"-T", "-O", "fin,psh,urg", "-p", "81"}, 6},
        {{"-T", "-O", "ecn"}, 6},
        {{"-T", "-O", "syn,mss=1000,sack,timestamps,window_scaling"}, 6},
        {{"-T", "-O", "flags=0x12", "-p", "81"}, 6},
        {{"-T", "-O", "sysctl"}, 6},
    };
    for (const auto& [flags, protocol] : cases) {
        std::string text;
        for (const auto& flag : flags) text += flag + ' ';
        const auto theirs = trace_with("traceroute", flags);
        const auto ours = trace_with(program("trace++"), flags);
        INFO(text << "\n" << ours.tool.out << ours.tool.err << "traceroute:\n" << theirs.tool.out << theirs.tool.err);
        CHECK(ours.tool.exit_code == 0);
        const auto hops = hops_of(ours.tool.out);
        REQUIRE(hops.size() == 4);
        for (std::size_t i = 0; i < 3; ++i) CHECK(hops[i] == Hop{"10.255." + std::to_string(i + 1) + ".1", ""});
        CHECK(hops[3] == Hop{"10.9.0.1", protocol == 6 ? "" : "!P"});
        CHECK(sent_of_protocol(ours, protocol) >= 4);
        // It can't do all of them on every kernel: without DCCP there, for one.
        if (theirs.tool.exit_code == 0) CHECK(hops == hops_of(theirs.tool.out));
        else WARN("traceroute " << text << "fails here: " << theirs.tool.err);
    }
}

TEST_CASE("the same methods over IPv6, and under traceroute's name")
{
    for (const Arguments& flags : {Arguments{"-UL"}, {"-D"}, {"-P", "253"}, {"-T", "-O", "ack"}}) {
        const auto ours = trace_with(program("trace++"), flags, "fd09::1");
        INFO(flags.front() << "\n" << ours.tool.out << ours.tool.err);
        CHECK(ours.tool.exit_code == 0);
        const auto hops = hops_of(ours.tool.out);
        REQUIRE(hops.size() == 4);
        CHECK(hops[1].address == "fd00:255:2::1");
        CHECK(hops[3].address == "fd09::1");
        auto named = flags;
        named.insert(named.begin(), "--as=traceroute");
        const auto as = trace_with(program("trace++"), named);
        INFO(as.tool.out << as.tool.err);
        CHECK(as.tool.exit_code == 0);
        CHECK(as.tool.out.starts_with("traceroute to 10.9.0.1 ("));
        CHECK(hops_of(as.tool.out).size() == 4);
    }
}

TEST_CASE("-O info shows the flags of the answer as traceroute does")
{
    const std::vector<std::pair<Arguments, std::string>> cases{
        {{"-T", "-O", "info"}, "<syn,ack"},
        {{"-T", "-O", "info", "-p", "81"}, "<rst,ack>"},
        {{"-T", "-O", "info,ack"}, "<rst>"},
    };
    for (const auto& [flags, shown] : cases) {
        auto named = flags;
        named.insert(named.begin(), "--as=traceroute");
        const auto as = trace_with(program("trace++"), named);
        CHECK(as.tool.out.find(" 4  10.9.0.1 " + shown) != std::string::npos);
        const auto theirs = trace_with("traceroute", flags);
        const auto ours = trace_with(program("trace++"), flags);
        INFO(ours.tool.out << ours.tool.err << "traceroute:\n" << theirs.tool.out << theirs.tool.err);
        CHECK(ours.tool.out.find(" 4  10.9.0.1 " + shown) != std::string::npos);
        CHECK(theirs.tool.out.find(" 4  10.9.0.1 " + shown) != std::string::npos);
    }
}

TEST_CASE("a host that resets a connection at once is reached, without any privilege, too")
{
    // Without delays the reset comes before a program can see the connection.
    const auto command = "exec setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \"$0\" \"$@\"";
    const auto run = simulate(scenario("plain"),
                              {"sh", "-c", command, program("trace++"), "-n", "-q", "1", "-w", "1", "-T", "10.9.0.1"});
    INFO(run.tool.out << run.tool.err);
    CHECK(run.tool.exit_code == 0);
    const auto hops = hops_of(run.tool.out);
    REQUIRE(hops.size() == 5);
    CHECK(hops[4].address == "10.9.0.1");
}

}  // namespace trace_methods_tests
