#include <libnet/io/access/access_control.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <stdexcept>
#include <string>

namespace access_control_tests {

using namespace libnet;
using engine::Access, io::AccessControl, io::AccessOptions;

namespace {

const auto local = boost::asio::ip::make_address("127.0.0.1");
const auto stranger = boost::asio::ip::make_address("203.0.113.9");

struct Files {
    std::string write(const std::string& name, const std::string& text) const
    {
        return directory.write(name, text).string();
    }
    test::TemporaryDirectory directory;
};

std::string complaint(const AccessOptions& options)
try {
    AccessControl access{options};
    return "nothing";
} catch (const std::runtime_error& error) {
    return error.what();
}

}  // namespace

TEST_CASE("with users and without rules everything is for those who have logged in", "[io][access]")
{
    const Files files;
    AccessControl access{{.users_file = files.write("users", "alice:$5$a$b"), .realm = "the vault"}};
    CHECK(access.judge("a", local, {}) == Access::login);
    CHECK(access.judge("a", local, "alice") == Access::granted);
    CHECK(access.users() != nullptr);
    CHECK(access.challenge() == "Basic realm=\"the vault\", charset=\"UTF-8\"");
}

TEST_CASE("a bearer token is its user's, by its SHA-256", "[io][access]")
{
    const Files files;
    // printf %s 0123456789abcdef | sha256sum; and of the same text without its last digit
    const std::string digest = "9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f";
    const std::string short_digest = "027687e87ab072c778c8f2e66177fb78c6aa19952987b97b3140b68ebd5f90ea";
    const auto file = files.write("tokens", "ci:" + digest + "\n");
    AccessControl access{{.tokens_file = file, .realm = "vault"}};
    CHECK(access.users() == nullptr);
    CHECK(access.challenge() == "Bearer realm=\"vault\"");
    CHECK(access.judge("a", local, {}) == Access::login);
    CHECK(access.tokens()->find("0123456789abcdef") == "ci");
    CHECK_FALSE(access.tokens()->find("0123456789abcdeF"));
    CHECK_FALSE(access.tokens()->find(digest));

    files.write("tokens", "ci:digest\n");
    CHECK_THROWS_AS(access.reload(), std::runtime_error);
    CHECK(access.tokens()->find("0123456789abcdef") == "ci");
    files.write("tokens", "# nobody\n");
    access.reload();
    CHECK_FALSE(access.tokens()->find("0123456789abcdef"));

    const auto users = files.write("users", "alice:$5$a$b");
    CHECK(AccessControl{{.users_file = users, .tokens_file = file, .realm = "v"}}.challenge() ==
          "Basic realm=\"v\", charset=\"UTF-8\", Bearer realm=\"v\"");
    const AccessControl guessable{{.tokens_file = files.write("short", "ci:" + short_digest + "\n")}};
    CHECK_FALSE(guessable.tokens()->find("0123456789abcde"));
}

TEST_CASE("rules come from the options, then from the file, which is read again", "[io][access]")
{
    const Files files;
    const auto file = files.write("rules", "/a/ deny all\n/b/ deny all");
    AccessControl access{{.rules_file = file, .rules = {{.paths = "/a/open/", .allow = {}}}}};
    CHECK(access.users() == nullptr);
    CHECK(access.judge("a/open/x", stranger, {}) == Access::granted);
    CHECK(access.judge("a/x", stranger, {}) == Access::denied);
    CHECK(access.judge("c", stranger, {}) == Access::granted);

    files.write("rules", "/c/ deny all");
    CHECK(access.judge("c", stranger, {}) == Access::granted);
    access.reload();
    CHECK(access.judge("c", stranger, {}) == Access::denied);
    files.write("rules", "/c/ nonsense");
    CHECK_THROWS_AS(access.reload(), std::runtime_error);
    CHECK(access.judge("c", stranger, {}) == Access::denied);
}

TEST_CASE("what is wrong with the files is said with their names", "[io][access]")
{
    const Files files;
    const auto rules = files.write("rules", "/a/ users *");
    CHECK(complaint({.users_file = "/no/such"}) == "users '/no/such': No such file or directory");
    CHECK(complaint({.tokens_file = "/no/such"}) == "tokens '/no/such': No such file or directory");
    CHECK(complaint({.rules_file = "/no/such"}) == "access rules '/no/such': No such file or directory");
    CHECK(complaint({.rules_file = rules}) ==
          "access rules '" + rules + "': a rule is for users, and there is no file of users");
    files.write("rules", "/a/ users *\n/b/ users");
    CHECK(complaint({.rules_file = rules}) == "access rules '" + rules + "': line 2: nothing stands behind 'users'");
}

}  // namespace access_control_tests
