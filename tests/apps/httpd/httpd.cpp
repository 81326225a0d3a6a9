// httpd++ as its users meet it: started at a prompt, asked by curl, wget and ab.

#include <tests/support/catch.hpp>
#include <tests/support/httpd.hpp>
#include <tests/support/numbers.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/read.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace httpd_tests {

using namespace libnet::test;

namespace {

/// A small site, and a place for what clients write.
struct Site {
    Site()
    {
        root.write("index.html", "<a href=\"docs/\">docs</a> <a href=\"large.bin\">large</a> <img src=\"a%20b.png\">");
        root.write("docs/index.html", "<a href=\"../index.html\">home</a> <a href=\"page.html\">page</a>");
        root.write("docs/page.html", "page");
        root.write("a b.png", "picture");
        root.write("small.bin", numbers().substr(0, 1024));
        root.write("large.bin", numbers());
        root.write(".htpasswd", "secret");
    }
    std::string out(const std::string& name) const { return (clients.path() / name).string(); }

    TemporaryDirectory root, clients;
};

Finished curl(Arguments arguments)
{
    arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "60"});
    return run(arguments);
}

/// The status of an answer to curl.
std::string status(const Arguments& arguments)
{
    auto all = arguments;
    all.insert(all.end(), {"--output", "/dev/null", "--write-out", "%{http_code}"});
    return curl(all).out;
}

std::filesystem::file_time_type modified(const std::string& file) { return std::filesystem::last_write_time(file); }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("curl gets files, heads, redirects and parts of files", "[apps][httpd]")
{
    const Site site;
    const Httpd httpd{site.root};
    CHECK(curl({httpd.url("/docs/page.html")}).out == "page");
    CHECK(curl({httpd.url("/large.bin")}).out == numbers());
    CHECK(curl({"--http1.0", httpd.url("/large.bin")}).out == numbers());
    CHECK(curl({"--ipv6", "http://[::1]:" + httpd.port() + "/docs/page.html"}).out == "page");

    const auto head = curl({"--head", httpd.url("/large.bin")}).out;
    CHECK(has(head, "HTTP/1.1 200 OK\r\n"));
    CHECK(has(head, "Content-Length: " + std::to_string(numbers().size()) + "\r\n"));

    CHECK(status({httpd.url("/docs")}) == "301");
    CHECK(has(curl({"--location", httpd.url("/docs")}).out, "page.html"));
    CHECK(curl({"--write-out", "%{redirect_url}", "--output", "/dev/null", httpd.url("/docs?a=b")}).out ==
          httpd.url("/docs/?a=b"));

    CHECK(curl({"--range", "1000000-1000009", httpd.url("/large.bin")}).out == numbers().substr(1'000'000, 10));
    site.clients.write("resumed", numbers().substr(0, 2'000'000));
    CHECK(curl({"--continue-at", "-", "--output", site.out("resumed"), httpd.url("/large.bin")}).exit_code == 0);
    CHECK(read_file(site.out("resumed")) == numbers());
}

TEST_CASE("curl asks for many files over one connection, and over several at once", "[apps][httpd]")
{
    const Site site;
    const Httpd httpd{site.root};
    const auto page = httpd.url("/docs/page.html"), small = httpd.url("/small.bin"), none = httpd.url("/none");
    const auto kept = curl({"--write-out",
                            "%{num_connects}%{http_code} ",
                            page,
                            "--next",
                            "--silent",
                            "--head",
                            "--output",
                            "/dev/null",
                            "--write-out",
                            "%{num_connects}%{http_code} ",
                            small,
                            "--next",
                            "--silent",
                            "--output",
                            "/dev/null",
                            "--write-out",
                            "%{num_connects}%{http_code} ",
                            none,
                            "--next",
                            "--silent",
                            page});
    CHECK(kept.out == "page1200 0200 0404 page");
    const auto parallel = curl({"--parallel", "--parallel-immediate", "--output", site.out("#1"),
                                httpd.url("/{small.bin,large.bin,index.html}")});
    CHECK(parallel.exit_code == 0);
    for (const char* name : {"small.bin", "large.bin", "index.html"}) {
        INFO(name);
        CHECK((read_file(site.out(name)) == read_file(site.root.path() / name)));
    }
}

