// Who may have what of a StaticFileServer.

#include <libnet/access.hpp>
#include <libnet/static_file_server.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/file_server.hpp>
#include <tests/support/raw_client.hpp>

#include <deque>
#include <memory>
#include <string>
#include <utility>

namespace static_file_server_access_tests {

using namespace libnet;
using test::FileServer, test::RawClient, test::TemporaryDirectory;

namespace {

/// bcrypt of "secret", with a cost that tests can afford.
const std::string secret = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

const std::string alice = "Authorization: Basic YWxpY2U6c2VjcmV0\r\n";        // alice:secret
const std::string bob = "Authorization: Basic Ym9iOnNlY3JldA==\r\n";          // bob:secret
const std::string alice_wrong = "Authorization: Basic YWxpY2U6d3Jvbmc=\r\n";  // alice:wrong
const std::string mallory = "Authorization: Basic bWFsbG9yeTpzZWNyZXQ=\r\n";  // mallory:secret

struct Site {
    Site()
    {
        root.write("a.txt", "open");
        root.write("private/a.txt", "private");
        root.write("private/index.html", "index");
        users = files.write("users", "alice:" + secret + "\nbob:" + secret + "\n").string();
    }
    TemporaryDirectory root, files;
    std::string users;
};

StaticFileServerOptions guarded(io::AccessOptions access, std::shared_ptr<io::ClientLimiter> limits = nullptr)
{
    StaticFileServerOptions options;
    options.access = std::make_shared<io::AccessControl>(std::move(access));
    options.limits = std::move(limits);
    return options;
}

std::vector<engine::AccessRule> rules(const std::string& text) { return engine::parse_access_rules(text); }

std::string get(const std::string& path, const std::string& fields = {}, const std::string& method = "GET")
{
    return method + " " + path + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n";
}

}  // namespace

TEST_CASE("without a password there is a challenge, and the connection stays", "[service][file_server][access]")
{
    const Site site;
    FileServer server{site.root, guarded({.users_file = site.users, .realm = "vault"})};
    RawClient client{server.endpoint()};
    const auto refused = client.exchange(get("/a.txt"));
    CHECK(refused.status == 401);
    CHECK(refused.field("WWW-Authenticate") == "Basic realm=\"vault\", charset=\"UTF-8\"");
    CHECK(refused.field("Connection") == "-");
    CHECK(client.exchange(get("/a.txt", {}, "HEAD")).status == 401);
    CHECK(client.exchange(get("/missing")).status == 401);  // what is there is not told either
    CHECK(client.exchange(get("/a.txt", alice)).body == "open");
    CHECK(client.exchange(get("/a.txt")).status == 401);

    const auto log = server.wait_for_log(5);
    REQUIRE(log.size() == 5);
    CHECK(log[0].user.empty());
    CHECK(log[0].reason == "A user name and a password are needed.");
    CHECK(log[3].user == "alice");
    CHECK(log[4].user.empty());
}

TEST_CASE("wrong passwords, unknown users and broken credentials don't help", "[service][file_server][access]")
{
    const Site site;
    FileServer server{site.root, guarded({.users_file = site.users})};
    RawClient client{server.endpoint()};
    for (const auto& fields : {alice_wrong, mallory, std::string{"Authorization: Basic !!!\r\n"},
                               std::string{"Authorization: Bearer YWxpY2U6c2VjcmV0\r\n"}})
    {
        CAPTURE(fields);
        CHECK(client.exchange(get("/a.txt", fields)).status == 401);
    }
    CHECK(client.exchange(get("/a.txt", alice)).status == 200);
    CHECK(client.exchange(get("/a.txt", alice_wrong)).status == 401);
}

TEST_CASE("rules guard paths, however they are written", "[service][file_server][access]")
{
    const Site site;
    FileServer server{site.root, guarded({.users_file = site.users, .rules = rules("/private/ users alice")})};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(get("/a.txt")).body == "open");
    for (const auto* path : {"/private/a.txt", "/private", "/private/", "/%70rivate/a.txt", "//private//a.txt",
                             "/./private/a.txt", "/x/../private/a.txt", "/private/%61.txt", "/private/x/..",
                             "http://test/private/a.txt", "/private/a.txt?x=/../a.txt"})
    {
        CAPTURE(path);
        CHECK(client.exchange(get(path)).status == 401);
        CHECK(client.exchange(get(path, bob)).status == 401);
        CHECK(client.exchange(get(path, alice)).status != 401);
    }
    CHECK(client.exchange(get("/private/a.txt", alice)).body == "private");
    CHECK(client.exchange(get("/private/%2e%2e/a.txt")).body == "open");
    CHECK(client.exchange(get("/private%2Fa.txt")).status == 404);
}

