// A destination that answers nothing but the questions of its protocol is reached by them.

#include <tests/support/catch.hpp>
#include <tests/support/simulated.hpp>

namespace trace_questions_tests {

using namespace libnet::test;

TEST_CASE("a name server is reached at its hop, with and without privilege, over both versions of IP")
{
    const std::string host = GENERATE("10.9.0.1", "fd09::1");
    const std::string access = GENERATE("", "--unprivileged");
    Arguments command{"sh",
                      "-c",
                      "echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range; exec \"$0\" \"$@\"",
                      program("trace++"),
                      "-n",
                      "-U",
                      "-q",
                      "2",
                      host};
    if (!access.empty()) command.push_back(access);
    const auto run = simulate(scenario("name_server"), command);
    INFO(run.tool.out << run.tool.err);
    CHECK(run.tool.exit_code == 0);
    CHECK(run.tool.out.find("\n 4  " + host + "  ") != std::string::npos);
    CHECK(run.tool.out.find("\n 5  ") == std::string::npos);
    CHECK(run.tool.out.find('*') == std::string::npos);
}

}  // namespace trace_questions_tests
