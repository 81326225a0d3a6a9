#include <apps/common/terminal_text.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace terminal_text_tests {

using namespace libnet::apps;

TEST_CASE("a host's name is shown whole, and what would harm a terminal is escaped", "[apps][common]")
{
    const auto longest = std::string(63, 'a') + '.' + std::string(63, 'b') + '.' + std::string(63, 'c');
    CHECK(printable_name(longest) == longest);
    CHECK(printable_name("münchen.example") == "münchen.example");
    CHECK(printable_name("").empty());
    CHECK(printable_name("a\x1b[31mb\n") == "a\\x1B[31mb\\x0A");
    CHECK(printable_name("a\xFFz\xC3") == "a\\xFFz\\xC3");
}

}  // namespace terminal_text_tests
