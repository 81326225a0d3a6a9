// Which of a file's codings is sent, and how the answer says so.

#include <libnet/engine/files/file_responder.hpp>
#include <libnet/engine/files/validators.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/file_tree.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace file_negotiation_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace std::chrono_literals;
using test::FileTree;

namespace {

const Site site{};

FileRequest get(std::string_view path, std::string_view accept_encoding = {})
{
    return {.method = "GET", .path = path, .accept_encoding = accept_encoding};
}

const FileTree tree =
    FileTree{}.file("a.css").file("a.css.br", 300).file("a.css.gz", 400).file("a.png").file("a.png.br");

}  // namespace

TEST_CASE("the sibling that the client wants most is sent", "[engine][negotiation]")
{
    const auto br = tree.ask(site, get("/a.css", "gzip, br"));
    CHECK(br.looked_up == std::vector<std::string>{"a.css", "a.css.br"});
    CHECK(br.found_last == "a.css.br");
    CHECK(br.field("Content-Encoding") == "br");
    CHECK(br.field("Content-Type") == "text/css; charset=utf-8");
    CHECK(br.field("Content-Length") == "300");
    CHECK(br.field("Vary") == "Accept-Encoding");

    const auto gzip = tree.ask(site, get("/a.css", "zstd, gzip;q=0.5, br;q=0.1"));
    CHECK(gzip.looked_up == std::vector<std::string>{"a.css", "a.css.zst", "a.css.gz"});
    CHECK(gzip.found_last == "a.css.gz");
    CHECK(gzip.field("Content-Encoding") == "gzip");

    const auto plain = tree.ask(site, get("/a.css"));
    CHECK(plain.looked_up == std::vector<std::string>{"a.css"});
    CHECK(plain.field("Content-Encoding") == "-");
    CHECK(plain.field("Vary") == "Accept-Encoding");
    CHECK(tree.ask(site, get("/a.css", "identity, br;q=0.5")).found_last == "a.css");
    CHECK(tree.ask(site, get("/a.css", "zstd")).found_last == "a.css");
}

TEST_CASE("whatever its type, a file's sibling is sent, and all its answers say Vary", "[engine][negotiation]")
{
    const auto models =
        FileTree{}.file("m.glb").file("m.glb.br").file("m.glb.gz").file("LICENSE").file("LICENSE.gz").file("b.png");
    const auto model = models.ask(site, get("/m.glb", "gzip, br"));
    CHECK(model.found_last == "m.glb.br");
    CHECK(model.field("Content-Encoding") == "br");
    CHECK(model.field("Content-Type") == "model/gltf-binary");
    CHECK(model.field("Vary") == "Accept-Encoding");
    CHECK(models.ask(site, get("/m.glb")).found_last == "m.glb");
    CHECK(models.ask(site, get("/m.glb")).field("Vary") == "Accept-Encoding");
    CHECK(models.ask(site, get("/LICENSE", "gzip")).found_last == "LICENSE.gz");
    CHECK(tree.ask(site, get("/a.png", "br")).found_last == "a.png.br");
    const auto alone = models.ask(site, get("/b.png", "br, gzip"));
    CHECK(alone.found_last == "b.png");
    CHECK(alone.field("Content-Encoding") == "-");
}

TEST_CASE("what doesn't get smaller is not compressed", "[engine][negotiation]")
{
    const Site compressing{{.compression = SiteCompression::on}};
    const auto picture = FileTree{}.file("a.png").ask(compressing, get("/a.png", "br"));
    CHECK(picture.looked_up == std::vector<std::string>{"a.png", "a.png.br"});
}

