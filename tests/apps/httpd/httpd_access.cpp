// httpd++ with passwords, rules and limits, as an administrator runs it.

#include <tests/support/catch.hpp>
#include <tests/support/httpd.hpp>

#include <csignal>
#include <string>
#include <string_view>

namespace httpd_access_tests {

using namespace libnet::test;

namespace {

struct Site {
    Site()
    {
        root.write("a.txt", "open");
        root.write("private/a.txt", "private");
        root.write("admin/a.txt", "admin");
        REQUIRE(run({"htpasswd", "-cbB", "-C", "4", users(), "alice", "secret"}).exit_code == 0);
        REQUIRE(run({"htpasswd", "-bm", users(), "bob", "secret"}).exit_code == 0);
    }
    std::string users() const { return (files.path() / "users").string(); }

    TemporaryDirectory root, files;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

Finished curl(Arguments arguments)
{
    arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "60"});
    return run(arguments);
}

std::string status(Arguments arguments)
{
    arguments.insert(arguments.end(), {"--output", "/dev/null", "--write-out", "%{http_code}"});
    return curl(arguments).out;
}

}  // namespace

TEST_CASE("curl and wget log in, and the log has their names", "[apps][httpd][access]")
{
    const Site site;
    Httpd httpd{site.root, {"--users", site.users(), "--realm", "vault"}};
    CHECK(status({httpd.url("/a.txt")}) == "401");
    CHECK(has(curl({"--head", httpd.url("/a.txt")}).out, "WWW-Authenticate: Basic realm=\"vault\""));
    CHECK(curl({"--user", "alice:secret", httpd.url("/a.txt")}).out == "open");
    CHECK(curl({"--user", "bob:secret", httpd.url("/a.txt")}).out == "open");
    CHECK(status({"--user", "bob:Secret", httpd.url("/a.txt")}) == "401");
    const auto wget =
        run({"wget", "--quiet", "--no-proxy", "--user=alice", "--password=secret", "-O", "-", httpd.url("/a.txt")});
    CHECK(wget.out == "open");
    const auto log = httpd.stop().out;
    CHECK(has(log, " - alice ["));
    CHECK(has(log, " - bob ["));
}

TEST_CASE("rules from the command line and from a file are read again at SIGHUP", "[apps][httpd][access]")
{
    const Site site;
    const auto rules = site.files.write("rules", "# those inside\n/private/ users alice\n").string();
    Httpd httpd{
        site.root,
        {"--users", site.users(), "--access", "/admin/ deny all", "--access-file", rules, "--access-log", "none"}};
    CHECK(curl({httpd.url("/a.txt")}).out == "open");
    CHECK(status({httpd.url("/admin/a.txt")}) == "403");
    CHECK(status({httpd.url("/private/a.txt")}) == "401");
    CHECK(status({"--user", "bob:secret", httpd.url("/private/a.txt")}) == "401");
    CHECK(curl({"--user", "alice:secret", httpd.url("/private/a.txt")}).out == "private");

    site.files.write("rules", "/private/ users bob");
    httpd.process().signal(SIGHUP);
    CHECK(httpd.process().wait_for("httpd++: reloaded\n"));
    CHECK(curl({"--user", "bob:secret", httpd.url("/private/a.txt")}).out == "private");

    site.files.write("rules", "/private/ nonsense");
    httpd.process().signal(SIGHUP);
    CHECK(httpd.process().wait_for("httpd++: not reloaded: --access-file: access rules '" + rules +
                                   "': line 1: 'nonsense' is none of"));
    CHECK(status({httpd.url("/private/a.txt")}) == "401");
}

TEST_CASE("of a reload everything counts, or nothing", "[apps][httpd][access]")
{
    const Site site;
    const auto rules = site.files.write("rules", "/private/ users alice\n").string();
    Httpd httpd{site.root, {"--users", site.users(), "--access-file", rules, "--access-log", "none"}};
    CHECK(status({"--user", "bob:secret", httpd.url("/private/a.txt")}) == "401");
    site.files.write("rules", "/private/ nonsense");
    site.files.write("users", "# no user is left\n");
    httpd.process().signal(SIGHUP);
    REQUIRE(httpd.process().wait_for("is none of allow, deny, users, or; nothing has changed\n"));
    CHECK(status({httpd.url("/private/a.txt")}) == "401");  // and the rule is the old one

    site.files.write("rules", "/private/ deny all");
    site.files.write("users", "nonsense");
    httpd.process().signal(SIGHUP);
    REQUIRE(httpd.process().wait_for("line 1: no line like 'user:hash'; nothing has changed\n"));
    CHECK(status({httpd.url("/private/a.txt")}) == "401");  // the new rules are good, but don't count alone

    site.files.write("users", "");
    httpd.process().signal(SIGHUP);
    REQUIRE(httpd.process().wait_for("httpd++: reloaded\n"));
    CHECK(status({httpd.url("/private/a.txt")}) == "403");
}

TEST_CASE("limits hold for a client over all threads", "[apps][httpd][limits]")
{
    const Site site;
    const Httpd httpd{site.root,
                      {"--threads", "3", "--client-requests", "0.01", "--client-burst", "4", "--access-log", "none"}};
    int served = 0, refused = 0;
    for (int i = 0; i < 10; ++i) (status({httpd.url("/a.txt")}) == "200" ? served : refused) += 1;
    CHECK(served == 4);
    CHECK(refused == 6);
}

TEST_CASE("bandwidth is held", "[apps][httpd][limits]")
{
    const Site site;
    site.root.write("large.bin", std::string(300'000, 'x'));
    const Httpd httpd{site.root, {"--client-bandwidth", "100000", "--access-log", "none"}};
    const auto seconds =
        curl({"--output", "/dev/null", "--write-out", "%{time_total} %{size_download}", httpd.url("/large.bin")}).out;
    CHECK(has(seconds, " 300000"));
    CHECK(std::stod(seconds) > 1.5);
    CHECK(std::stod(seconds) < 10);
}

TEST_CASE("what is wrong with users and rules keeps httpd++ from starting", "[apps][httpd][access]")
{
    const Site site;
    const auto complaint = [&](Arguments options, int exit_code) {
        options.insert(options.begin(), {program("httpd++"), site.root.path().string(), "--port", "0"});
        const auto finished = run(options);
        CHECK(finished.exit_code == exit_code);
        return finished.err;
    };
    CHECK(complaint({"--users", "/no/such"}, 1) == "httpd++: --users: users '/no/such': No such file or directory\n");
    CHECK(complaint({"--access", "/a/ users *"}, 1) ==
          "httpd++: --access: access rules: a rule is for users, and there is no file of users\n");
    CHECK(complaint({"--access", "/a/"}, 2) ==
          "httpd++: --access: '/a/' is no rule: line 1: it neither allows, nor denies, nor names users\n");
    CHECK(complaint({"--client-requests", "-1"}, 2) ==
          "httpd++: --client-requests: '-1' is no rate: give 0 or a number from 0.001 to 1e9\n");
}

}  // namespace httpd_access_tests
