#include <libnet/base/printable.hpp>
#include <tests/support/catch.hpp>

#include <string>
#include <string_view>

using libnet::base::append_escaped, libnet::base::printable;

TEST_CASE("what may not stand on a terminal is escaped, and what is longer than a line is cut", "[base][printable]")
{
    CHECK(printable("") == "");
    CHECK(printable("plain ~text\\") == "plain ~text\\");
    CHECK(printable(std::string_view{"\0\x1B[2J\n\x7F\xC3\xBC", 9}) == R"(\x00\x1B[2J\x0A\x7F\xC3\xBC)");
    CHECK(printable(std::string(60, 'a')) == std::string(60, 'a'));
    CHECK(printable(std::string(61, 'a')) == std::string(60, 'a') + "...");
}

TEST_CASE("further characters can be escaped, too", "[base][printable]")
{
    std::string line = "x=";
    append_escaped(line, "a \"b\" \\", "\"\\");
    CHECK(line == R"(x=a \x22b\x22 \x5C)");
}
