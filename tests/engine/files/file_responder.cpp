#include <libnet/engine/files/file_responder.hpp>
#include <tests/support/catch.hpp>

#include <map>

namespace file_responder_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace std::chrono_literals;

namespace {

// Sun, 06 Nov 1994 08:49:37 GMT, and a day later.
const FileTime modified{784111777s};
const FileTime now = modified + 24h;
const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";
const FileFacts file{.kind = FileKind::regular, .size = 1000, .modified = modified};
const FileFacts directory{.kind = FileKind::directory, .size = 4096, .modified = modified};

using Fields = std::map<std::string, std::string>;

Fields fields_of(const ResponsePlan& plan)
{
    Fields fields;
    for_each_field(plan,
                   [&](std::string_view name, std::string_view value) { REQUIRE(fields.emplace(name, value).second); });
    return fields;
}

FileRequest get(std::string_view path) { return {.method = "GET", .path = path}; }

const Site plain_site{{.cache_control = SiteCacheControl::off}};

/// The plan for a request whose file is found.
ResponsePlan found(const FileRequest& request, const FileFacts& facts = file)
{
    FileResponder responder;
    REQUIRE(std::holds_alternative<LookUp>(responder.start(plain_site, request)));
    REQUIRE(responder.on_file(facts, now) == FileAction{Respond{}});
    return responder.plan();
}

/// The plan for a request that needs no file.
ResponsePlan refused(const FileRequest& request)
{
    FileResponder responder;
    REQUIRE(responder.start(plain_site, request) == FileAction{Respond{}});
    return responder.plan();
}

}  // namespace

TEST_CASE("a file that is there is sent whole", "[engine][file_responder]")
{
    FileResponder responder;
    CHECK(responder.start(plain_site, get("/docs/page.html?v=1")) == FileAction{LookUp{"docs/page.html?v=1"}});
    CHECK(responder.start(plain_site, get("/docs/page.html")) == FileAction{LookUp{"docs/page.html"}});
    CHECK(responder.on_file(file, now) == FileAction{Respond{}});
    const auto& plan = responder.plan();
    CHECK(plan.status == 200);
    CHECK(plan.content == ResponsePlan::Content::file);
    CHECK(plan.first == 0);
    CHECK(plan.length == 1000);
    CHECK(!plan.head_only);
    CHECK(plan.reason.empty());
    CHECK(fields_of(plan) == Fields{{"Content-Type", "text/html; charset=utf-8"},
                                    {"Content-Length", "1000"},
                                    {"X-Content-Type-Options", "nosniff"},
                                    {"Accept-Ranges", "bytes"},
                                    {"Last-Modified", date},
                                    {"ETag", plan.etag},
                                    {"Vary", "Accept-Encoding"}});
    CHECK(plan.etag.starts_with("W/\""));
}

TEST_CASE("HEAD has the fields of GET and no content", "[engine][file_responder]")
{
    auto request = get("/a.txt");
    const auto fields = fields_of(found(request));
    request.method = "HEAD";
    CHECK(fields_of(found(request)) == fields);
    CHECK(found(request).head_only);

    FileResponder responder;
    responder.start(plain_site, request);
    responder.on_failure(LookUpFailure::not_found);
    CHECK(responder.plan().head_only);
    CHECK(responder.plan().content_length() > 0);
}

TEST_CASE("a directory answers with its index", "[engine][file_responder]")
{
    FileResponder responder;
    CHECK(responder.start(plain_site, get("/")) == FileAction{LookUp{"index.html"}});
    CHECK(responder.start(plain_site, get("/docs/")) == FileAction{LookUp{"docs/index.html"}});
    responder.on_file(file, now);
    CHECK(responder.plan().content_type == "text/html; charset=utf-8");

    const Site two{{.index = {"main.xhtml", "index.html"}}}, none{{.index = {}}};
    CHECK(responder.start(two, get("/docs/")) == FileAction{LookUp{"docs/main.xhtml"}});
    CHECK(responder.on_failure(LookUpFailure::not_found) == FileAction{LookUp{"docs/index.html"}});
    CHECK(responder.on_failure(LookUpFailure::not_found) == FileAction{LookUp{"docs"}});
    CHECK(responder.on_failure(LookUpFailure::not_found) == FileAction{Respond{}});
    CHECK(responder.plan().status == 404);
    CHECK(responder.plan().reason == "There is no such file here.");
    CHECK(responder.start(none, get("/docs/")) == FileAction{LookUp{"docs"}});
    CHECK(responder.on_file(directory, now) == FileAction{Respond{}});
    CHECK(responder.plan().status == 404);
    CHECK(responder.plan().reason.starts_with("This directory has no index"));
    CHECK(responder.plan().page.find("--listing") != std::string::npos);
}