TEST_CASE("curl doesn't get what it has already", "[apps][httpd]")
{
    const Site site;
    const Httpd httpd{site.root};
    const auto page = httpd.url("/docs/page.html");
    CHECK(status({"--etag-save", site.out("etag"), page}) == "200");
    CHECK(status({"--etag-compare", site.out("etag"), page}) == "304");
    CHECK(status({"--time-cond", (site.root.path() / "docs/page.html").string(), page}) == "304");
    CHECK(status({"--time-cond", "Sun, 06 Nov 1994 08:49:37 GMT", page}) == "200");
}

TEST_CASE("curl is refused with the right status", "[apps][httpd]")
{
    const Site site;
    std::filesystem::create_symlink("/etc/passwd", site.root.path() / "passwd");
    const Httpd httpd{site.root};
    CHECK(status({httpd.url("/missing")}) == "404");
    CHECK(status({httpd.url("/.htpasswd")}) == "404");
    CHECK(status({httpd.url("/passwd")}) == "404");
    CHECK(status({"--path-as-is", httpd.url("/../../etc/passwd")}) == "400");
    CHECK(status({"--path-as-is", httpd.url("/docs/../../etc/passwd")}) == "400");
    CHECK(status({"--path-as-is", httpd.url("/%2e%2e/etc/passwd")}) == "400");
    CHECK(status({"--path-as-is", httpd.url("/..%2fetc/passwd")}) == "404");
    CHECK(status({"--request", "DELETE", httpd.url("/small.bin")}) == "405");
    CHECK(status({"--data", "a=b", httpd.url("/")}) == "405");
    CHECK(status({"--data-binary", std::string{"@"} + (site.root.path() / "large.bin").string(), httpd.url("/")}) ==
          "405");
    CHECK(status({"--header", "Host:", httpd.url("/")}) == "400");
    const auto page = curl({httpd.url("/missing")}).out;
    CHECK(has(page, "<h1>404 Not Found</h1>"));
}

