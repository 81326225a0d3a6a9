// Hosts of the local link that are gone: the kernel keeps the packets to each of them for three seconds, in our send
// buffer, until it gives up asking for its link-layer address. They must not hold up the probes to others.

#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/temporary_directory.hpp>

#include <fstream>
#include <string>

namespace ping_dead_hosts_tests {

using namespace libnet::test;

namespace {

/// Pings alpha and so many hosts of the client's own network that don't exist, five times each within 0.4 s. No probe is
/// lost before the kernel has said what became of its host.
std::string ping_beside_dead_hosts(int dead, const Arguments& options)
{
    const TemporaryDirectory directory;
    const auto list = directory.path() / "hosts";
    std::ofstream file{list};
    for (int host = 0; host < dead; ++host) file << "10.0.1." << 3 + host << '\n';
    file << "10.0.4.2\n";
    file.close();
    Arguments arguments{program("ping++"), "--json", "-c", "5", "-i", "0.1", "-W", "30", "--targets", list.string()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const auto finished = run(arguments);
    CHECK(finished.err.empty());
    return finished.out;
}

/// Where the last answer of alpha is told; npos: not all five came.
std::size_t last_answer(const std::string& events)
{
    std::size_t at = 0;
    for (int answers = 0; answers < 5; ++answers) {
        at = events.find("\"event\":\"reply\",\"target\":\"10.0.4.2\"", at + 1);
        if (at == std::string::npos) return at;
    }
    return at;
}

}  // namespace

TEST_CASE("probes to hosts that answer don't wait for those of the local link that are gone", "[lab]")
{
    const auto events = ping_beside_dead_hosts(200, {});
    INFO(events.substr(0, 4000));
    CHECK(last_answer(events) < events.find("\"event\":\"error\""));
}

TEST_CASE("a full send buffer delays no other host", "[lab]")
{
    const auto events = ping_beside_dead_hosts(60, {"-S", "15000"});
    INFO(events.substr(0, 4000));
    CHECK(last_answer(events) < events.find("\"event\":\"error\""));
}

}  // namespace ping_dead_hosts_tests
