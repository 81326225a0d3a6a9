// Files that answer for paths that don't name them, where access is guarded.

#include <libnet/engine/files/file_responder.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/file_tree.hpp>

#include <string>
#include <vector>

namespace file_guard_tests {

using namespace libnet;
using namespace libnet::engine;
using test::FileTree;

namespace {

using Names = std::vector<std::string>;

FileRequest guarded(std::string_view path)
{
    return {.method = "GET", .path = path, .accept_encoding = "gzip", .guarded = true};
}

const AccessVerdict denied{403, "Not for you."};
const AccessVerdict login{401, "Who are you?", "WWW-Authenticate", "Basic"};

const FileTree tree = FileTree{}
                          .file("index.html")
                          .file("about.html")
                          .file("about.html.gz")
                          .file("app.html")
                          .file("lost.html")
                          .file("docs/index.html")
                          .file("docs/page.txt")
                          .directory("docs")
                          .directory("empty")
                          .directory("");

const Site site{{.index = {"start.html", "index.html"},
                 .clean_urls = CleanUrls::on,
                 .fallback = "app.html",
                 .error_pages = {{404, "lost.html"}, {403, "lost.html"}}}};

}  // namespace

TEST_CASE("a file that its path names is not judged again", "[engine][guard]")
{
    CHECK(tree.ask(Site{}, guarded("/docs/page.txt")).judged.empty());
    CHECK(tree.ask(Site{}, guarded("/docs/../about.html")).judged.empty());
    CHECK(tree.ask(Site{}, guarded("/docs")).judged.empty());
    CHECK(tree.ask(Site{{.listing = DirectoryListing::on}}, guarded("/empty/")).judged.empty());
    CHECK(tree.ask(Site{}, guarded("/about.html")).found_last == "about.html.gz");  // nor is its sibling
}

TEST_CASE("without a guard nothing is judged", "[engine][guard]")
{
    for (const std::string_view path : {"/", "/about", "/some/page", "/missing.png"})
        CHECK(tree.ask(site, {.method = "GET", .path = path}).judged.empty());
}

TEST_CASE("a file that its path doesn't name is judged when it is found", "[engine][guard]")
{
    CHECK(tree.ask(site, guarded("/")).judged == Names{"index.html"});
    CHECK(tree.ask(site, guarded("/docs/")).judged == Names{"docs/index.html"});
    CHECK(tree.ask(site, guarded("/about")).judged == Names{"about.html"});
    CHECK(tree.ask(site, guarded("/some/page")).judged == Names{"app.html"});
    CHECK(tree.ask(site, guarded("/missing.png")).judged == Names{"lost.html"});
    const auto admitted = tree.ask(site, guarded("/about"));
    CHECK(admitted.plan.status == 200);
    CHECK(admitted.looked_up == Names{"about", "about.html", "about.html.gz"});
    CHECK(admitted.field("Content-Encoding") == "gzip");
}

TEST_CASE("a file that is refused is not sent by another name", "[engine][guard]")
{
    auto strict = tree;
    strict.refusing("index.html", denied).refusing("about.html", login).refusing("app.html", denied);
    for (const std::string_view path : {"/", "/some/page"}) {
        const auto refused = strict.ask(site, guarded(path));
        CHECK(refused.plan.status == 403);
        CHECK(refused.plan.reason == "Not for you.");
        CHECK(refused.found_last == "lost.html");
        CHECK(refused.judged.size() == 1);
        CHECK(refused.field("ETag") == "-");
        CHECK(refused.field("Last-Modified") == "-");
    }
    CHECK(strict.ask(site, guarded("/docs/")).plan.status == 200);

    auto request = guarded("/about");
    request.method = "HEAD";
    request.if_none_match = "*";  // whether it has changed is not told, either
    const auto asked = strict.ask(site, request);
    CHECK(asked.plan.status == 401);
    CHECK(asked.plan.head_only);
    CHECK(asked.field("WWW-Authenticate") == "Basic");
}

TEST_CASE("an error page that is refused gives way to the built-in one", "[engine][guard]")
{
    auto strict = tree;
    strict.refusing("lost.html", denied);
    const auto refused = strict.ask(site, guarded("/missing.png"));
    CHECK(refused.plan.status == 404);
    CHECK(refused.plan.content == ResponsePlan::Content::page);
    CHECK(tree.ask(site, guarded("/missing.png")).plan.content == ResponsePlan::Content::file);
}

TEST_CASE("what the guard refuses has the site's error page", "[engine][guard]")
{
    const Site own{{.error_pages = {{401, "lost.html"}, {429, "docs/page.txt"}, {503, "lost.html"}}}};
    const auto asked = tree.ask_refused(own, guarded("/docs/page.txt"), login);
    CHECK(asked.plan.status == 401);
    CHECK(asked.plan.reason == "Who are you?");
    CHECK(asked.looked_up == Names{"lost.html"});
    CHECK(asked.plan.content == ResponsePlan::Content::file);
    CHECK(!asked.plan.head_only);
    CHECK(asked.field("WWW-Authenticate") == "Basic");
    CHECK(asked.field("Content-Type") == "text/html; charset=utf-8");
    CHECK(asked.field("Content-Length") == "1000");
    for (const auto* name : {"ETag", "Last-Modified", "Accept-Ranges", "Cache-Control"})
        CHECK(asked.field(name) == "-");

    const auto often = tree.ask_refused(own, guarded("/"), {429, "Too often.", "Retry-After", "7"});
    CHECK(often.plan.status == 429);
    CHECK(often.found_last == "docs/page.txt");
    CHECK(often.field("Retry-After") == "7");
    const auto busy = tree.ask_refused(own, guarded("/"), {503, "Too busy.", "Retry-After", "1"});
    CHECK(busy.plan.status == 503);
    CHECK(busy.found_last == "lost.html");
    CHECK(busy.field("Retry-After") == "1");
}

TEST_CASE("the guard isn't asked about the page that shows its refusal", "[engine][guard]")
{
    auto strict = tree;
    strict.refusing("lost.html", denied).refusing("index.html", denied);
    const auto refused = strict.ask_refused(site, guarded("/docs/"), denied);
    CHECK(refused.judged.empty());
    CHECK(refused.found_last == "lost.html");
    CHECK(refused.plan.content == ResponsePlan::Content::file);

    const auto file = strict.ask(site, guarded("/"));
    CHECK(file.judged == Names{"index.html"});
    CHECK(file.found_last == "lost.html");
    CHECK(file.plan.status == 403);
    CHECK(file.plan.content == ResponsePlan::Content::file);

    // That holds for one request.
    FileResponder responder;
    strict.answer(responder, responder.start_refused(site, guarded("/"), denied));
    const auto next = strict.answer(responder, responder.start(site, guarded("/missing.png")));
    CHECK(next.judged == Names{"lost.html"});
    CHECK(next.plan.content == ResponsePlan::Content::page);
}

TEST_CASE("a refusal whose page can't be had has the built-in one", "[engine][guard]")
{
    auto broken = tree;
    broken.failing("secret.html", LookUpFailure::forbidden).failing("busy.html", LookUpFailure::overloaded);
    for (const auto* page : {"gone.html", "docs", "secret.html", "busy.html"}) {
        CAPTURE(page);
        const auto refused = broken.ask_refused(Site{{.error_pages = {{401, page}}}}, guarded("/"), login);
        CHECK(refused.looked_up == Names{page});
        CHECK(refused.plan.status == 401);
        CHECK(refused.plan.content == ResponsePlan::Content::page);
        CHECK(refused.field("WWW-Authenticate") == "Basic");
    }
    const auto without = tree.ask_refused(site, guarded("/"), login);
    CHECK(without.looked_up.empty());
    CHECK(without.plan.status == 401);
    CHECK(without.plan.content == ResponsePlan::Content::page);
    CHECK(without.plan.page.find("Who are you?") != std::string::npos);
    CHECK(without.field("WWW-Authenticate") == "Basic");
    CHECK(tree.ask_refused(site, guarded("/"), {429, "Too often."}).plan.more.empty());
}

TEST_CASE("a refusal says nothing of a HEAD's content, and is one whatever the request is", "[engine][guard]")
{
    auto request = guarded("/about");
    request.method = "HEAD";
    request.if_none_match = "*";
    request.range = "bytes=0-1";
    const auto head = tree.ask_refused(site, request, denied);
    CHECK(head.plan.head_only);
    CHECK(head.plan.status == 403);
    CHECK(head.field("Content-Length") == "1000");
    CHECK(tree.ask_refused(Site{}, request, denied).plan.head_only);

    for (const std::string_view method : {"OPTIONS", "PUT", "BREW"})
        for (const std::string_view path : {"/", "*", "/%zz", "/a%2Fb", "/../x", "/.hidden"}) {
            CAPTURE(method, path);
            const auto refused = tree.ask_refused(site, {.method = method, .path = path, .guarded = true}, denied);
            CHECK(refused.plan.status == 403);
            CHECK(refused.looked_up == Names{"lost.html"});
            CHECK(!refused.plan.head_only);
        }
}

TEST_CASE("a refusal has the fields that other errors have", "[engine][guard]")
{
    const Site rich{{.error_pages = {{401, "lost.html"}},
                     .redirects = {{"/docs/*", "/old/*"}},
                     .headers = {{"/docs/*", "X-Docs", "yes"}, {"*", "X-All", "yes"}},
                     .cors_origins = {"https://a.example"}}};
    auto request = guarded("/docs/%70age.txt");
    request.origin = "https://a.example";
    const auto refused = tree.ask_refused(rich, request, login);
    CHECK(refused.plan.status == 401);
    CHECK(refused.field("X-Docs") == "yes");
    CHECK(refused.field("X-All") == "yes");
    CHECK(refused.field("Access-Control-Allow-Origin") == "https://a.example");
    CHECK(refused.field("Vary") == "Origin");
    CHECK(refused.field("WWW-Authenticate") == "Basic");
    CHECK(refused.field("Location") == "-");
    CHECK(tree.ask_refused(rich, guarded("/docs/"), login).field("X-Docs") == "yes");
    CHECK(tree.ask_refused(rich, guarded("/about"), login).field("X-Docs") == "-");
}

TEST_CASE("the fallback is judged by its own name where the path is no file's", "[engine][guard]")
{
    auto request = guarded("/a%2Fb");
    request.sec_fetch_mode = "navigate";
    CHECK(tree.ask(site, request).judged == Names{"app.html"});
}

}  // namespace file_guard_tests