TEST_CASE("a path of very many segments is looked up nowhere", "[engine][file_responder]")
{
    const auto deep = [](std::size_t segments) {
        std::string path;
        for (std::size_t i = 0; i < segments; ++i) path += "/a";
        return path;
    };
    FileResponder responder;
    const auto deepest = deep(256);
    CHECK(responder.start(plain_site, get(deepest)) == FileAction{LookUp{deepest.substr(1)}});
    for (const std::size_t segments : {std::size_t{257}, std::size_t{2000}}) {
        const auto path = deep(segments);
        CHECK(refused(get(path)).status == 404);
        CHECK(refused(get(path + '/')).status == 404);
    }
}

TEST_CASE("an index that is a directory itself is not there", "[engine][file_responder]")
{
    FileResponder responder;
    responder.start(plain_site, get("/docs/"));
    CHECK(responder.on_file(directory, now) == FileAction{LookUp{"docs"}});
    CHECK(responder.on_file(directory, now) == FileAction{Respond{}});
    CHECK(responder.plan().status == 404);
}

TEST_CASE("a directory without its slash is redirected, with its query", "[engine][file_responder]")
{
    auto plan = found(get("/docs"), directory);
    CHECK(plan.status == 301);
    CHECK(plan.location == "/docs/");
    CHECK(plan.reason.empty());
    CHECK(plan.content == ResponsePlan::Content::page);

    auto request = get("/d%20x/%C3%BC");
    request.has_query = true;
    request.query = "a=1&b";
    CHECK(found(request, directory).location == "/d%20x/%C3%BC/?a=1&b");
    request.query = "";
    CHECK(found(request, directory).location == "/d%20x/%C3%BC/?");
}

TEST_CASE("a redirect never leaves the server or its line", "[engine][file_responder]")
{
    CHECK(found(get("//evil.example"), directory).location == "/evil.example/");
    CHECK(found(get("/x/..//evil.example"), directory).location == "/evil.example/");
    CHECK(found(get("/a%0D%0ASet-Cookie:x"), directory).location == "/a%0D%0ASet-Cookie:x/");
    CHECK(found(get("/\\evil.example"), directory).location == "/%5Cevil.example/");
}

TEST_CASE("failures to find a file have their statuses and a page that says why", "[engine][file_responder]")
{
    struct {
        LookUpFailure failure;
        unsigned status;
    } const cases[] = {{LookUpFailure::not_found, 404},
                       {LookUpFailure::forbidden, 403},
                       {LookUpFailure::overloaded, 503},
                       {LookUpFailure::failed, 500}};
    for (const auto& [failure, status] : cases) {
        FileResponder responder;
        responder.start(plain_site, get("/<script>"));
        CHECK(responder.on_failure(failure) == FileAction{Respond{}});
        const auto& plan = responder.plan();
        CHECK(plan.status == status);
        CHECK(!plan.reason.empty());
        CHECK(plan.page.find(std::to_string(status)) != plan.page.npos);
        CHECK(plan.page.find(plan.reason) != plan.page.npos);
        CHECK(plan.page.find("<script") == plan.page.npos);
        auto fields = fields_of(plan);
        CHECK(fields["Content-Type"] == "text/html; charset=utf-8");
        CHECK(fields["Content-Length"] == std::to_string(plan.page.size()));
        CHECK(fields.contains("Retry-After") == (status == 503));
        CHECK(!fields.contains("ETag"));
    }
}

TEST_CASE("a path that names no file is refused before anything is looked up", "[engine][file_responder]")
{
    for (const char* path : {"/..", "/%2e%2e/x", "/%zz", "/%00", "*", ""}) CHECK(refused(get(path)).status == 400);
    CHECK(refused(get("/a%2fb")).status == 404);
    for (const char* path : {"/.git/config", "/a/.htpasswd", "/%2egit/", "/..."})
        CHECK(refused(get(path)).status == 404);
    FileResponder responder;
    CHECK(responder.start(plain_site, get("/.well-known/x")) == FileAction{LookUp{".well-known/x"}});
}

TEST_CASE("files can only be read", "[engine][file_responder]")
{
    for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT"}) {
        const auto plan = refused({.method = method, .path = "/a"});
        CHECK(plan.status == 405);
        CHECK(fields_of(plan)["Allow"] == "GET, HEAD, OPTIONS");
    }
    for (const char* method : {"BREW", "get", "Get", "GETX", ""}) {
        const auto plan = refused({.method = method, .path = "/a"});
        CHECK(plan.status == 501);
        CHECK(!fields_of(plan).contains("Allow"));
    }
}

TEST_CASE("OPTIONS says what is allowed, for a file and for the server", "[engine][file_responder]")
{
    for (const char* path : {"/a", "*", ""}) {
        const auto plan = refused({.method = "OPTIONS", .path = path});
        CHECK(plan.status == 204);
        CHECK(fields_of(plan) == Fields{{"Allow", "GET, HEAD, OPTIONS"}});
    }
}

