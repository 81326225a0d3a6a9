#include <libnet/engine/trace/trace_verdict.hpp>
#include <tests/support/catch.hpp>

#include <vector>

namespace trace_verdict_tests {

using namespace libnet;
using namespace libnet::engine;
using libnet::wire::IpVersion;

namespace {

constexpr auto v4 = IpVersion::v4, v6 = IpVersion::v6;
constexpr auto time_exceeded = TraceAnswer::time_exceeded, reached = TraceAnswer::reached,
               unreachable = TraceAnswer::unreachable;

struct Case {
    IcmpNotice notice;
    Verdict expected;
};

}  // namespace

TEST_CASE("a router in which the TTL ends is a hop", "[engine][trace]")
{
    const auto method = GENERATE(libnet::TraceProbe::udp, libnet::TraceProbe::udp_constant, libnet::TraceProbe::icmp);
    CHECK(judge(method, {v4, 11, 0}) == Verdict{time_exceeded});
    CHECK(judge(method, {v6, 3, 0}) == Verdict{time_exceeded});
}

TEST_CASE("time exceeded from the destination's own address is a hop too: it is on the way to somewhere",
          "[engine][trace]")
{
    CHECK(judge(libnet::TraceProbe::udp, {v4, 11, 0, 0, true}) == Verdict{time_exceeded});
}

TEST_CASE("a closed port says that a UDP probe arrived, whoever says so", "[engine][trace]")
{
    const auto method = GENERATE(libnet::TraceProbe::udp, libnet::TraceProbe::udp_constant);
    const auto from_target = GENERATE(false, true);
    CHECK(judge(method, {v4, 3, 3, 0, from_target}) == Verdict{reached});
    CHECK(judge(method, {v6, 1, 4, 0, from_target}) == Verdict{reached});
}

TEST_CASE("an unknown protocol is the destination's word only where the destination says so", "[engine][trace]")
{
    const auto method = GENERATE(libnet::TraceProbe::udp, libnet::TraceProbe::udp_constant, libnet::TraceProbe::icmp,
                                 libnet::TraceProbe::tcp);
    CHECK(judge(method, {v4, 3, 2, 0, true}) == Verdict{reached, "!P"});
    CHECK(judge(method, {v4, 3, 2, 0, false}) == Verdict{unreachable, "!P"});
}

TEST_CASE("a router that refuses a TCP probe with a closed port filters", "[engine][trace]")
{
    CHECK(judge(libnet::TraceProbe::tcp, {v4, 3, 3, 0, false}) == Verdict{unreachable, "!<3>"});
    CHECK(judge(libnet::TraceProbe::tcp, {v4, 3, 3, 0, true}) == Verdict{reached});
}

TEST_CASE("a closed port is no answer to an echo request: only the destination's own word counts", "[engine][trace]")
{
    CHECK(judge(libnet::TraceProbe::icmp, {v4, 3, 3, 0, false}) == Verdict{unreachable, "!<3>"});
    CHECK(judge(libnet::TraceProbe::icmp, {v4, 3, 3, 0, true}) == Verdict{reached});
    CHECK(judge(libnet::TraceProbe::icmp, {v6, 1, 4, 0, false}) == Verdict{unreachable, "!<4>"});
}

TEST_CASE("a destination that filters is reached, a router that filters is not the destination", "[engine][trace]")
{
    CHECK(judge(libnet::TraceProbe::udp, {v4, 3, 10, 0, true}) == Verdict{reached, "!X"});
    CHECK(judge(libnet::TraceProbe::udp, {v4, 3, 10, 0, false}) == Verdict{unreachable, "!X"});
    // An unknown protocol, in both versions' words.
    CHECK(judge(libnet::TraceProbe::raw, {v4, 3, 2, 0, true}) == Verdict{reached, "!P"});
    CHECK(judge(libnet::TraceProbe::dccp, {v6, 4, 1, 0, true}) == Verdict{reached, "!P"});
    CHECK(judge(libnet::TraceProbe::udp_lite, {v6, 4, 1, 0, false}) == Verdict{unreachable, "!P"});
    CHECK(judge(libnet::TraceProbe::icmp, {v6, 1, 1, 0, true}) == Verdict{reached, "!X"});
}

TEST_CASE("host unreachable from the destination's address is a gateway speaking: the host behind it is down",
          "[engine][trace]")
{
    CHECK(judge(libnet::TraceProbe::udp, {v4, 3, 1, 0, true}) == Verdict{unreachable, "!H"});
}

TEST_CASE("every other error ends the path and is annotated as traceroute does", "[engine][trace]")
{
    const std::vector<Case> cases{
        {{v4, 3, 0}, {unreachable, "!N"}},       {{v4, 3, 6}, {unreachable, "!N"}},
        {{v4, 3, 8}, {unreachable, "!N"}},       {{v4, 3, 11}, {unreachable, "!N"}},
        {{v4, 3, 1}, {unreachable, "!H"}},       {{v4, 3, 7}, {unreachable, "!H"}},
        {{v4, 3, 12}, {unreachable, "!H"}},      {{v4, 3, 4, 1400}, {unreachable, "!F-1400"}},
        {{v4, 3, 5}, {unreachable, "!S"}},       {{v4, 3, 9}, {unreachable, "!X"}},
        {{v4, 3, 10}, {unreachable, "!X"}},      {{v4, 3, 13}, {unreachable, "!X"}},
        {{v4, 3, 14}, {unreachable, "!V"}},      {{v4, 3, 15}, {unreachable, "!C"}},
        {{v4, 3, 16}, {unreachable, "!<16>"}},   {{v4, 3, 255}, {unreachable, "!<255>"}},
        {{v4, 11, 1}, {unreachable, "!<11-1>"}}, {{v4, 12, 0}, {unreachable, "!<12-0>"}},
        {{v6, 1, 0}, {unreachable, "!N"}},       {{v6, 1, 1}, {unreachable, "!X"}},
        {{v6, 1, 2}, {unreachable, "!H"}},       {{v6, 1, 3}, {unreachable, "!H"}},
        {{v6, 1, 5}, {unreachable, "!<5>"}},     {{v6, 2, 0, 1280}, {unreachable, "!F-1280"}},
        {{v6, 3, 1}, {unreachable, "!<3-1>"}},   {{v6, 4, 0}, {unreachable, "!<4-0>"}},
    };
    for (const auto& [notice, expected] : cases) {
        INFO("version " << notice.version << " type " << int{notice.type} << " code " << int{notice.code});
        CHECK(judge(libnet::TraceProbe::udp, notice) == expected);
    }
}

TEST_CASE("messages that say nothing about the path are no answers", "[engine][trace]")
{
    CHECK(judge(libnet::TraceProbe::udp, {v4, 4, 0}) == std::nullopt);   // source quench
    CHECK(judge(libnet::TraceProbe::udp, {v4, 5, 1}) == std::nullopt);   // redirect
    CHECK(judge(libnet::TraceProbe::icmp, {v4, 0, 0}) == std::nullopt);  // an echo reply is no error
    CHECK(judge(libnet::TraceProbe::icmp, {v6, 129, 0}) == std::nullopt);
    CHECK(judge(libnet::TraceProbe::icmp, {v6, 100, 0}) == std::nullopt);
}

}  // namespace trace_verdict_tests
