#include <libnet/io/access/authenticator.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/temporary_directory.hpp>

#include <algorithm>
#include <ctime>
#include <stdexcept>
#include <string>

namespace authenticator_tests {

using namespace libnet;
using namespace std::chrono_literals;
using io::Authenticator, io::password_matches;

namespace {

constexpr std::chrono::steady_clock::time_point start{1000s};

/// An htpasswd file.
struct UserFile {
    explicit UserFile(const std::string& text) { write(text); }
    void write(const std::string& text) const { directory.write("users", text); }
    std::string path() const { return (directory.path() / "users").string(); }

    test::TemporaryDirectory directory;
};

/// The hash of "secret", with a cost that tests can afford.
const std::string secret = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

std::string complaint(const std::string& file)
try {
    Authenticator users{file};
    return "nothing";
} catch (const std::runtime_error& error) {
    return error.what();
}

}  // namespace

TEST_CASE("passwords match what htpasswd and openssl make of them", "[io][authenticator]")
{
    const auto made = [](const test::Arguments& command) {
        auto out = test::run(command).out;
        out = out.substr(out.find(':') == out.npos ? 0 : out.find(':') + 1);
        return out.substr(0, out.find('\n'));
    };
    for (const auto& hash :
         {made({"htpasswd", "-nbB", "-C", "4", "alice", "s3cret"}), made({"htpasswd", "-nbm", "alice", "s3cret"}),
          made({"openssl", "passwd", "-apr1", "s3cret"}), made({"openssl", "passwd", "-1", "s3cret"}),
          made({"openssl", "passwd", "-5", "s3cret"}), made({"openssl", "passwd", "-6", "s3cret"})})
    {
        CAPTURE(hash);
        CHECK(password_matches("s3cret", hash));
        CHECK_FALSE(password_matches("S3cret", hash));
        CHECK_FALSE(password_matches("", hash));
        CHECK_FALSE(password_matches(std::string(512, 'x'), hash));
    }
}

TEST_CASE("a broken hash matches nothing", "[io][authenticator]")
{
    for (const auto* hash : {"", "$2y$", "$2y$04$short", "$6$", "$apr1$", "$apr1$salt", "$apr1$salt$", "*0", "*1"})
        for (const auto* password : {"", "x", "*0"}) CHECK_FALSE(password_matches(password, hash));
}

TEST_CASE("what was right once is recalled", "[io][authenticator]")
{
    const UserFile file{"alice:" + secret + "\n"};
    Authenticator users{file.path()};
    CHECK_FALSE(users.recall({"alice", "secret"}));
    CHECK(users.verify({"alice", "secret"}));
    CHECK(users.recall({"alice", "secret"}));
    CHECK_FALSE(users.recall({"alice", "wrong"}));
    CHECK_FALSE(users.verify({"alice", "wrong"}));
    CHECK_FALSE(users.recall({"alice", "wrong"}));
    CHECK_FALSE(users.verify({"mallory", "secret"}));
    CHECK_FALSE(users.recall({"mallory", "secret"}));
}

TEST_CASE("a log-in costs the same for every user, and for an unknown one", "[io][authenticator]")
{
    // Of a fast kind, of a slow one, and none: what the thread computes is what the clock would tell.
    const auto fast = test::run({"openssl", "passwd", "-apr1", "s3cret"}).out;
    const UserFile file{"fast:" + fast.substr(0, fast.find('\n')) + "\nslow:" + secret.substr(0, 4) + "09" +
                        secret.substr(6) + "\n"};
    Authenticator users{file.path()};
    const auto cost = [&](const std::string& user) {
        timespec begin{}, end{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
        users.verify({user, "wrong"});
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
        return static_cast<double>(end.tv_sec - begin.tv_sec) * 1e3 +
               static_cast<double>(end.tv_nsec - begin.tv_nsec) * 1e-6;
    };
    const auto least = [&](const std::string& user) { return std::min({cost(user), cost(user), cost(user)}); };
    const auto slow = least("slow");  // 25 ms and more; a hash of the fast kind costs one
    CHECK(least("fast") > slow / 2);
    CHECK(least("mallory") > slow / 2);
    CHECK(users.verify({"fast", "s3cret"}));
    CHECK_FALSE(users.verify({"mallory", "s3cret"}));
    CHECK_FALSE(users.verify({"slow", "s3cret"}));
}

TEST_CASE("a file that changes is read again, and a bad one changes nothing", "[io][authenticator]")
{
    const UserFile file{"alice:" + secret + "\n"};
    Authenticator users{file.path()};
    users.refresh(start);
    CHECK(users.verify({"alice", "secret"}));

    file.write("bob:" + secret + "\n# another size\n");
    users.refresh(start + 500ms);  // too soon for another look
    CHECK(users.recall({"alice", "secret"}));
    users.refresh(start + 1s);
    CHECK_FALSE(users.recall({"alice", "secret"}));
    CHECK_FALSE(users.verify({"alice", "secret"}));
    CHECK(users.verify({"bob", "secret"}));

    file.write("nonsense");
    users.refresh(start + 2s);
    CHECK(users.recall({"bob", "secret"}));
    std::filesystem::remove(file.path());
    users.refresh(start + 3s);
    CHECK(users.recall({"bob", "secret"}));
    CHECK_THROWS_AS(users.reload(), std::runtime_error);
    CHECK(users.recall({"bob", "secret"}));

    file.write("carol:" + secret);
    users.reload();
    CHECK(users.verify({"carol", "secret"}));
    CHECK_FALSE(users.recall({"bob", "secret"}));
}

TEST_CASE("what is wrong with the file is said with its name", "[io][authenticator]")
{
    CHECK(complaint("/no/such/file") == "users '/no/such/file': No such file or directory");
    CHECK(complaint("/") == "users '/': Is a directory");
    const UserFile file{"alice:plain"};
    CHECK(complaint(file.path()) ==
          "users '" + file.path() + "': line 1: no hash that protects: make one with 'htpasswd -B'");
}

}  // namespace authenticator_tests