TEST_CASE("a refusal shows the site's own page", "[service][file_server][access]")
{
    const Site site;
    site.root.write("private/login.html", "<p>log in</p>");
    site.root.write("private/no.html", std::string(20'000, 'n'));  // not kept in memory
    auto options = guarded({.users_file = site.users, .rules = rules("/private/ users alice\n*.txt deny all")});
    options.site.error_pages = {{401, "private/login.html"}, {403, "private/no.html"}};
    FileServer server{site.root, options};
    RawClient client{server.endpoint()};
    for (int i = 0; i < 2; ++i) {  // looked up, and remembered
        const auto asked = client.exchange(get("/private/"));
        CHECK(asked.status == 401);
        CHECK(asked.body == "<p>log in</p>");
        CHECK(asked.field("Content-Type") == "text/html; charset=utf-8");
        CHECK(asked.field("WWW-Authenticate") == "Basic realm=\"files\", charset=\"UTF-8\"");
        CHECK(asked.field("ETag") == "-");
        CHECK(asked.field("Connection") == "-");
        const auto forbidden = client.exchange(get("/a.txt"));
        CHECK(forbidden.status == 403);
        CHECK(forbidden.body == std::string(20'000, 'n'));
        CHECK(forbidden.field("WWW-Authenticate") == "-");
        CHECK(forbidden.field("Connection") == "-");
    }
    for (const auto* path : {"/private/", "/a.txt"}) {
        const auto head = client.exchange(get(path, {}, "HEAD"));
        CHECK(head.status == (path == std::string{"/a.txt"} ? 403 : 401));
        CHECK(head.field("Content-Length") == (head.status == 403 ? "20000" : "13"));
    }
    client.send(get("/private/") + get("/a.txt") + get("/private/", alice) + get("/private/login.html"));
    CHECK(client.receive().body == "<p>log in</p>");
    CHECK(client.receive().body.size() == 20'000);
    CHECK(client.receive().body == "index");
    CHECK(client.receive().status == 401);
    CHECK(client.exchange(get("/a.txt", "Connection: close\r\n")).body.size() == 20'000);
    CHECK(client.ended());

    const auto log = server.wait_for_log(11);
    REQUIRE(log.size() == 11);
    CHECK(log[0].reason == "A user name and a password are needed.");
    CHECK(log[1].reason == "This is not for you, or not from where you are.");
    CHECK(log[1].bytes_sent == 20'000);
}

TEST_CASE("a file that is refused shows the site's own page", "[service][file_server][access]")
{
    const Site site;
    site.root.write("login.html", "log in");
    auto options = guarded({.users_file = site.users, .rules = rules("*.html users alice")});
    options.site.error_pages = {{401, "login.html"}};
    FileServer server{site.root, options};
    RawClient client{server.endpoint()};
    for (int i = 0; i < 2; ++i) {
        const auto asked = client.exchange(get("/private/"));
        CHECK(asked.status == 401);
        CHECK(asked.body == "log in");
        CHECK(asked.field("WWW-Authenticate") == "Basic realm=\"files\", charset=\"UTF-8\"");
        CHECK(client.exchange(get("/private/", alice)).body == "index");
    }
}

TEST_CASE("a refusal whose page isn't there has the built-in one", "[service][file_server][access]")
{
    const Site site;
    auto options = guarded({.users_file = site.users});
    options.site.error_pages = {{401, "gone.html"}};
    options.hosts = {{.names = {"other"}, .root = site.root.path().string()}};
    options.hosts[0].site.error_pages = {{401, "a.txt"}};
    FileServer server{site.root, options};
    RawClient client{server.endpoint()};
    const auto asked = client.exchange(get("/a.txt"));
    CHECK(asked.status == 401);
    CHECK(asked.body.find("A user name and a password are needed.") != std::string::npos);
    CHECK(asked.field("WWW-Authenticate") != "-");
    CHECK(client.exchange(get("/a.txt", {}, "HEAD")).status == 401);
    CHECK(client.exchange("GET http://other/ HTTP/1.1\r\nHost: other\r\n\r\n").body == "open");  // each host its own
}

TEST_CASE("networks are kept out", "[service][file_server][access]")
{
    const Site site;
    FileServer server{site.root, guarded({.rules = rules("/private/ deny 127.0.0.0/8\n*.txt allow 10.0.0.0/8")})};
    RawClient client{server.endpoint()};
    const auto refused = client.exchange(get("/private/"));
    CHECK(refused.status == 403);
    CHECK(refused.field("WWW-Authenticate") == "-");
    CHECK(client.exchange(get("/a.txt")).status == 403);
    CHECK(client.exchange("OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n").status == 204);
}

TEST_CASE("a refused request with a body ends the connection", "[service][file_server][access]")
{
    const Site site;
    FileServer server{site.root, guarded({.users_file = site.users})};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(get("/a.txt", "Content-Length: 5\r\n") + "hello").status == 401);
    CHECK(client.ended());

    auto options = guarded({.users_file = site.users});
    options.site.error_pages = {{401, "a.txt"}};
    FileServer with_page{site.root, options};
    RawClient other{with_page.endpoint()};
    const auto refused = other.exchange(get("/a.txt", "Content-Length: 5\r\n") + "hello");
    CHECK(refused.body == "open");
    CHECK(refused.field("Connection") == "close");
    CHECK(other.ended());
}

TEST_CASE("pipelined requests are each judged and logged on their own", "[service][file_server][access]")
{
    const Site site;
    FileServer server{site.root, guarded({.users_file = site.users})};
    RawClient client{server.endpoint()};
    client.send(get("/a.txt", alice) + get("/a.txt") + get("/a.txt", bob) + get("/a.txt", alice_wrong));
    CHECK(client.receive().status == 200);
    CHECK(client.receive().status == 401);
    CHECK(client.receive().status == 200);
    CHECK(client.receive().status == 401);
    const auto log = server.wait_for_log(4);
    REQUIRE(log.size() == 4);
    CHECK(log[0].user == "alice");
    CHECK(log[1].user.empty());
    CHECK(log[2].user == "bob");
    CHECK(log[3].user.empty());
}

TEST_CASE("a client that tries too many passwords has to wait, and one that has logged in before has not",
          "[service][file_server][access]")
{
    const Site site;
    const auto limiter = std::make_shared<io::ClientLimiter>(engine::ClientLimits{.failed_logins_per_minute = 3});
    FileServer server{site.root, guarded({.users_file = site.users}, limiter)};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(get("/a.txt", alice)).status == 200);
    for (int i = 0; i < 3; ++i) CHECK(client.exchange(get("/a.txt", alice_wrong)).status == 401);
    const auto locked_out = client.exchange(get("/a.txt", alice_wrong));
    CHECK(locked_out.status == 429);
    CHECK(std::stoi(locked_out.field("Retry-After")) > 0);
    CHECK(client.exchange(get("/a.txt", bob)).status == 429);
    CHECK(client.exchange(get("/a.txt", alice)).status == 200);
}

TEST_CASE("log-ins count before their passwords are checked, so that many at once are as many",
          "[service][file_server][access]")
{
    const Site site;
    // Cost 10: the first is checked long after the last has come.
    const auto slow = site.files.write("slow", "alice:$2y$10$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW");
    const auto limiter = std::make_shared<io::ClientLimiter>(engine::ClientLimits{.failed_logins_per_minute = 3});
    FileServer server{site.root, guarded({.users_file = slow.string()}, limiter)};
    std::deque<RawClient> clients;
    for (int i = 0; i < 8; ++i) clients.emplace_back(server.endpoint()).send(get("/a.txt", alice_wrong));
    int wrong = 0, waits = 0;
    for (auto& client : clients) {
        const auto status = client.receive("GET").status;
        wrong += status == 401 ? 1 : 0;
        waits += status == 429 ? 1 : 0;
    }
    CHECK(wrong == 3);
    CHECK(waits == 5);
}

TEST_CASE("the precompressed file of a guarded one is guarded by whatever name", "[service][file_server][access]")
{
    const Site site;
    for (const auto* name : {"x.key", "x.key.gz", "x.key.br", "x.key.zst"}) site.root.write(name, "secret");
    site.root.write("dir/a.txt", "text");
    auto options = guarded({.rules = rules("*.key deny all\n/dir/* deny all")});
    options.site.listing = DirectoryListing::on;
    FileServer server{site.root, options};
    RawClient client{server.endpoint()};
    for (const auto* path : {"/x.key", "/x.key.gz", "/x.key.br", "/x.key.zst", "/dir/", "/dir", "/dir/a.txt"}) {
        CAPTURE(path);
        CHECK(client.exchange(get(path, "Accept-Encoding: gzip, br, zstd\r\n")).status == 403);
    }
    CHECK(client.exchange(get("/a.txt")).status == 200);
}

TEST_CASE("a changed file of users counts without a restart", "[service][file_server][access]")
{
    const Site site;
    const auto options = guarded({.users_file = site.users});
    FileServer server{site.root, options};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(get("/a.txt", alice)).status == 200);
    site.files.write("users", "bob:" + secret);
    options.access->reload();
    CHECK(client.exchange(get("/a.txt", alice)).status == 401);
    CHECK(client.exchange(get("/a.txt", bob)).status == 200);
}

TEST_CASE("a server can be destroyed while a password is being checked", "[service][file_server][access]")
{
    const Site site;
    // Cost 12: it takes a quarter of a second or more.
    const auto slow = site.files.write("slow", "alice:$2y$12$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW");
    FileServer server{site.root, guarded({.users_file = slow.string()})};
    RawClient client{server.endpoint()};
    client.send(get("/a.txt", alice));
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    server.destroy();
    CHECK(server.wait_until_ended());
}

TEST_CASE("rules guard the file that answers, by whatever path", "[service][file_server][access]")
{
    const Site site;
    site.root.write("about.html", "about");
    site.root.write("app.html", "app");
    site.root.write("lost.html", "lost");
    auto options = guarded({.users_file = site.users, .rules = rules("lost.html deny all\n*.html users alice")});
    options.site = {.clean_urls = CleanUrls::on, .fallback = "app.html", .error_pages = {{404, "lost.html"}}};
    FileServer server{site.root, options};
    RawClient client{server.endpoint()};
    const std::pair<std::string, std::string> pages[] = {
        {"/private/", "index"}, {"/about", "about"}, {"/some/page", "app"}};
    for (const auto& [path, content] : pages) {
        CAPTURE(path);
        const auto refused = client.exchange(get(path));
        CHECK(refused.status == 401);
        CHECK(refused.field("WWW-Authenticate") == "Basic realm=\"files\", charset=\"UTF-8\"");
        CHECK(refused.field("Connection") == "-");
        CHECK(client.exchange(get(path, alice_wrong)).status == 401);
        CHECK(client.exchange(get(path, bob)).status == 401);
        CHECK(client.exchange(get(path, alice)).body == content);
    }
    CHECK(client.exchange(get("/a.txt")).body == "open");
    const auto missing = client.exchange(get("/missing.png"));
    CHECK(missing.status == 404);
    CHECK(missing.body.find("lost") == std::string::npos);

    const auto log = server.wait_for_log(14);
    REQUIRE(log.size() == 14);
    CHECK(log[3].user == "alice");
    CHECK(log[3].status == 200);
}

}  // namespace static_file_server_access_tests
