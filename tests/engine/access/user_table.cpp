#include <libnet/engine/access/user_table.hpp>
#include <tests/support/catch.hpp>

#include <stdexcept>
#include <string>

namespace user_table_tests {

using libnet::engine::UserTable;

namespace {

std::string refusal(const std::string& text)
try {
    const UserTable table{text};
    return "nothing";
} catch (const std::invalid_argument& error) {
    return error.what();
}

}  // namespace

TEST_CASE("users and hashes are read", "[engine]")
{
    const UserTable table{"# who may come in\n\nalice:$2y$05$abc\r\nbob:$apr1$x$y:Bob, of Sales\n  \ncarol:$6$s$t"};
    CHECK(table.size() == 3);
    CHECK(table.find("alice").known);
    CHECK(table.find("alice").hash == "$2y$05$abc");
    CHECK(table.find("bob").hash == "$apr1$x$y");
    CHECK(table.find("carol").hash == "$6$s$t");
}

TEST_CASE("an unknown user gets a hash to be compared with, too", "[engine]")
{
    const UserTable table{"alice:$2y$05$abc\n"};
    CHECK_FALSE(table.find("mallory").known);
    CHECK(table.find("mallory").hash == "$2y$05$abc");
    CHECK_FALSE(UserTable{}.find("mallory").known);
    CHECK(UserTable{}.find("mallory").hash.starts_with("$2y$"));
}

TEST_CASE("each cost of a hash has one sample", "[engine]")
{
    using libnet::engine::cost_of;
    CHECK(cost_of("$2y$05$saltandhash") == "$2y$05$");
    CHECK(cost_of("$6$salt$hash") == "$6$");
    CHECK(cost_of("$6$rounds=100000$salt$hash") == "$6$rounds=100000$");
    CHECK(cost_of("$y$j9T$salt$hash") == "$y$j9T$");
    CHECK(cost_of("$apr1$salt$hash") == "$apr1$");
    CHECK(cost_of("$2y$") == "$2y$");
    CHECK(cost_of("$6$rounds=5") == "$6$");

    const UserTable table{"a:$2y$05$abc\nb:$apr1$x$y\nc:$2y$05$def\nd:$2y$10$ghi\ne:$apr1$z$w\n"};
    CHECK(table.samples() == std::vector<std::string>{"$2y$05$abc", "$apr1$x$y", "$2y$10$ghi"});
    CHECK(table.find("mallory").hash == "$2y$05$abc");
    CHECK(UserTable{}.samples().size() == 1);
}

TEST_CASE("what is wrong with a line is said, without its hash", "[engine]")
{
    CHECK(refusal("alice:$5$a$b\nno colon\n") == "line 2: no line like 'user:hash'");
    CHECK(refusal(":$5$a$b") == "line 1: no line like 'user:hash'");
    CHECK(refusal("#\n\nalice:secret") == "line 3: no hash that protects: make one with 'htpasswd -B'");
    CHECK(refusal("alice:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=") ==
          "line 1: no hash that protects: make one with 'htpasswd -B'");
    CHECK(refusal("alice:") == "line 1: no hash that protects: make one with 'htpasswd -B'");
    CHECK(refusal("alice:$5$a$b\nalice:$5$c$d") == "line 2: this user stands in a line before");
    CHECK(refusal("alice:$5$a$b") == "nothing");
    CHECK(refusal("") == "nothing");
}

}  // namespace user_table_tests
