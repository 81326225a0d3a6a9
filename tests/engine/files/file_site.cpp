// What the options of a site do to names and fields.

#include <libnet/engine/files/file_responder.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/file_tree.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace file_site_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace std::chrono_literals;
using test::FileTree;

namespace {

using Names = std::vector<std::string>;

FileRequest get(std::string_view path) { return {.method = "GET", .path = path}; }

const FileTree tree = FileTree{}
                          .file("index.html")
                          .file("about.html")
                          .file("app.3f9a1c07.js")
                          .file("app.js")
                          .file("data.json")
                          .file("docs/index.html")
                          .file(".secret")
                          .file("errors/404.html", 77)
                          .directory("docs")
                          .directory("empty")
                          .directory("");

}  // namespace

TEST_CASE("pages are asked for again, hashed names never", "[engine][site]")
{
    const Site site{{.max_age = 1h, .immutable = {"/data*"}}};
    CHECK(tree.ask(site, get("/")).field("Cache-Control") == "no-cache");
    CHECK(tree.ask(site, get("/about.html")).field("Cache-Control") == "no-cache");
    CHECK(tree.ask(site, get("/app.3f9a1c07.js")).field("Cache-Control") == "max-age=31536000, immutable");
    CHECK(tree.ask(site, get("/data.json")).field("Cache-Control") == "max-age=31536000, immutable");
    CHECK(tree.ask(site, get("/app.js")).field("Cache-Control") == "max-age=3600");
    CHECK(tree.ask(site, get("/nothing")).field("Cache-Control") == "-");
    CHECK(tree.ask(Site{}, get("/app.js")).field("Cache-Control") == "-");
    const Site off{{.cache_control = SiteCacheControl::off, .max_age = 1h}};
    CHECK(tree.ask(off, get("/")).field("Cache-Control") == "-");

    auto again = get("/about.html");
    const auto etag = tree.ask(site, again).field("ETag");
    again.if_none_match = etag;
    CHECK(tree.ask(site, again).plan.status == 304);
    CHECK(tree.ask(site, again).field("Cache-Control") == "no-cache");
}

TEST_CASE("files with a dot are there for those who ask for them", "[engine][site]")
{
    CHECK(tree.ask(Site{}, get("/.secret")).plan.status == 404);
    CHECK(tree.ask(Site{{.dot_files = DotFiles::serve}}, get("/.secret")).plan.status == 200);
}

TEST_CASE("clean addresses have no end", "[engine][site]")
{
    const Site site{{.clean_urls = CleanUrls::on}};
    const auto page = tree.ask(site, get("/about"));
    CHECK(page.looked_up == Names{"about", "about.html"});
    CHECK(page.found_last == "about.html");
    CHECK(page.field("Content-Type") == "text/html; charset=utf-8");

    auto request = get("/about.html");
    request.has_query = true;
    request.query = "q";
    const auto moved = tree.ask(site, request);
    CHECK(moved.plan.status == 301);
    CHECK(moved.field("Location") == "/about?q");
    CHECK(tree.ask(site, get("/docs/index.html")).field("Location") == "/docs/");
    CHECK(tree.ask(site, get("/index.html")).field("Location") == "/");
    CHECK(tree.ask(site, get("/docs/")).found_last == "docs/index.html");
    CHECK(tree.ask(site, get("/missing")).plan.status == 404);
    CHECK(tree.ask(site, get("/missing.html")).plan.status == 404);
    CHECK(tree.ask(Site{}, get("/about")).plan.status == 404);

    auto both = tree;
    both.file("docs.html");
    CHECK(both.ask(site, get("/docs")).found_last == "docs.html");
    CHECK(both.ask(site, get("/docs/")).found_last == "docs/index.html");
    CHECK(both.ask(Site{}, get("/docs")).field("Location") == "/docs/");
    CHECK(tree.ask(site, get("/docs")).field("Location") == "/docs/");
    both.directory("docs.html");
    CHECK(both.ask(site, get("/docs")).field("Location") == "/docs/");
}

TEST_CASE("an application's page answers for pages that aren't there", "[engine][site]")
{
    const Site site{{.fallback = "index.html"}};
    for (const char* path : {"/users/7", "/users/", "/empty/"}) {
        INFO(path);
        const auto page = tree.ask(site, get(path));
        CHECK(page.plan.status == 200);
        CHECK(page.found_last == "index.html");
        CHECK(page.field("Content-Type") == "text/html; charset=utf-8");
        CHECK(page.field("Cache-Control") == "no-cache");
        CHECK(page.field("Vary") == "Accept, Accept-Encoding");
    }
    CHECK(tree.ask(site, get("/style.css")).plan.status == 404);
    CHECK(tree.ask(site, get("/about.html")).found_last == "about.html");
    auto script = get("/users/7");
    script.accept = "application/json";
    CHECK(tree.ask(site, script).plan.status == 404);
    CHECK(tree.ask(site, script).field("Vary") == "Accept");
    CHECK(tree.ask(Site{{.fallback = "gone.html"}}, get("/users/7")).plan.status == 404);
    CHECK(tree.ask(Site{{.fallback = "docs"}}, get("/users/7")).plan.status == 404);
}

