// Every probe of a sweep ends as what really happened to it: the pinger's counters beside netsim's log.

#include <libnet/icmp_pinger.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/simulated.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <iostream>
#include <map>
#include <sstream>
#include <utility>
#include <vector>

namespace fates_tests {

namespace asio = boost::asio;

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;

namespace {

constexpr auto timeout = 1s;

/// How many probes, and answers beside them, had which fate.
struct Fates {
    std::uint64_t sent = 0, received = 0, late = 0, lost = 0, errors = 0, duplicates = 0, corrupt = 0;
    friend bool operator==(const Fates&, const Fates&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Fates& f)
    {
        return out << f.sent << ' ' << f.received << ' ' << f.late << ' ' << f.lost << ' ' << f.errors << ' '
                   << f.duplicates << ' ' << f.corrupt;
    }
    friend std::istream& operator>>(std::istream& in, Fates& f)
    {
        return in >> f.sent >> f.received >> f.late >> f.lost >> f.errors >> f.duplicates >> f.corrupt;
    }
};

/// What the log says, probe by probe.
Fates truth_of(const Simulated& run, std::string_view hosts)
{
    using Probe = std::pair<std::string, std::int64_t>;
    std::map<Probe, std::vector<const boost::json::object*>> probes;
    for (const auto& packet : run.packets) {
        const std::string to{packet.at("to").as_string()};
        if (to.starts_with(hosts)) probes[{to, packet.at("dport").as_int64()}].push_back(&packet);
    }
    const auto took = [](const boost::json::object& packet) {
        return packet.at("out_ns").as_int64() - packet.at("in_ns").as_int64();
    };
    Fates fates;
    for (auto& [probe, packets] : probes) {
        ++fates.sent;
        std::vector<std::int64_t> answers;
        bool refused = false;
        for (const auto* packet : packets) {
            refused = refused || packet->at("did").as_string() == "refused";
            if (packet->at("did").as_string() != "answered") continue;
            if (packet->contains("corrupt")) ++fates.corrupt;
            else answers.push_back(took(*packet));
        }
        std::sort(answers.begin(), answers.end());
        if (refused) ++fates.errors;
        else if (answers.empty()) ++fates.lost;
        else if (answers.front() > std::chrono::nanoseconds{timeout}.count()) ++fates.late;
        else ++fates.received;
        if (answers.size() > 1) fates.duplicates += answers.size() - 1;
    }
    return fates;
}

}  // namespace

// Run inside of the simulated network, and print what they saw.
void sweep(PingAccess access)
{
    const char* range_wanted = std::getenv("SWEEP");
    const auto range = *wire::parse_address_range(range_wanted ? range_wanted : "10.20.0.0/18");
    const auto spread = std::chrono::seconds{range.size() / 4096 + 1};
    asio::io_context io;
    IcmpPinger pinger{io.get_executor(), {.timeout = timeout, .access = access}};
    const auto sweep = pinger.add(range, {.count = 1, .interval = spread, .quiet = true});
    pinger.add(asio::ip::make_address("10.9.0.1"), {.count = 1, .delay = spread + 8s});  // until then we listen
    const auto wait = [&]() -> asio::awaitable<void> {
        while (const auto event = co_await pinger.next()) {
        }
    };
    asio::co_spawn(io, wait(), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    });
    io.run();
    const auto n = pinger.statistics(sweep);
    // The kernel drops what is damaged before a datagram socket could count it, and counts it itself.
    const auto corrupt = access == PingAccess::raw ? n.corrupt : pinger.checksum_errors();
    std::cout << "fates: " << Fates{n.sent, n.received, n.late, n.lost, n.errors, n.duplicates, corrupt} << std::endl;
}
TEST_CASE("a sweep that waits for what is late, from a raw socket", "[.raw]") { sweep(PingAccess::raw); }
TEST_CASE("a sweep that waits for what is late, from a datagram socket", "[.datagram]") { sweep(PingAccess::datagram); }

namespace {

/// What a sweep of these hosts saw, and what netsim says.
std::pair<Fates, Fates> sweep_and_look(const std::string& hosts, const Arguments& tool)
{
    Arguments command{"env", "SWEEP=" + hosts};
    command.insert(command.end(), tool.begin(), tool.end());
    const auto run = simulate(scenario("impaired"), command);
    INFO(run.tool.out << run.tool.err);
    const auto at = run.tool.out.find("fates: ");
    REQUIRE(at != std::string::npos);
    std::istringstream told{run.tool.out.substr(at + 7)};
    Fates ours;
    told >> ours;
    return {ours, truth_of(run, "10.2")};
}

/// Root with a raw socket, and the user nobody with a datagram socket.
std::vector<Arguments> sweepers()
{
    const auto self = std::filesystem::read_symlink("/proc/self/exe").string();
    const auto as_nobody =
        "echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range && exec setpriv --reuid 65534 "
        "--regid 65534 --clear-groups --inh-caps=-all \"$0\" [.datagram]";
    return {{self, "[.raw]"}, {"sh", "-c", as_nobody, self}};
}

}  // namespace

TEST_CASE("each counter of a sweep equals the log's: lost, doubled, late, damaged and unreachable")
{
    for (const auto& sweeper : sweepers()) {
        const auto [ours, truth] = sweep_and_look("10.20.0.0/18", sweeper);
        CHECK(ours == truth);
        CHECK(truth.sent == 16'382);
        for (const auto count : {truth.lost, truth.late, truth.errors, truth.duplicates, truth.corrupt})
            CHECK(count > 200);
    }
}

// tests/bench/ping.sh runs it.
TEST_CASE("each counter of 131,070 probes equals the log's", "[.many]")
{
    for (const auto& sweeper : sweepers()) {
        const auto [ours, truth] = sweep_and_look("10.20.0.0-10.21.255.253", sweeper);
        std::cout << "sent received late lost errors duplicates corrupt\n"
                  << ours << " told\n"
                  << truth << " in the log" << std::endl;
        CHECK(ours == truth);
    }
}

TEST_CASE("an attacker who knows the identifier makes no silent host alive")
{
    const auto run =
        simulate(scenario("attacker"), {program("ping++"), "-q", "-c", "1", "--rate", "5000", "10.66.0.0/19"});
    INFO(run.tool.out << run.tool.err);
    CHECK(run.tool.out.find("8190 packets transmitted, 0 received") != std::string::npos);
    CHECK(run.tool.exit_code == 1);
    CHECK(run.count("forged", "right identifier") > 1000);
}

}  // namespace fates_tests
