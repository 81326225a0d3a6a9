#include <libnet/engine/access/token_table.hpp>
#include <tests/support/catch.hpp>

#include <stdexcept>
#include <string>

namespace token_table_tests {

using namespace libnet::engine;

namespace {

const std::string ones(64, '1'), twos(64, '2');

TokenDigest digest_of_all(std::uint8_t octet)
{
    TokenDigest digest{};
    digest.fill(octet);
    return digest;
}

std::string refusal(const std::string& text)
try {
    const TokenTable table{text};
    return "nothing";
} catch (const std::invalid_argument& error) {
    return error.what();
}

}  // namespace

TEST_CASE("a token's digest leads to its name, of which there may be several", "[engine]")
{
    const TokenTable table{"# machines\n\nci:" + ones + "\r\n  ci:" + twos + "\nurn:x:y:" + std::string(64, 'A') +
                           "\n"};
    CHECK(table.size() == 3);
    CHECK(table.find(digest_of_all(0x11)) == "ci");
    CHECK(table.find(digest_of_all(0x22)) == "ci");
    CHECK(table.find(digest_of_all(0xaa)) == "urn:x:y");
    CHECK_FALSE(table.find(digest_of_all(0x12)));
    CHECK_FALSE(TokenTable{}.find({}));
}

TEST_CASE("a file of tokens that can't be read is refused, by its line", "[engine]")
{
    CHECK(refusal("ci:" + ones + "\nbot") == "line 2: no line like 'name:digest'");
    CHECK(refusal(":" + ones) == "line 1: no line like 'name:digest'");
    const std::string no_digest = "line 1: no SHA-256 in hexadecimal digits: 'printf %s TOKEN | sha256sum' makes one";
    CHECK(refusal("ci:" + ones + "1") == no_digest);
    CHECK(refusal("ci:" + ones.substr(1)) == no_digest);
    CHECK(refusal("ci:" + ones.substr(1) + "g") == no_digest);
    CHECK(refusal("ci:" + ones.substr(2) + "-1") == no_digest);
    CHECK(refusal("ci:" + ones.substr(2) + "0x") == no_digest);
    CHECK(refusal("ci:secret") == no_digest);
    CHECK(refusal("ci:" + ones + "\nbot:" + ones) == "line 2: this token stands in a line before");
}

}  // namespace token_table_tests