TEST_CASE("an error may have a page, and keeps its status and fields", "[engine][site]")
{
    const Site site{{.error_pages = {{404, "errors/404.html"}, {405, "errors/404.html"}, {416, "errors/404.html"}}}};
    auto request = get("/missing");
    request.range = "bytes=0-1";
    request.if_none_match = "*";
    const auto missing = tree.ask(site, request);
    CHECK(missing.looked_up == Names{"missing", "errors/404.html"});
    CHECK(missing.plan.status == 404);
    CHECK(missing.plan.content == ResponsePlan::Content::file);
    CHECK(missing.field("Content-Length") == "77");
    CHECK(missing.field("Content-Type") == "text/html; charset=utf-8");
    CHECK(missing.field("ETag") == "-");
    CHECK(missing.field("Accept-Ranges") == "-");
    CHECK(!missing.plan.reason.empty());

    const auto method = tree.ask(site, {.method = "PUT", .path = "/"});
    CHECK(method.plan.status == 405);
    CHECK(method.field("Allow") == "GET, HEAD, OPTIONS");
    CHECK(method.found_last == "errors/404.html");
    auto behind = get("/app.js");
    behind.range = "bytes=5000-";
    CHECK(tree.ask(site, behind).field("Content-Range") == "bytes */1000");
    CHECK(tree.ask(site, behind).field("Content-Length") == "77");

    for (const char* file : {"gone.html", "docs"}) {
        const auto built_in = tree.ask(Site{{.error_pages = {{404, file}}}}, get("/missing"));
        CHECK(built_in.plan.status == 404);
        CHECK(built_in.plan.content == ResponsePlan::Content::page);
    }
}

TEST_CASE("redirects keep the rest of the path, and the query", "[engine][site]")
{
    const Site site{{.redirects = {{"/old/*", "/new/*"},
                                   {"/home", "/", 302},
                                   {"/away/*", "https://example.org/x/*?from=us", 307},
                                   {"/fixed/*", "/here"},
                                   {"/part", "/whole#part"},
                                   {"/both", "/whole?a#part?"}}}};
    const auto location = [&](std::string_view path, std::string_view query = {}) {
        auto request = get(path);
        request.has_query = !query.empty();
        request.query = query;
        const auto planned = tree.ask(site, request);
        CHECK(planned.looked_up.empty());
        CHECK(planned.plan.reason.empty());
        return std::to_string(planned.plan.status) + ' ' + planned.field("Location");
    };
    CHECK(location("/old/a%20b/") == "301 /new/a%20b/");
    CHECK(location("/old/a", "x=1") == "301 /new/a?x=1");
    CHECK(location("/old//evil.example") == "301 /new/evil.example");
    CHECK(location("/home") == "302 /");
    CHECK(location("/away/y", "x=1") == "307 https://example.org/x/y?from=us");
    CHECK(location("/fixed/whatever") == "301 /here");
    CHECK(location("/part") == "301 /whole#part");
    CHECK(location("/part", "x=1") == "301 /whole?x=1#part");
    CHECK(location("/both", "x=1") == "301 /whole?a#part?");
    CHECK(tree.ask(site, get("/homes")).plan.status == 404);
}

TEST_CASE("rules add fields, and outdo the types and times that are built in", "[engine][site]")
{
    const Site site{{.headers = {{"*", "X-Frame-Options", "DENY"},
                                 {"*.js", "Content-Type", "text/plain"},
                                 {"/app*", "Cache-Control", "max-age=1"},
                                 {"/docs/*", "X-Docs", "yes"}}}};
    CHECK(tree.ask(site, get("/")).field("X-Frame-Options") == "DENY");
    CHECK(tree.ask(site, get("/missing")).field("X-Frame-Options") == "DENY");
    CHECK(tree.ask(site, get("/docs")).field("X-Frame-Options") == "DENY");
    CHECK(tree.ask(site, get("/docs/")).field("X-Docs") == "yes");
    CHECK(tree.ask(site, get("/")).field("X-Docs") == "-");
    CHECK(tree.ask(site, get("/app.js")).field("Content-Type") == "text/plain");
    CHECK(tree.ask(site, get("/app.js")).field("Cache-Control") == "max-age=1");
    CHECK(tree.ask(site, get("/app.3f9a1c07.js")).field("Cache-Control") == "max-age=1");
}

