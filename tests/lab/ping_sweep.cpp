// Ranges of which some hosts are there, and some aren't (tests/lab/network.sh): r3 is 10.0.4.1, alpha 10.0.4.2, and
// there are no hosts 10.0.4.3 and 10.0.4.4.

#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <string>
#include <vector>

namespace ping_sweep_tests {

using namespace libnet::test;

namespace {

Finished ping(Arguments arguments)
{
    arguments.insert(arguments.begin(), program("ping++"));
    return run(arguments);
}

/// The lines, in order of their texts.
std::vector<std::string> sorted_lines(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    std::ranges::sort(lines);
    return lines;
}

boost::json::object last_line(const std::string& text)
{
    const auto begin = text.rfind('\n', text.size() - 2);
    return boost::json::parse(text.substr(begin == text.npos ? 0 : begin + 1)).as_object();
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("hosts are counted, not ranges, and one that is silent fails the run", "[lab]")
{
    const auto half = ping({"-q", "-c", "1", "-W", "1.5", "10.0.4.1-4"});
    INFO(half.out << half.err);
    CHECK(half.exit_code == 1);
    CHECK(contains(half.out, "4 packets transmitted, 2 received"));
    CHECK(contains(half.out, "\n4 hosts, 2 alive\n"));

    const auto all = ping({"-q", "-c", "1", "10.0.4.1-2"});
    CHECK(all.exit_code == 0);

    const auto several = ping({"-q", "-c", "1", "-W", "1.5", "10.0.4.1-4", "10.0.5.1-2"});
    CHECK(contains(several.out, "--- 6 hosts, 4 alive ---"));
    CHECK(contains(several.out, "2 of 4 alive"));
    CHECK(several.exit_code == 1);

    const auto json = ping({"-q", "--json", "-c", "1", "-W", "1.5", "10.0.4.1-4"});
    const auto total = last_line(json.out);
    CHECK(total.at("targets") == 4);
    CHECK(total.at("alive") == 2);
    CHECK(contains(json.out, "\"hosts\":4,\"alive\":2"));
}

TEST_CASE("who is alive and who isn't is listed on request, and nothing else", "[lab]")
{
    using Lines = std::vector<std::string>;
    const Arguments usual{"-c", "2", "-i", "0.1", "-W", "1.5", "10.0.4.1-4", "alpha"};
    const auto with = [&](Arguments options) {
        options.insert(options.end(), usual.begin(), usual.end());
        return ping(options);
    };
    const auto alive = with({"--alive"});
    INFO(alive.out << alive.err);
    CHECK(sorted_lines(alive.out) == Lines{"10.0.4.1", "10.0.4.2", "alpha"});
    CHECK(alive.exit_code == 1);
    CHECK(sorted_lines(with({"--unreachable"}).out) == Lines{"10.0.4.3", "10.0.4.4"});
    CHECK(sorted_lines(with({"--alive", "--unreachable"}).out) == Lines{"10.0.4.1 is alive", "10.0.4.2 is alive",
                                                                        "10.0.4.3 is unreachable",
                                                                        "10.0.4.4 is unreachable", "alpha is alive"});
    const auto json = with({"--json", "--unreachable"});
    CHECK(contains(json.out, R"({"event":"host","target":"10.0.4.1-4","address":"10.0.4.3","alive":false})"));
    CHECK(last_line(json.out).at("event") == "total");
}

TEST_CASE("hosts that were not asked often enough when time is up are unreachable, too", "[lab]")
{
    const auto done = ping({"--unreachable", "-w", "0.5", "10.0.9.1-3"});  // swallows everything
    CHECK(sorted_lines(done.out) == std::vector<std::string>{"10.0.9.1", "10.0.9.2", "10.0.9.3"});
    CHECK(done.exit_code == 1);
}

TEST_CASE("with a range -w ends the run, and changes nothing else", "[lab]")
{
    const auto sweep = ping({"-q", "-c", "1", "-w", "30", "--rate", "max", "10.0.4.1-2"});
    CHECK(contains(sweep.out, "2 packets transmitted, 2 received"));
    CHECK(sweep.exit_code == 0);
    const auto errors = ping({"-q", "-c", "2", "-i", "0.1", "-w", "30", "10.0.8.1-3"});  // prohibited
    CHECK(contains(errors.out, "6 packets transmitted, 0 received, +6 errors"));
    const auto ended = ping({"-q", "-c", "1000", "-i", "0.1", "-w", "0.5", "10.0.4.1-2"});
    CHECK(ended.exit_code == 0);
    CHECK_FALSE(contains(ended.out, "2000 packets transmitted"));
}

TEST_CASE("no name server is asked for the names of a range's hosts", "[lab]")
{
    const auto range = ping({"-c", "1", "10.0.4.1-2"});
    CHECK(contains(range.out, "64 bytes from 10.0.4.2: icmp_seq="));
    const auto wanted = ping({"-H", "-c", "2", "-i", "0.3", "10.0.4.1-2"});
    CHECK(contains(wanted.out, "64 bytes from alpha (10.0.4.2): icmp_seq="));
    const auto mixed = ping({"-4", "-c", "2", "-i", "0.3", "alpha", "10.0.4.2-2"});
    CHECK(contains(mixed.out, "64 bytes from alpha (10.0.4.2): icmp_seq="));
    CHECK(contains(mixed.out, "10.0.4.2-2: 64 bytes from 10.0.4.2: icmp_seq="));
}

}  // namespace ping_sweep_tests