TEST_CASE("an entity tag that was given out is good as long as the file is what it was", "[engine][negotiation]")
{
    // By its facts first, by the hash of its content later: of a file that was too many at once, or before a restart.
    FileFacts unread{.size = 1000, .modified = FileTree::modified, .inode = 7, .changed = FileTree::modified};
    unread.settled = true;
    auto read = unread;
    read.hash = 0xC0FFEE;
    const auto ask = [](const FileFacts& facts, const FileRequest& request) {
        FileResponder responder;
        responder.start(site, request);
        responder.on_file(facts, FileTree::now);
        return responder.plan();
    };
    auto request = get("/a.png");
    const auto by_facts = ask(unread, request).etag, by_hash = ask(read, request).etag;
    CHECK(by_facts.starts_with('"'));
    CHECK(by_hash.starts_with("\"c0ffee-"));
    CHECK(ask(unread, request).etag == by_facts);
    for (const auto& etag : {by_facts, by_hash}) {
        INFO(etag);
        request = get("/a.png");
        request.if_none_match = etag;
        CHECK(ask(read, request).status == 304);
        CHECK(ask(read, request).etag == etag);
        request.if_none_match = {};
        request.if_match = etag;
        CHECK(ask(read, request).status == 200);
        request.if_match = {};
        request.if_range = etag;
        request.range = "bytes=500-";
        CHECK(ask(read, request).status == 206);
        CHECK(ask(read, request).etag == etag);
    }
    request.if_range = "\"other\"";
    CHECK(ask(read, request).status == 200);
    unread.changed += 1us;
    request.if_range = by_facts;
    CHECK(ask(unread, request).status == 200);
}

TEST_CASE("a site without precompressed files doesn't look for them", "[engine][negotiation]")
{
    const Site none{{.precompressed = Precompressed::off}};
    const auto plain = tree.ask(none, get("/a.css", "br"));
    CHECK(plain.looked_up == std::vector<std::string>{"a.css"});
    CHECK(plain.field("Vary") == "-");
}

TEST_CASE("a sibling that can't be meant is passed over", "[engine][negotiation]")
{
    auto odd = FileTree{}.file("a.css").directory("a.css.br").file("a.css.gz", 1, FileTree::modified - 2min);
    odd.failing("a.css.zst", LookUpFailure::forbidden);
    const auto plain = odd.ask(site, get("/a.css", "br, zstd, gzip"));
    CHECK(plain.looked_up == std::vector<std::string>{"a.css", "a.css.br", "a.css.zst", "a.css.gz", "a.css"});
    CHECK(plain.found_last == "a.css");
    CHECK(plain.field("Content-Encoding") == "-");
    CHECK(plain.field("Content-Length") == "1000");

    const auto copied = FileTree{}.file("a.css").file("a.css.gz", 1, FileTree::modified - 30s);
    CHECK(copied.ask(site, get("/a.css", "gzip")).found_last == "a.css.gz");
}

TEST_CASE("identity can be refused", "[engine][negotiation]")
{
    CHECK(tree.ask(site, get("/a.css", "br, identity;q=0")).plan.status == 200);
    const auto refused = tree.ask(site, get("/a.css", "zstd, *;q=0"));
    CHECK(refused.plan.status == 406);
    CHECK(refused.plan.content == ResponsePlan::Content::page);
    CHECK(refused.field("Vary") == "Accept-Encoding");
    CHECK(tree.ask(site, get("/a.png", "identity;q=0")).plan.status == 200);  // there is nothing to choose from
}

TEST_CASE("who has the weak entity tag of a file needn't get it again when the strong one is known",
          "[engine][negotiation]")
{
    const FileFacts young{.size = 1000, .modified = FileTree::modified, .inode = 5};
    auto read = young;
    read.hash = 7;
    const auto ask = [](const FileFacts& facts, const FileRequest& request) {
        FileResponder responder;
        responder.start(site, request);
        responder.on_file(facts, FileTree::now);
        return responder.plan();
    };
    auto request = get("/a.png");
    const std::string weak = ask(young, request).etag, strong = ask(read, request).etag;
    request.if_none_match = weak;
    CHECK(ask(read, request).status == 304);
    CHECK(ask(read, request).etag == weak);
    request.if_none_match = strong;
    CHECK(ask(read, request).status == 304);
    CHECK(ask(read, request).etag == strong);
    request.if_none_match = "W/\"other\"";
    CHECK(ask(read, request).status == 200);
    CHECK(ask(read, request).etag == strong);
    request.if_none_match = weak;
    request.if_match = weak;
    CHECK(ask(read, request).status == 412);
}