TEST_CASE("scripts of other origins may read what the site allows them", "[engine][site]")
{
    auto request = get("/app.js");
    request.origin = "https://a.example";
    const Site none{}, every{{.cors_origins = {"*"}}},
        some{{.cors_origins = {"https://a.example", "https://b.example"}}};
    CHECK(tree.ask(none, request).field("Access-Control-Allow-Origin") == "-");
    CHECK(tree.ask(every, get("/app.js")).field("Access-Control-Allow-Origin") == "*");
    CHECK(tree.ask(every, request).field("Vary") == "Accept-Encoding");
    CHECK(tree.ask(some, request).field("Access-Control-Allow-Origin") == "https://a.example");
    CHECK(tree.ask(some, request).field("Access-Control-Expose-Headers") == "*");
    CHECK(tree.ask(some, request).field("Vary") == "Accept-Encoding, Origin");
    request.origin = "https://evil.example";
    CHECK(tree.ask(some, request).field("Access-Control-Allow-Origin") == "-");
    CHECK(tree.ask(some, request).field("Vary") == "Accept-Encoding, Origin");

    FileRequest preflight{.method = "OPTIONS", .path = "/app.js"};
    CHECK(tree.ask(every, preflight).field("Access-Control-Allow-Methods") == "-");
    preflight.origin = "https://b.example";
    preflight.access_control_request_method = "GET";
    const auto allowed = tree.ask(some, preflight);
    CHECK(allowed.plan.status == 204);
    CHECK(allowed.field("Allow") == "GET, HEAD, OPTIONS");
    CHECK(allowed.field("Access-Control-Allow-Origin") == "https://b.example");
    CHECK(allowed.field("Access-Control-Allow-Methods") == "GET, HEAD, OPTIONS");
    CHECK(allowed.field("Vary") == "Origin");
    CHECK(tree.ask(none, preflight).field("Access-Control-Allow-Methods") == "-");
}

TEST_CASE("where a browser navigates, an application's page answers for names with a dot or an encoded slash, too",
          "[engine][site]")
{
    const Site site{{.fallback = "index.html"}};
    for (const char* path : {"/u/john.doe", "/v1.2", "/deep/a%2Fb", "/missing.js"}) {
        INFO(path);
        auto by_mode = get(path);
        by_mode.sec_fetch_mode = "navigate";
        by_mode.accept = "*/*";
        auto by_accept = get(path);
        by_accept.accept = "text/html,application/xhtml+xml,*/*;q=0.8";
        for (const auto& request : {by_mode, by_accept}) {
            const auto page = tree.ask(site, request);
            CHECK(page.plan.status == 200);
            CHECK(page.found_last == "index.html");
            CHECK(page.field("Vary") == "Accept, Accept-Encoding, Sec-Fetch-Mode");
        }
        auto script = get(path);
        script.accept = "*/*";
        CHECK(tree.ask(site, script).plan.status == 404);
        CHECK(tree.ask(site, script).field("Vary") == "Accept, Sec-Fetch-Mode");
        script.accept = "text/html";
        script.sec_fetch_mode = "no-cors";
        CHECK(tree.ask(site, script).plan.status == 404);
        CHECK(tree.ask(Site{}, by_mode).plan.status == 404);
    }
    auto bad = get("/a%zz");
    bad.sec_fetch_mode = "navigate";
    CHECK(tree.ask(site, bad).plan.status == 400);
}

