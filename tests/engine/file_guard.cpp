// Files that answer for paths that don't name them, where access is guarded.

#include <libnet/engine/file_responder.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/file_tree.hpp>

#include <string>
#include <vector>

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
        CHECK(refused.plan.content == ResponsePlan::Content::page);
        CHECK(refused.judged.size() == 1);
        CHECK(refused.field("ETag") == "-");
        CHECK(refused.field("Last-Modified") == "-");
    }
    CHECK(strict.ask(site, guarded("/docs/")).plan.status == 200);

    auto request = guarded("/about");
    request.method = "HEAD";
    request.if_none_match = "*";  // whether it has changed is nobody's business, either
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
