// Which symbolic links are followed, as clients see it.

#include <libnet/static_file_server.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/manual_clock.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/server_thread.hpp>
#include <tests/support/temporary_directory.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>

namespace static_file_server_symlinks_tests {

using namespace libnet;
using test::Answer, test::RawClient, test::TemporaryDirectory;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

/// A root full of links, inside and out.
struct Site {
    Site()
    {
        around.write("outside/page.html", "outside");
        around.write("outside/index.html", "index outside");
        around.write("root/real.css", std::string(500, 'r'));
        around.write("root/real/index.html", "real index");
        around.write("root/other.css", "other");
        around.write("root/lost.html", "lost");
        around.write("root/away/plain.txt", "plain");
        around.write("outside/other.css.gz", "gz");
        link("real/index.html", "in.html");
        link("real", "indir");
        link("../outside/page.html", "out.html");
        link((around.path() / "outside/page.html").string(), "absolute.html");
        link("../outside", "outdir");
        link("outdir", "chain");
        link("../outside/other.css.gz", "other.css.gz");
        link("../../outside/index.html", "away/index.html");
        link("missing", "dangling");
        link("loop", "loop");
        link("../outside/page.html", "error.html");
    }
    void link(const std::string& target, const std::string& name) const
    {
        fs::create_symlink(target, around.path() / "root" / name);
    }

    TemporaryDirectory around;
};

class Server : public test::ServerThread<StaticFileServer, StaticFileServerOptions> {
public:
    Server(const Site& site, Symlinks symlinks, const FileClock& clock = {})
        : ServerThread{options(site, symlinks, clock)}
    {}

    Answer get(const std::string& path, const std::string& fields = {})
    {
        RawClient client{endpoint()};
        return client.exchange("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
    }

    /// The content, or the status of what has none.
    std::string operator()(const std::string& path)
    {
        const auto answer = get(path);
        return answer.status == 200 ? answer.body : std::to_string(answer.status);
    }

private:
    static StaticFileServerOptions options(const Site& site, Symlinks symlinks, const FileClock& clock)
    {
        StaticFileServerOptions options;
        options.clock = clock;
        options.root = (site.around.path() / "root").string();
        options.site.symlinks = symlinks;
        options.site.listing = DirectoryListing::on;
        options.site.error_pages = {{.status = 404, .file = "error.html"}};
        return options;
    }
};

/// The names in the listing of the root.
std::string listed(Server& server)
{
    const auto json = server.get("/", "Accept: application/json\r\n").body;
    std::string names;
    for (const std::string_view name : {"real.css", "in.html", "indir", "out.html", "absolute.html", "outdir", "chain",
                                        "other.css.gz", "dangling", "loop"})
        if (json.find("\"name\":\"" + std::string{name} + '"') != std::string::npos) (names += name) += ' ';
    return names;
}

const std::string gzip = "Accept-Encoding: gzip\r\n";

}  // namespace

TEST_CASE("links that stay in the root are followed", "[service][file_server]")
{
    const Site site;
    Server server{site, Symlinks::inside};
    CHECK(server("/in.html") == "real index");
    CHECK(server("/indir/") == "real index");
    CHECK(server.get("/indir").field("Location") == "/indir/");
    for (const char* path : {"/out.html", "/absolute.html", "/outdir/page.html", "/chain/", "/dangling", "/loop"})
        CHECK(server(path) == "404");
    CHECK(server.get("/out.html").body.find("outside") == std::string::npos);  // nor as an error page
    CHECK(server.get("/other.css", gzip).field("Content-Encoding") == "-");
    CHECK(server("/away/").find("plain.txt") != std::string::npos);  // its index leads out, and is none
    CHECK(listed(server) == "real.css in.html indir ");
}

TEST_CASE("no link is followed", "[service][file_server]")
{
    const Site site;
    Server server{site, Symlinks::none};
    CHECK(server("/real.css").size() == 500);
    CHECK(server("/real/") == "real index");
    for (const char* path : {"/in.html", "/indir", "/indir/", "/indir/index.html", "/out.html", "/absolute.html",
                             "/outdir/page.html", "/chain/", "/dangling", "/loop"})
        CHECK(server(path) == "404");
    CHECK(server.get("/other.css", gzip).field("Content-Encoding") == "-");
    CHECK(server("/away/").find("plain.txt") != std::string::npos);
    CHECK(listed(server) == "real.css ");
}

TEST_CASE("any link is followed", "[service][file_server]")
{
    const Site site;
    Server server{site, Symlinks::any};
    CHECK(server("/in.html") == "real index");
    CHECK(server("/indir/") == "real index");
    for (const char* path : {"/out.html", "/absolute.html", "/outdir/page.html", "/chain/page.html"})
        CHECK(server(path) == "outside");
    CHECK(server("/chain/") == "index outside");
    CHECK(server("/away/") == "index outside");
    for (const char* path : {"/dangling", "/loop"}) CHECK(server(path) == "404");
    CHECK(server.get("/dangling").body == "outside");  // the error page
    CHECK(server.get("/other.css", gzip).field("Content-Encoding") == "gzip");
    CHECK(listed(server) == "real.css in.html indir out.html absolute.html outdir chain other.css.gz ");

    // The path itself still leads nowhere but down.
    CHECK(server("/outdir/../real.css").size() == 500);
    for (const char* path : {"/../outside/page.html", "/outdir/../../outside/page.html", "/outdir/..%2fpage.html",
                             "/%2e%2e/outside/page.html"})
        CHECK(server.get(path).status >= 400);
}

TEST_CASE("what a link leads to may change", "[service][file_server]")
{
    const Site site;
    test::ManualClock clock;
    Server server{site, Symlinks::any, clock.clock()};
    CHECK(server("/out.html") == "outside");
    CHECK(server("/outdir/page.html") == "outside");
    site.around.write("outside/page.html", "changed");
    const auto becomes = [&](const std::string& path, const std::string& content) {
        const auto end = std::chrono::steady_clock::now() + 20s;  // a second, and what a busy machine adds
        clock.advance(2s);
        while (server(path) != content && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(20ms);
        return server(path);
    };
    CHECK(becomes("/out.html", "changed") == "changed");  // where nothing watches, the next look shows it
    CHECK(becomes("/outdir/page.html", "changed") == "changed");
    fs::remove(site.around.path() / "root/out.html");
    site.link("real/index.html", "out.html");
    CHECK(becomes("/out.html", "real index") == "real index");
}

}  // namespace static_file_server_symlinks_tests