TEST_CASE("what the client has is not sent again", "[engine][file_responder]")
{
    const auto etag = found(get("/a")).etag;
    auto request = get("/a");
    request.if_none_match = etag;
    auto plan = found(request);
    CHECK(plan.status == 304);
    CHECK(fields_of(plan) == Fields{{"ETag", etag}, {"Vary", "Accept-Encoding"}});

    request.if_none_match = "\"other\"";
    CHECK(found(request).status == 200);
    request.if_modified_since = date;
    CHECK(found(request).status == 200);  // If-None-Match alone counts

    request.if_none_match = "";
    CHECK(found(request).status == 304);
    request.if_modified_since = "Sun, 06 Nov 1994 08:49:36 GMT";
    CHECK(found(request).status == 200);
    request.if_modified_since = "yesterday";
    CHECK(found(request).status == 200);
}

TEST_CASE("a file that changed has another entity tag", "[engine][file_responder]")
{
    auto later = file, longer = file;
    later.modified += 1us;
    longer.size += 1;
    CHECK(found(get("/a"), later).etag != found(get("/a")).etag);
    CHECK(found(get("/a"), longer).etag != found(get("/a")).etag);
}

TEST_CASE("a request about another state of the file fails", "[engine][file_responder]")
{
    auto request = get("/a");
    const std::string etag = found(request).etag;
    request.if_match = "*";
    CHECK(found(request).status == 200);
    request.if_match = etag;  // weak: never enough for If-Match
    CHECK(found(request).status == 412);
    request.if_match = "";
    request.if_unmodified_since = date;
    CHECK(found(request).status == 200);
    request.if_unmodified_since = "Sun, 06 Nov 1994 08:49:36 GMT";
    CHECK(found(request).status == 412);
}

TEST_CASE("a file from the future was changed when its time was set", "[engine][file_responder]")
{
    auto facts = file;
    facts.modified = now + 1h;
    facts.changed = now;
    CHECK(fields_of(found(get("/a"), facts))["Last-Modified"] == "Mon, 07 Nov 1994 08:49:37 GMT");
}

TEST_CASE("one range gives a part of the file", "[engine][file_responder]")
{
    auto request = get("/a.txt");
    request.range = "bytes=100-199";
    auto plan = found(request);
    CHECK(plan.status == 206);
    CHECK(plan.first == 100);
    CHECK(plan.length == 100);
    auto fields = fields_of(plan);
    CHECK(fields["Content-Range"] == "bytes 100-199/1000");
    CHECK(fields["Content-Length"] == "100");

    request.range = "bytes=1000-";
    plan = found(request);
    CHECK(plan.status == 416);
    CHECK(fields_of(plan)["Content-Range"] == "bytes */1000");
    CHECK(plan.content == ResponsePlan::Content::page);

    request.range = "bytes=0-1";
    request.method = "HEAD";
    CHECK(found(request).status == 200);
}

TEST_CASE("an answer leaves nothing behind for the next one", "[engine][file_responder]")
{
    FileResponder responder;
    auto request = get("/a");
    request.range = "bytes=5-";
    responder.start(plain_site, request);
    responder.on_file(file, now);
    responder.start(plain_site, {.method = "POST", .path = "/"});
    CHECK(responder.plan().status == 405);
    responder.start(plain_site, get("/a"));
    responder.on_file(file, now);
    CHECK(responder.plan().status == 200);
    CHECK(responder.plan().first == 0);
    CHECK(responder.plan().allow.empty());
    CHECK(responder.plan().page.empty());
}

TEST_CASE("error pages echo nothing that HTML would read", "[engine][error_page]")
{
    std::string html;
    append_error_page(html, 404, "<script>alert('1')</script> & \"x\"");
    CHECK(html.find("<script") == html.npos);
    CHECK(html.find("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;") != html.npos);
    CHECK(html.starts_with("<!doctype html>"));
    CHECK(html.find("<h1>404 Not Found</h1>") != html.npos);
}

TEST_CASE("a listing of any size is tagged by its text", "[engine][file_responder]")
{
    const Site lists{{.listing = DirectoryListing::on}};
    const auto tag_of = [&lists](std::uint64_t size, std::uint64_t hash) {
        FileResponder responder;
        auto action = responder.start(lists, get("/"));
        while (std::holds_alternative<LookUp>(action))
            action = std::get<LookUp>(action).name.empty() ? responder.on_file(directory, now)
                                                           : responder.on_failure(LookUpFailure::not_found);
        REQUIRE(std::holds_alternative<ListDirectory>(action));
        CHECK(responder.on_listing(size, hash, now) == FileAction{Respond{}});
        return fields_of(responder.plan()).at("ETag");
    };
    CHECK(tag_of(1000, 0xC0FFEE) == "\"c0ffee-3e8\"");
    CHECK(tag_of(2 << 20, 0xC0FFEE) == "\"c0ffee-200000\"");
    CHECK(tag_of(2 << 20, 0xBEEF) != tag_of(2 << 20, 0xC0FFEE));
}

}  // namespace file_responder_tests
