// An interface that goes away while a path is traced (tests/lab/network.sh).

#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>

#include <algorithm>
#include <string>

namespace trace_interface_tests {

using namespace libnet::test;

namespace {

/// Traces with the flags ($@, behind the program) to a host behind the interface "gone", which takes all packets and answers
/// none. The interface is deleted when the first line with $FIRST in it is there.
constexpr auto script = R"(
set -o pipefail
ip link add gone type veth peer name gone-end && ip link set gone up && ip link set gone-end up &&
    ip address add 10.60.0.1/24 dev gone && ip neigh add 10.60.0.2 lladdr 02:00:00:00:00:02 dev gone || exit 99
"$0" "$@" 10.60.0.2 | while read -r line; do
    echo "$line"
    case $line in *"$FIRST"*) ip link delete gone 2>/dev/null || true ;; esac
done
code=$?
ip link delete gone 2>/dev/null
exit $code)";

Finished trace_through(const Arguments& flags, const std::string& first)
{
    Arguments command{"bash", "-c", script, program("trace++"), "-n", "-q", "1"};
    command.insert(command.end(), flags.begin(), flags.end());
    return run(command, {"FIRST=" + first});
}

}  // namespace

TEST_CASE("a trace whose interface goes away ends with words, and tells what it has seen", "[lab]")
{
    const std::string method = GENERATE("-I", "-U", "-T", "--udp");
    const std::string access = GENERATE("", "--unprivileged");
    const std::string through = GENERATE("", "gone");
    Arguments flags{"--json", "-N", "1", "-w", "0.5", "--max-gap", "0"};
    if (method != "--udp") flags.push_back(method);
    if (!access.empty()) flags.push_back(access);
    if (!through.empty()) flags.insert(flags.end(), {"-i", through});
    const auto ours = trace_through(flags, R"("event":"hop")");
    INFO(method << ' ' << access << ' ' << through << '\n' << ours.out << ours.err);
    CHECK(ours.exit_code == 2);
    CHECK(ours.err.starts_with("trace++: 10.60.0.2: "));
    CHECK(std::count(ours.err.begin(), ours.err.end(), '\n') == 1);
    const bool known =
        ours.err.find("Network is unreachable") != ours.err.npos || ours.err.find("No such device") != ours.err.npos;
    CHECK(known);
    CHECK(ours.out.find(R"("stop_reason":"send_failed")") != ours.out.npos);
}

TEST_CASE("rounds whose interface goes away end with words, and those before are reported", "[lab]")
{
    const std::string access = GENERATE("", "--unprivileged");
    Arguments flags{"--json", "-w", "0.5", "-m", "2", "--report", "20", "--interval", "0.2"};
    if (!access.empty()) flags.push_back(access);
    const auto ours = trace_through(flags, R"("event":"round")");
    INFO(ours.out << ours.err);
    CHECK(ours.exit_code == 2);
    CHECK(ours.err == "trace++: 10.60.0.2: Network is unreachable\n");
    CHECK(ours.out.find(R"("event":"report")") != ours.out.npos);
}

}  // namespace trace_interface_tests