TEST_CASE("what has no sibling is compressed, where that is wanted and worth it", "[engine][negotiation]")
{
    const Site compressing{{.compression = SiteCompression::on}};
    auto request = get("/b.js", "zstd;q=0.5, gzip");
    const auto files =
        FileTree{}.file("b.js").file("small.js", 255).file("large.js", 5 << 20).file("c.js.gz").file("c.js");
    const auto encoded = files.ask(compressing, request);
    CHECK(encoded.looked_up == std::vector<std::string>{"b.js", "b.js.gz", "b.js.zst", "b.js as gzip"});
    CHECK(encoded.field("Content-Encoding") == "gzip");
    CHECK(encoded.field("Content-Length") == "100");
    CHECK(encoded.field("Vary") == "Accept-Encoding");
    CHECK(encoded.field("Accept-Ranges") == "-");
    const auto etag = encoded.field("ETag");
    CHECK(etag.starts_with("W/\""));
    CHECK(etag.ends_with("-gzip\""));

    request.range = "bytes=0-1";
    CHECK(files.ask(compressing, request).plan.status == 200);
    request.if_none_match = etag;
    CHECK(files.ask(compressing, request).plan.status == 304);
    CHECK(files.ask(compressing, request).field("ETag") == etag);

    CHECK(files.ask(compressing, get("/c.js", "br, gzip")).found_last == "c.js.gz");
    CHECK(files.ask(compressing, get("/small.js", "br")).found_last == "small.js");
    CHECK(files.ask(compressing, get("/large.js", "br")).found_last == "large.js");
    CHECK(files.ask(compressing, get("/b.js")).found_last == "b.js");
    CHECK(files.ask(compressing, get("/b.js", "identity, br;q=0.5")).found_last == "b.js");
    CHECK(files.ask(compressing, get("/b.js", "br, identity;q=0")).found_last == "b.js as br");
    CHECK(files.ask(site, get("/b.js", "br")).found_last == "b.js");

    auto unable = files;
    unable.without_encoder();
    CHECK(unable.ask(compressing, get("/b.js", "br")).found_last == "b.js");
    CHECK(unable.ask(compressing, get("/b.js", "br, identity;q=0")).plan.status == 406);
    unable.directory("b.js.br");
    CHECK(unable.ask(compressing, get("/b.js", "br")).looked_up.back() == "b.js");
}

TEST_CASE("method, range, conditions and coding in every combination", "[engine][negotiation]")
{
    std::set<std::string> etags;
    for (const std::string coding : {"identity", "br", "gzip"}) {
        const auto whole = tree.ask(site, get("/a.css", coding));
        const auto etag = whole.field("ETag");
        const auto size = std::stoul(whole.field("Content-Length"));
        CHECK(etag.starts_with('"'));
        CHECK(etags.insert(etag).second);
        for (const std::string method : {"GET", "HEAD"}) {
            for (const std::string range : {"", "bytes=0-9", "bytes=0-9,20-29", "bytes=5000-", "bytes=x"}) {
                for (const std::string if_range : {"", "same", "other"}) {
                    for (const std::string condition : {"", "have it", "have another", "match", "match another"}) {
                        FileRequest request{.method = method, .path = "/a.css", .accept_encoding = coding};
                        request.range = range;
                        request.if_range = if_range == "same" ? etag : if_range;
                        if (if_range == "other") request.if_range = "\"other\"";
                        if (condition == "have it") request.if_none_match = etag;
                        if (condition == "have another") request.if_none_match = "\"other\"";
                        if (condition == "match") request.if_match = etag;
                        if (condition == "match another") request.if_match = "\"other\"";
                        const auto planned = tree.ask(site, request);
                        const auto& plan = planned.plan;
                        INFO(coding << ' ' << method << ' ' << range << ' ' << if_range << ' ' << condition);

                        const bool parts = method == "GET" && if_range != "other" && range.starts_with("bytes=0");
                        const bool behind = method == "GET" && if_range != "other" && range == "bytes=5000-";
                        const unsigned expected = condition == "match another" ? 412
                                                  : condition == "have it"     ? 304
                                                  : parts                      ? 206
                                                  : behind                     ? 416
                                                                               : 200;
                        CHECK(plan.status == expected);
                        CHECK(plan.head_only == (method == "HEAD" && expected != 304));
                        CHECK(planned.field("Vary") == "Accept-Encoding");
                        const bool of_file = expected == 200 || expected == 206;
                        CHECK(planned.field("ETag") == (of_file || expected == 304 ? etag : "-"));
                        CHECK(planned.field("Content-Encoding") == (of_file && coding != "identity" ? coding : "-"));
                        CHECK((planned.field("Last-Modified") != "-") == of_file);
                        CHECK(planned.field("Accept-Ranges") == (of_file ? "bytes" : "-"));
                        const bool single = expected == 206 && range == "bytes=0-9";
                        CHECK(planned.field("Content-Range") == (single            ? "bytes 0-9/" + std::to_string(size)
                                                                 : expected == 416 ? "bytes */" + std::to_string(size)
                                                                                   : "-"));
                        if (expected == 200) CHECK(plan.content_length() == size);
                        if (single) CHECK(plan.content_length() == 10);
                        CHECK((plan.content == ResponsePlan::Content::parts) == (expected == 206 && !single));
                        if (expected == 304) CHECK(plan.content == ResponsePlan::Content::none);
                    }
                }
            }
        }
    }
}

