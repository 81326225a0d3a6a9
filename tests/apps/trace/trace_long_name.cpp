#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>

#include <string>

namespace trace_long_name_tests {

using namespace libnet::test;

// Below localhost, which needs no name server (RFC 6761 section 6.3).
TEST_CASE("trace++ prints a host's name whole, however long it is", "[apps][trace]")
{
    const auto name = std::string(50, 'a') + '.' + std::string(50, 'b') + ".localhost";
    const auto done = run({program("trace++"), "-n", "-4", name});
    INFO(done.out << done.err);
    CHECK(done.out.starts_with("trace++ to " + name + " (127.0.0.1), 30 hops max"));
}

}  // namespace trace_long_name_tests
