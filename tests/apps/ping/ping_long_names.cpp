// Names of more than sixty characters, as machines of cloud providers have them: below localhost, which needs no name
// server (RFC 6761 section 6.3).

#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>

#include <string>

namespace ping_long_names_tests {

using namespace libnet::test;

namespace {

const std::string name = std::string(50, 'a') + '.' + std::string(50, 'b') + ".localhost";

std::string ping(Arguments arguments)
{
    arguments.insert(arguments.begin(), program("ping++"));
    const auto done = run(arguments);
    INFO(done.err);
    CHECK(done.exit_code == 0);
    return done.out;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("a host's name is printed whole, as programs that read it expect", "[apps][ping]")
{
    if (!can_ping()) return;
    // Under the name ping, hosts below localhost are what the hosts file and the name servers say.
    const auto out = ping({"-4", "-c", "1", name});
    INFO(out);
    CHECK(out.starts_with("PING " + name + " (127.0.0.1) 56(84) bytes of data.\n"));
    CHECK(contains(out, "\n--- " + name + " ping statistics ---\n"));
    CHECK(ping({"--alive", "-4", "-c", "1", name}) == name + '\n');
}

TEST_CASE("in a table of hosts a long name is cut in its middle", "[apps][ping]")
{
    if (!can_ping()) return;
    const auto out = ping({"-q", "-4", "-c", "1", name, "127.0.0.1"});
    INFO(out);
    CHECK(contains(out, '\n' + std::string(29, 'a') + ".." + std::string(19, 'b') + ".localhost  127.0.0.1 "));
}

}  // namespace ping_long_names_tests