TEST_CASE("a directory without an index is listed where that is wanted", "[engine][site]")
{
    const Site site{{.listing = DirectoryListing::on}};
    const DirectoryContent content{.entries = {{.name = ".hidden", .size = 1, .modified = FileTree::modified},
                                               {.name = "b.txt", .size = 5, .modified = FileTree::modified}}};
    const auto page = tree.ask(site, get("/empty/"), content);
    CHECK(page.looked_up == Names{"empty/index.html", "empty"});
    CHECK(page.plan.status == 200);
    CHECK(page.plan.content == ResponsePlan::Content::file);
    CHECK(page.plan.length == page.listing.size());
    CHECK(page.field("Content-Type") == "text/html; charset=utf-8");
    CHECK(page.field("Cache-Control") == "no-cache");
    CHECK(page.field("Vary") == "Accept");
    CHECK(page.field("Accept-Ranges") == "-");
    CHECK(page.listing.find("b.txt") != std::string::npos);
    CHECK(page.listing.find(".hidden") == std::string::npos);

    auto program = get("/empty/");
    program.accept = "application/json, */*;q=0.1";
    const auto json = tree.ask(site, program, content);
    CHECK(json.field("Content-Type") == "application/json");
    CHECK(json.listing.starts_with("{\"path\":\"/empty/\""));
    const auto etag = json.field("ETag");
    CHECK(etag != page.field("ETag"));
    program.if_none_match = etag;
    CHECK(tree.ask(site, program, content).plan.status == 304);
    CHECK(tree.ask(site, program).plan.status == 200);  // b.txt has gone
    program.if_match = etag;
    CHECK(tree.ask(site, program, content).plan.status == 304);
    const auto changed = tree.ask(site, program);
    CHECK(changed.plan.status == 412);
    CHECK(changed.field("Content-Type") == "text/html; charset=utf-8");
    CHECK(changed.field("Vary") == "Accept");

    CHECK(tree.ask(site, get("/docs/")).found_last == "docs/index.html");
    CHECK(tree.ask(site, get("/app.js/")).plan.status == 404);
    CHECK(tree.ask(site, get("/nothing/")).plan.status == 404);
    CHECK(tree.ask(Site{}, get("/empty/")).plan.status == 404);
    const Site dots{{.listing = DirectoryListing::on, .dot_files = DotFiles::serve}};
    CHECK(tree.ask(dots, get("/empty/"), content).listing.find(".hidden") != std::string::npos);
    CHECK(tree.ask(site, {.method = "HEAD", .path = "/empty/"}, content).plan.head_only);
}

TEST_CASE("options that make no sense are refused, with a hint", "[engine][site]")
{
    const auto complaint = [](SiteOptions options) -> std::string {
        try {
            const Site site{std::move(options)};
        } catch (const std::invalid_argument& error) {
            return error.what();
        }
        return {};
    };
    CHECK(complaint({}).empty());
    CHECK(complaint({.index = {"../x"}}).find("index '../x': give ") == 0);
    for (const char* name : {"/etc/passwd", "a//b", "./a", "a/..", "a/"}) {
        INFO(name);
        CHECK(!complaint({.fallback = name}).empty());
        CHECK(!complaint({.error_pages = {{404, name}}}).empty());
    }
    CHECK(!complaint({.error_pages = {{200, "a"}}}).empty());
    CHECK(!complaint({.error_pages = {{404, ""}}}).empty());
    CHECK(!complaint({.max_age = -1s}).empty());
    CHECK(complaint({.listing = static_cast<DirectoryListing>(2)}) == "listing '2': there is no such choice");
    CHECK(!complaint({.dot_files = static_cast<DotFiles>(2)}).empty());
    CHECK(!complaint({.symlinks = static_cast<Symlinks>(3)}).empty());
    CHECK(!complaint({.clean_urls = static_cast<CleanUrls>(2)}).empty());
    CHECK(!complaint({.precompressed = static_cast<Precompressed>(2)}).empty());
    CHECK(!complaint({.compression = static_cast<SiteCompression>(255)}).empty());
    CHECK(!complaint({.cache_control = static_cast<SiteCacheControl>(2)}).empty());
    for (const SiteRedirect& bad :
         {SiteRedirect{"old", "/"}, SiteRedirect{"/a*b", "/"}, SiteRedirect{"/a", "/*"}, SiteRedirect{"/a", ""},
          SiteRedirect{"/a", "/b\r\nX: y"}, SiteRedirect{"/a/*", "/*/*"}, SiteRedirect{"/a", "/b", 200}})
        CHECK(!complaint({.redirects = {bad}}).empty());
    // With the star there, the client would choose the host, or the scheme.
    for (const char* to : {"*", "x*", "https://*", "https://a.example*", "https://a.example?x=*", "//a.example*"}) {
        INFO(to);
        CHECK(complaint({.redirects = {{"/a/*", to}}}).ends_with("put the * behind the first slash of a path"));
    }
    for (const char* to : {"/*", "/b*", "x/*", "https://a.example/*", "https://a.example/?x=*", "//a.example/b#*"}) {
        INFO(to);
        CHECK(complaint({.redirects = {{"/a/*", to}}}).empty());
    }
    for (const SiteHeader& bad : {SiteHeader{"", "X", "y"}, SiteHeader{"*", "", "y"}, SiteHeader{"*", "X Y", "y"},
                                  SiteHeader{"*", "content-length", "5"}, SiteHeader{"*", "X", "a\r\nY: b"},
                                  SiteHeader{"*", "X", " a"}, SiteHeader{"*", "Vary", "*"}})
        CHECK(!complaint({.headers = {bad}}).empty());
    for (const char* origin : {"example.org", "https://", "https://a/b", "", "https://a b"})
        CHECK(!complaint({.cors_origins = {origin}}).empty());
}

}  // namespace file_site_tests
