// Many destinations at once: every hop that answers is found, at a bounded rate, with and without what is known already.

#include <tests/support/catch.hpp>
#include <tests/support/traced.hpp>

#include <fstream>

namespace trace_many_tests {

using namespace libnet::test;

TEST_CASE("what runs inside of the tree", "[.tracemany]") { print_traces(); }

namespace {

constexpr int chains = 20, shared_hops = 5;

/// A tree: five routers that all paths share, then chains of 3 to 22 more hops, each with 65,536 hosts at its end. One router
/// in ten says nothing.
std::string tree()
{
    std::ostringstream out, paths, nodes;
    int router = 0;
    const auto silent = [&](const std::string& name) {
        if (++router % 10 == 7) nodes << "  " << name << ": {icmp: {silent: true}}\n";
    };
    std::string trunk;
    for (int i = 0; i < shared_hops; ++i) {
        trunk += "t" + std::to_string(i) + ", ";
        silent("t" + std::to_string(i));
    }
    for (int chain = 0; chain < chains; ++chain) {
        paths << (chain == 0 ? "[[" : ", [") << trunk;
        for (int hop = 0; hop < 2 + chain; ++hop) {
            const auto name = "c" + std::to_string(chain) + "h" + std::to_string(hop);
            paths << name << ", ";
            silent(name);
        }
        paths << "end" << chain << "]";
        nodes << "  end" << chain << ": {address: 10.250." << chain << ".1, prefix: 10." << 32 + chain << ".0.0/16}\n";
    }
    out << "path: " << paths.str() << "]\nlink: {delay: 3ms}\nnodes:\n" << nodes.str();
    return out.str();
}

/// In a file: there are too many for an argument.
std::string targets(const TemporaryDirectory& directory, int count)
{
    std::ostringstream out;
    for (int i = 0; i < count; ++i)
        out << "10." << 32 + i % chains << '.' << i / chains / 250 << '.' << 1 + i / chains % 250 << ' ';
    return "@" + directory.write("targets", out.str()).string();
}

/// Every destination is reached at its distance, and each answering router is there.
void check(const Traced& traced, int count)
{
    INFO(traced.run.tool.err);
    REQUIRE(traced.run.tool.exit_code == 0);
    REQUIRE(traced.done.size() == static_cast<std::size_t>(count));
    std::size_t wrong = 0;
    for (const auto& done : traced.done) {
        const int chain = std::stoi(done.at("address").substr(3)) - 32;
        const auto distance = shared_hops + 2 + chain + 1;
        if (done.at("reason") != "reached" || done.at("hops") != std::to_string(distance)) ++wrong;
    }
    CHECK(wrong == 0);
    WARN(count << " destinations: " << traced.counters.at("took_ms") << " ms, " << traced.counters.at("sent")
               << " probes");
}

}  // namespace

TEST_CASE("many destinations are traced together, and shared hops are probed once on request")
{
    constexpr int count = 400;
    const WrittenScenario scenario{tree()};
    const TemporaryDirectory directory;
    const std::string common = "probes=1 method=icmp rate=4000 access=raw";
    const auto all = trace_in(scenario.path(), common, targets(directory, count), "[.tracemany]");
    check(all, count);
    const auto shared = trace_in(scenario.path(), common + " share_hops=1", targets(directory, count), "[.tracemany]");
    check(shared, count);
    CHECK(std::stod(shared.counters.at("sent")) <= 0.6 * std::stod(all.counters.at("sent")));
    // The same address at each distance of each path, whether it was probed or known.
    const auto seen = [](const Traced& traced) {
        std::map<std::pair<std::string, std::string>, std::string> by_hop;
        for (const auto& hop : traced.hops) by_hop[{hop.at("target"), hop.at("ttl")}] = hop.at("from");
        return by_hop;
    };
    CHECK(seen(all) == seen(shared));
}

// By hand, from an optimised build.
TEST_CASE("ten thousand destinations at 25,000 packets a second", "[.tenthousand]")
{
    constexpr int count = 10'000;
    const WrittenScenario scenario{tree()};
    const TemporaryDirectory directory;
    for (const std::string share : {"", " share_hops=1"})
        check(trace_in(scenario.path(), "probes=1 method=icmp rate=25000 access=raw" + share, targets(directory, count),
                       "[.tracemany]"),
              count);
}

}  // namespace trace_many_tests
