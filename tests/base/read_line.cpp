#include <libnet/base/read_line.hpp>
#include <tests/support/catch.hpp>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace read_line_tests {

using libnet::base::read_line;

namespace {

std::vector<std::string> lines_of(const std::string& text)
{
    std::istringstream in{text};
    std::vector<std::string> lines;
    for (std::string line; read_line(in, line, 8);) lines.push_back(line);
    CHECK(in.eof());
    return lines;
}

}  // namespace

TEST_CASE("lines end with a newline, the last one with the text", "[base][read_line]")
{
    using Lines = std::vector<std::string>;
    CHECK(lines_of("").empty());
    CHECK(lines_of("a\n\nb") == Lines{"a", "", "b"});
    CHECK(lines_of("12345678\n") == Lines{"12345678"});
    CHECK(lines_of({"a\0b\n", 4}) == Lines{{"a\0b", 3}});
}

TEST_CASE("a line that never ends takes no memory without an end", "[base][read_line]")
{
    std::string line;
    std::ifstream zeros{"/dev/zero"};
    CHECK_THROWS_AS(read_line(zeros, line, 1000), std::length_error);
    CHECK(line.size() == 1000);
}

TEST_CASE("what can't be read has no lines, and no end", "[base][read_line]")
{
    std::string line;
    std::ifstream directory{"/"}, missing{"/none/such"};
    CHECK(!read_line(directory, line, 8));
    CHECK(!directory.eof());
    CHECK(!read_line(missing, line, 8));
    CHECK(!missing.eof());
}

}  // namespace read_line_tests