TEST_CASE("a megabyte of headers gets an answer, and the next client is served", "[apps][httpd]")
{
    const Site site;
    const Httpd httpd{site.root};
    std::string headers;
    for (int i = 0; headers.size() < 1'000'000; ++i)
        headers += std::string{"X-"} + std::to_string(i) + ": " + std::string(1000, 'x') + "\n";
    const auto file = site.clients.write("headers", headers).string();
    CHECK(status({"--header", "@" + file, httpd.url("/")}) == "431");
    CHECK(status({httpd.url(std::string{"/"} + std::string(10'000, 'x'))}) == "414");
    CHECK(status({httpd.url("/")}) == "200");
}

TEST_CASE("a silent client is closed, one that vanishes is forgotten, and the next one is served", "[apps][httpd]")
{
    const Site site;
    Httpd httpd{site.root, {"--header-timeout", "0.05"}};
    CHECK(RawClient{httpd.endpoint()}.ended());
    RawClient{httpd.endpoint()}.send("GET /large.bin HTTP/1.1\r\nHost: test\r\n\r\n");
    RawClient{httpd.endpoint()}.send("GET / HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nhalf");
    RawClient{httpd.endpoint()}.send("\x16\x03\x01 garbage\r\n\r\n");
    CHECK(curl({httpd.url("/docs/page.html")}).out == "page");
    CHECK(httpd.stop().exit_code == 0);
}

TEST_CASE("wget mirrors the site, and goes on with a file that it has a part of", "[apps][httpd]")
{
    if (is_missing("wget", "wget")) return;
    const Site site;
    const Httpd httpd{site.root};
    const Arguments wget{"wget", "--quiet", "--no-proxy", "--tries=1", "--timeout=30"};

    auto mirror = wget;
    mirror.insert(mirror.end(), {"--recursive", "--page-requisites", "--no-host-directories", "--directory-prefix",
                                 site.out("mirror"), httpd.url("/")});
    CHECK(run(mirror).exit_code == 0);
    const auto copy = site.clients.path() / "mirror";
    for (const char* name : {"index.html", "docs/index.html", "docs/page.html", "large.bin", "a b.png"}) {
        INFO(name);
        REQUIRE(std::filesystem::exists(copy / name));
        CHECK((read_file(copy / name) == read_file(site.root.path() / name)));
    }

    site.clients.write("large.bin", numbers().substr(0, 1'234'567));
    auto resume = wget;
    resume.insert(resume.end(),
                  {"--continue", "--directory-prefix", site.clients.path().string(), httpd.url("/large.bin")});
    CHECK(run(resume).exit_code == 0);
    CHECK((read_file(site.out("large.bin")) == numbers()));

    auto again = wget;  // -N: what is not newer here is not fetched
    again.insert(again.end(), {"--no-verbose", "--timestamping", "--directory-prefix", site.clients.path().string(),
                               httpd.url("/large.bin")});
    const auto before = modified(site.out("large.bin"));
    const auto kept = run(again);
    CHECK(kept.exit_code == 0);
    CHECK(modified(site.out("large.bin")) == before);
    CHECK((read_file(site.out("large.bin")) == numbers()));
    const auto next = std::filesystem::last_write_time(site.root.path() / "large.bin") + std::chrono::hours{1};
    site.root.write("large.bin", "next");
    std::filesystem::last_write_time(site.root.path() / "large.bin", next);
    CHECK(run(again).exit_code == 0);
    CHECK(read_file(site.out("large.bin")) == "next");
    CHECK(modified(site.out("large.bin")) != before);

    auto missing = wget;
    missing.insert(missing.end(), {"--spider", httpd.url("/missing")});
    CHECK(run(missing).exit_code == 8);  // the server issued an error response
}

TEST_CASE("ab finds no failure, over kept connections and over new ones", "[apps][httpd]")
{
    if (is_missing("ab", "apache2-utils")) return;
    const Site site;
    const std::string threads = GENERATE("1", "3");
    Httpd httpd{site.root, {"--threads", threads, "--access-log", site.out("log")}};

    const auto kept = run({"ab", "-q", "-k", "-n", "2000", "-c", "20", httpd.url("/small.bin")}).out;
    INFO(kept);
    CHECK(has(kept, "Complete requests:      2000\n"));
    CHECK(has(kept, "Failed requests:        0\n"));
    CHECK(has(kept, "Keep-Alive requests:    2000\n"));
    CHECK(!has(kept, "Non-2xx"));
    CHECK(has(kept, "HTML transferred:       2048000 bytes\n"));

    const auto fresh = run({"ab", "-q", "-n", "500", "-c", "20", httpd.url("/large.bin")}).out;
    INFO(fresh);
    CHECK(has(fresh, "Complete requests:      500\n"));
    CHECK(has(fresh, "Failed requests:        0\n"));
    CHECK(has(fresh, "HTML transferred:       " + std::to_string(500 * numbers().size()) + " bytes\n"));

    CHECK(httpd.stop().exit_code == 0);
    const auto log = read_file(site.out("log"));
    CHECK(std::ranges::count(log, '\n') == 2500);
}

TEST_CASE("each request is a line in the combined format", "[apps][httpd]")
{
    const Site site;
    SECTION("on standard output by default")
    {
        Httpd httpd{site.root, {}};
        curl({"--user-agent", "me \"too\"", "--referer", "http://here/", httpd.url("/small.bin")});
        CHECK(httpd.process().wait_for("\"GET /small.bin HTTP/1.1\" 200 1024 \"http://here/\" \"me "));
        CHECK(httpd.process().out().starts_with("127.0.0.1 - - ["));
        RawClient client{httpd.endpoint()};
        client.send("nonsense\r\n\r\n");
        CHECK(httpd.process().wait_for("\"nonsense\" 400 "));
        const auto end = httpd.stop();
        CHECK(std::ranges::count(end.out, '\n') == 2);
    }
    SECTION("in a file")
    {
        Httpd httpd{site.root, {"--access-log", site.out("log")}};
        curl({httpd.url("/missing")});
        CHECK(httpd.stop().out.empty());
        CHECK(has(read_file(site.out("log")), "\"GET /missing HTTP/1.1\" 404 "));
    }
    SECTION("nowhere")
    {
        Httpd httpd{site.root, {"--access-log", "none"}};
        curl({httpd.url("/missing")});
        CHECK(httpd.stop().out.empty());
    }
}

TEST_CASE("SIGTERM lets a download finish, and no idle connection holds the end up", "[apps][httpd]")
{
    const Site site;
    std::filesystem::resize_file(site.root.write("huge.bin", ""), 64 * 1024 * 1024);
    Httpd httpd{site.root};
    RawClient idle{httpd.endpoint()}, busy{httpd.endpoint()};
    CHECK(idle.exchange("GET / HTTP/1.1\r\nHost: test\r\n\r\n").status == 200);
    busy.send("GET /huge.bin HTTP/1.1\r\nHost: test\r\n\r\n");
    char first = 0;
    boost::asio::read(busy.socket(), boost::asio::buffer(&first, 1));  // it has begun
    httpd.process().signal(SIGTERM);
    CHECK(idle.ended());
    const auto rest = busy.receive_rest();
    CHECK(rest.size() > 64 * 1024 * 1024);
    busy.socket().close();
    const auto end = httpd.process().wait();
    CHECK(end.exit_code == 0);
    CHECK(has(end.err, "stopping"));
}

TEST_CASE("options also come from the environment and from a file", "[apps][httpd]")
{
    const Site site;
    const auto log = site.out("log");
    SECTION("environment")
    {
        Httpd httpd{site.root, {}, {"HTTPD_ACCESS_LOG=" + log}};
        curl({httpd.url("/")});
        CHECK(httpd.stop().out.empty());
    }
    SECTION("file")
    {
        const auto config = site.clients.write("httpd.conf", "access-log = " + log + "\nthreads = 2\n").string();
        Httpd httpd{site.root, {"--config", config}};
        curl({httpd.url("/")});
        CHECK(httpd.stop().out.empty());
    }
    CHECK(has(read_file(log), "\"GET / HTTP/1.1\" 200 "));
}

TEST_CASE("what stands in the way of serving is said in one line", "[apps][httpd]")
{
    const Site site;
    const auto root = site.root.path().string();
    const auto refused = [](const Arguments& arguments) {
        auto all = arguments;
        all.insert(all.begin(), program("httpd++"));
        const auto end = run(all);
        INFO(end.err);
        CHECK(end.out.empty());
        CHECK(end.err.starts_with("httpd++: "));
        CHECK(std::ranges::count(end.err, '\n') == 1);
        return end;
    };
    SECTION("a port in use")
    {
        const Httpd httpd{site.root};
        const auto end = refused({root, "--port", httpd.port()});
        CHECK(end.exit_code == 1);
        CHECK(has(end.err, "in use"));
        CHECK(has(end.err, httpd.port()));
    }
    SECTION("a root that is no directory")
    {
        const auto end = refused({root + "/index.html", "--port", "0"});
        CHECK(end.exit_code == 1);
        CHECK(has(end.err, "index.html: Not a directory"));
        CHECK(has(refused({root + "/nothing", "--port", "0"}).err, "nothing: No such file or directory"));
    }
    SECTION("an access log that can't be written")
    {
        CHECK(refused({root, "--port", "0", "--access-log", site.out("no/log")}).exit_code == 1);
    }
    SECTION("options that make no sense")
    {
        for (const Arguments& wrong : {Arguments{"--port", "65536"}, Arguments{"--port", "http"},
                                       Arguments{"--threads", "0"}, Arguments{"--nonsense"}, Arguments{"a", "b"},
                                       Arguments{"--bind", "everywhere"}, Arguments{"--idle-timeout", "-1"}})
            CHECK(refused(wrong).exit_code == 2);
    }
}

TEST_CASE("help fits a screen, and the version is told", "[apps][httpd]")
{
    const auto help = run({program("httpd++"), "--help"});
    CHECK(help.exit_code == 0);
    CHECK(has(help.out, "httpd++ [OPTION]... [ROOT]"));
    CHECK(std::ranges::count(help.out, '\n') <= 24);
    const auto version = run({program("httpd++"), "--version"});
    CHECK(version.exit_code == 0);
    CHECK(version.out.starts_with("httpd++ "));
}

}  // namespace httpd_tests
