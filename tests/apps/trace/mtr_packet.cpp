// trace++ --as mtr-packet: its protocol, and the real mtr on top of it.

#include <apps/trace/mtr_command.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/temporary_directory.hpp>

#include <string>

namespace mtr_packet_tests {

using namespace libnet;
using namespace libnet::apps;

namespace {

std::string refusal_of(const std::string& line)
try {
    read_mtr_probe(*read_mtr_command(line));
    return {};
} catch (const MtrRefusal& refusal) {
    return refusal.what();
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("a request of mtr is a token, a name and arguments in pairs", "[apps][trace]")
{
    CHECK_FALSE(read_mtr_command(""));
    CHECK_FALSE(read_mtr_command("7"));
    CHECK_FALSE(read_mtr_command("x send-probe"));
    CHECK_FALSE(read_mtr_command("-1 send-probe"));
    CHECK_FALSE(read_mtr_command("1 send-probe ttl"));
    std::string many = "1 send-probe";
    for (int i = 0; i < 17; ++i) many += " ttl 1";
    CHECK_FALSE(read_mtr_command(many));
    const auto command = read_mtr_command("42 send-probe ip-4 10.0.0.1 ttl 3\n");
    REQUIRE(command);
    CHECK(command->token == 42);
    CHECK(command->name == "send-probe");
}

TEST_CASE("a probe of mtr becomes the options of a trace of one hop", "[apps][trace]")
{
    const auto probe = read_mtr_probe(*read_mtr_command(
        "1 send-probe ip-6 ::1 ttl 9 protocol udp port 99 local-port 1000 timeout 3 tos 16 size 100 bit-pattern 5"));
    CHECK(probe.target.to_string() == "::1");
    CHECK(int{probe.options.first_ttl} == 9);
    CHECK(int{probe.options.max_ttl} == 9);
    CHECK(probe.options.method == TraceProbe::udp_constant);
    CHECK(probe.options.port == 99);
    CHECK(probe.options.source_port == 1000);
    CHECK(probe.options.timeout == std::chrono::seconds{3});
    CHECK(probe.options.payload_size == 52);
    CHECK(refusal_of("1 send-probe ttl 1") == "invalid-argument reason ip-version-not-supported");
    for (const auto* bad : {"ip-4 x", "ip-4 ::1", "ip-6 10.0.0.1", "ip-4 10.0.0.1 ttl 0", "ip-4 10.0.0.1 ttl 256",
                            "ip-4 10.0.0.1 port 0", "ip-4 10.0.0.1 timeout 0", "ip-4 10.0.0.1 colour blue",
                            "ip-4 10.0.0.1 bit-pattern 256", "ip-4 10.0.0.1 local-device a-name-that-is-too-long"})
        CHECK(refusal_of(std::string{"1 send-probe "} + bad) == "invalid-argument");
    CHECK(refusal_of("1 send-probe ip-4 10.0.0.1 protocol sctp") == "invalid-argument reason protocol-not-supported");
}

TEST_CASE("an answer becomes a reply, with its labels", "[apps][trace]")
{
    TracePath path;
    CHECK(mtr_reply(path) == "no-reply");
    TraceHop hop;
    hop.from = boost::asio::ip::make_address("10.0.0.1");
    hop.rtt = std::chrono::microseconds{1234};
    hop.extensions.mpls = {{16, 1, false, 2}, {17, 0, true, 1}};
    path.hops = {{3, {hop}}};
    CHECK(mtr_reply(path) == "ttl-expired ip-4 10.0.0.1 round-trip-time 1234 mpls 16,1,0,2,17,0,1,1");
    hop.kind = TraceAnswer::reached;
    hop.extensions = {};
    path.hops = {{3, {hop}}};
    CHECK(mtr_reply(path) == "reply ip-4 10.0.0.1 round-trip-time 1234");
    path.error = boost::asio::error::network_unreachable;
    CHECK(mtr_reply(path) == "no-route");
}

TEST_CASE("trace++ answers as mtr-packet does", "[apps][trace]")
{
    const auto done = test::run({"/bin/sh", "-c",
                                 "printf '1 check-support feature ip-4\\n2 check-support feature sctp\\n3 foo\\n"
                                 "4 send-probe ip-4 127.0.0.1 protocol udp port 40000 ttl 1\\n5 send-probe\\n' | " +
                                     test::program("trace++") + " --as mtr-packet"});
    INFO(done.out << done.err);
    CHECK(done.exit_code == 0);
    CHECK(contains(done.out, "1 feature-support support ok\n"));
    CHECK(contains(done.out, "2 feature-support support no\n"));
    CHECK(contains(done.out, "3 unknown-command\n"));
    CHECK(contains(done.out, "4 reply ip-4 127.0.0.1 round-trip-time "));
    CHECK(contains(done.out, "5 invalid-argument reason ip-version-not-supported\n"));
}

TEST_CASE("the real mtr runs on trace++", "[apps][trace]")
{
    const test::TemporaryDirectory directory;
    const auto link = directory.path() / "mtr-packet";
    std::filesystem::create_symlink(test::program("trace++"), link);
    for (const std::string method : {"--udp", ""}) {
        const auto command = "MTR_PACKET=" + link.string() + " mtr --report -c 2 -i 0.2 -n " + method + " 127.0.0.1";
        const auto mtr = test::run({"/bin/sh", "-c", command});
        if (mtr.exit_code == 127) {
            WARN("SKIPPED: mtr is not installed");
            return;
        }
        INFO(mtr.out << mtr.err);
        CHECK(mtr.exit_code == 0);
        CHECK(contains(mtr.out, "1.|-- 127.0.0.1"));
        CHECK(contains(mtr.out, "0.0%     2"));
    }
}

}  // namespace mtr_packet_tests