TEST_CASE("several parts of a file are one multipart content", "[engine][negotiation]")
{
    auto request = get("/a.css");
    request.range = "bytes=10-19,-5";
    const auto planned = tree.ask(site, request);
    const auto& plan = planned.plan;
    const auto type = planned.field("Content-Type");
    REQUIRE(type.starts_with("multipart/byteranges; boundary=\""));
    const auto boundary = type.substr(32, type.size() - 33);
    CHECK(boundary.size() <= 70);  // RFC 2046 section 5.1.1

    std::string content;
    std::string_view text{plan.page};
    for (const auto& part : plan.parts) {
        content += text.substr(0, part.text);
        text.remove_prefix(part.text);
        content += std::string(part.length, 'x');
    }
    CHECK(text.empty());
    CHECK(planned.field("Content-Length") == std::to_string(content.size()));
    CHECK(content == "--" + boundary +
                         "\r\nContent-Type: text/css; charset=utf-8\r\nContent-Range: bytes 10-19/1000\r\n\r\n" +
                         "xxxxxxxxxx\r\n--" + boundary +
                         "\r\nContent-Type: text/css; charset=utf-8\r\nContent-Range: bytes 995-999/1000\r\n\r\n" +
                         "xxxxx\r\n--" + boundary + "--\r\n");
    CHECK(plan.parts.at(0).first == 10);
    CHECK(plan.parts.at(1).first == 995);
    CHECK(plan.parts.at(2).length == 0);
}

TEST_CASE("a condition about an earlier state has a large file hashed, and holds if the content is the same",
          "[engine][negotiation]")
{
    constexpr std::uint64_t size = 2 << 20;
    const auto state = state_digest({.modified = FileTree::modified});
    FileTree large;
    large.unread("a.iso", size).unread("b.iso", (16 << 20) + 1).having_been({7, 8});
    const auto tagged = [](std::uint64_t digest, std::uint64_t of = 2 << 20) {
        std::string etag;
        make_strong_etag(etag, digest, of, wire::ContentCoding::identity);
        return etag;
    };
    const auto ask = [&](std::string_view path, const std::string& if_none_match) {
        return large.ask(site, {.method = "GET", .path = path, .if_none_match = if_none_match});
    };
    const auto hashed = std::vector<std::string>{"a.iso", "a.iso hashed"}, plain = std::vector<std::string>{"a.iso"};

    const auto earlier = ask("/a.iso", tagged(8));
    CHECK(earlier.looked_up == hashed);
    CHECK(earlier.plan.status == 304);
    CHECK(earlier.field("ETag") == tagged(8));

    const auto other = ask("/a.iso", tagged(9));
    CHECK(other.looked_up == hashed);
    CHECK(other.plan.status == 200);
    CHECK(other.field("ETag") == tagged(state));

    const auto own = ask("/a.iso", tagged(state));
    CHECK(own.looked_up == plain);
    CHECK(own.plan.status == 304);
    CHECK(ask("/a.iso", "W/" + tagged(8)).looked_up == plain);
    CHECK(ask("/a.iso", tagged(8, 1)).looked_up == plain);
    CHECK(ask("/b.iso", tagged(8, (16 << 20) + 1)).looked_up == std::vector<std::string>{"b.iso"});  // takes too long

    const auto tag = tagged(7);
    const auto part = large.ask(site, {.method = "GET", .path = "/a.iso", .if_range = tag, .range = "bytes=5-9"});
    CHECK(part.plan.status == 206);
    CHECK(part.field("ETag") == tag);
    CHECK(part.found_last == "a.iso");
}

}  // namespace file_negotiation_tests
