// What a site's options make of a real tree of files.

#include <libnet/io/files/content_encoder.hpp>
#include <libnet/static_file_server.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/file_server.hpp>
#include <tests/support/manual_clock.hpp>
#include <tests/support/numbers.hpp>
#include <tests/support/raw_client.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>

namespace static_file_server_content_tests {

using namespace libnet;
using test::Answer, test::FileServer, test::numbers, test::RawClient, test::TemporaryDirectory;

namespace {

std::string get(const std::string& path, const std::string& fields = {}, const std::string& host = "test")
{
    return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "\r\n";
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// One part of a multipart content.
std::string part(const std::string& boundary, std::size_t first, std::size_t length)
{
    return "--" + boundary + "\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes " +
           std::to_string(first) + '-' + std::to_string(first + length - 1) + '/' + std::to_string(numbers().size()) +
           "\r\n\r\n" + numbers().substr(first, length) + "\r\n";
}

}  // namespace

TEST_CASE("several ranges come as one multipart content", "[service][file_server]")
{
    const TemporaryDirectory root;
    root.write("large.bin", numbers());
    FileServer server{root};
    RawClient client{server.endpoint()};
    const std::string ranges = "Range: bytes=500000-1499999, 5-9, -3\r\n";
    std::string length;  // of the first: the entity tag in the parts becomes a strong one some time
    for (int i = 0; i < 2; ++i) {
        const auto answer = client.exchange(get("/large.bin", ranges));
        if (i == 0) length = answer.field("Content-Length");
        CHECK(answer.status == 206);
        CHECK(answer.field("Content-Range") == "-");
        const auto type = answer.field("Content-Type");
        REQUIRE(type.starts_with("multipart/byteranges; boundary=\""));
        const auto boundary = type.substr(32, type.size() - 33);
        CHECK(answer.body == part(boundary, 500'000, 1'000'000) + part(boundary, 5, 5) +
                                 part(boundary, numbers().size() - 3, 3) + "--" + boundary + "--\r\n");
    }
    CHECK(client.exchange("HEAD /large.bin HTTP/1.1\r\nHost: a\r\n" + ranges + "\r\n").status == 200);
    const auto log = server.wait_for_log(3);
    CHECK(log.at(0).bytes_sent == std::stoul(length));
}

TEST_CASE("precompressed files go to those who take them", "[service][file_server]")
{
    const TemporaryDirectory root;
    root.write("a.css", "plain");
    root.write("a.css.gz", "not really gzip");
    root.write("index.html", "home");
    root.write("index.html.br", "home, compressed");
    FileServer server{root};
    RawClient client{server.endpoint()};
    const auto plain = client.exchange(get("/a.css"));
    const auto gzip = client.exchange(get("/a.css", "Accept-Encoding: br\r\nAccept-Encoding: gzip\r\n"));
    CHECK(plain.body == "plain");
    CHECK(plain.field("Vary") == "Accept-Encoding");
    CHECK(gzip.body == "not really gzip");
    CHECK(gzip.field("Content-Encoding") == "gzip");
    CHECK(gzip.field("Content-Type") == "text/css; charset=utf-8");
    CHECK(gzip.field("ETag") != plain.field("ETag"));
    const auto part = client.exchange(get("/a.css", "Accept-Encoding: gzip\r\nRange: bytes=4-9\r\n"));
    CHECK(part.status == 206);
    CHECK(part.body == "really");
    CHECK(part.field("Vary") == "Accept-Encoding");
    const auto same = client.exchange(get(
        "/a.css", "Accept-Encoding: gzip\r\nIf-None-Match: \"x\"\r\nIf-None-Match: " + gzip.field("ETag") + "\r\n"));
    CHECK(same.status == 304);
    CHECK(same.field("Vary") == "Accept-Encoding");
    CHECK(client.exchange(get("/", "Accept-Encoding: br\r\n")).body == "home, compressed");
}

TEST_CASE("a file without a precompressed one is compressed once", "[service][file_server]")
{
    if (!io::can_encode(wire::ContentCoding::br)) {
        WARN("skipped: the library was built without LIBNETXX_COMPRESSION");
        return;
    }
    const TemporaryDirectory root;
    const auto text = numbers().substr(0, 200'000);
    root.write("small.css", text.substr(0, 5000));
    root.write("large.css", text);
    root.write("random.css", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    FileServer server{root, {.site = {.compression = SiteCompression::on}}};
    RawClient client{server.endpoint()};
    for (const std::string path : {"/small.css", "/large.css"}) {
        const auto plain = client.exchange(get(path));
        CHECK(plain.field("Content-Encoding") == "-");
        const auto first = client.exchange(get(path, "Accept-Encoding: gzip, br\r\n"));
        CHECK(first.field("Content-Encoding") == "br");
        CHECK(first.body.size() < plain.body.size() / 2);
        CHECK(first.field("ETag").starts_with("W/\""));
        CHECK(first.field("Accept-Ranges") == "-");
        const auto second = client.exchange(get(path, "Accept-Encoding: gzip, br\r\nRange: bytes=0-1\r\n"));
        CHECK(second.status == 200);
        CHECK(second.body == first.body);
        const auto same =
            client.exchange(get(path, "Accept-Encoding: br\r\nIf-None-Match: " + second.field("ETag") + "\r\n"));
        CHECK(same.status == 304);
        CHECK(client.exchange(get(path, "Accept-Encoding: gzip\r\n")).field("Content-Encoding") == "gzip");
    }
    CHECK(client.exchange(get("/random.css", "Accept-Encoding: br\r\n")).field("Content-Encoding") == "-");
    root.write("small.css", text.substr(5000, 5000));
    const auto changed = client.exchange(get("/small.css", "Accept-Encoding: identity\r\n"));
    CHECK(changed.body == text.substr(5000, 5000));
    CHECK(client.exchange(get("/small.css", "Accept-Encoding: br\r\n")).field("Content-Encoding") == "br");
}

TEST_CASE("entity tags are right where times are constant", "[service][file_server]")
{
    const TemporaryDirectory root;
    const auto write = [&root](std::string_view content) {
        const auto file = root.write("a.css", content);
        const timespec times[] = {{1, 0}, {1, 0}};
        REQUIRE(::utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
    };
    FileServer server{root};
    RawClient client{server.endpoint()};
    write("one");
    const auto one = client.exchange(get("/a.css"));
    CHECK(one.field("ETag").starts_with('"'));
    CHECK(one.field("Last-Modified") == "-");
    root.wait_for_tick();
    write("two");
    const auto ask = [&] { return client.exchange(get("/a.css", "If-None-Match: " + one.field("ETag") + "\r\n")); };
    auto two = ask();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (two.status == 304 && std::chrono::steady_clock::now() < end) two = ask();  // until the server has noticed
    CHECK(two.status == 200);
    CHECK(two.body == "two");
    CHECK(client.exchange(get("/a.css", "If-Modified-Since: Thu, 01 Jan 1970 00:00:01 GMT\r\n")).status == 200);
    write("one");
    CHECK(client.exchange(get("/a.css")).field("ETag") == one.field("ETag"));
    CHECK(client.exchange(get("/a.css", "Range: bytes=0-1\r\nIf-Range: " + one.field("ETag") + "\r\n")).body == "on");
}

TEST_CASE("media types come from the machine's file, where there is one", "[service][file_server]")
{
    const TemporaryDirectory root, etc;
    root.write("a.thing", "");
    root.write("a.html", "");
    const auto types = etc.write("mime.types", "application/x-thing thing\n");
    FileServer server{root, {.mime_types = types.string()}};
    CHECK(RawClient{server.endpoint()}.exchange(get("/a.thing")).field("Content-Type") == "application/x-thing");
    FileServer without{root, {.mime_types = (etc.path() / "nothing").string()}};
    RawClient client{without.endpoint()};
    CHECK(client.exchange(get("/a.thing")).field("Content-Type") == "application/octet-stream");
    CHECK(client.exchange(get("/a.html")).field("Content-Type") == "text/html; charset=utf-8");
}

TEST_CASE("directories are listed, with what can be had in them", "[service][file_server]")
{
    const TemporaryDirectory root, outside;
    root.write("d/b.txt", "12345");
    root.write("d/sub/x", "");
    root.write("d/.hidden", "");
    outside.write("secret", "");
    std::filesystem::create_symlink("b.txt", root.path() / "d/link");
    std::filesystem::create_symlink("/etc/passwd", root.path() / "d/out");
    std::filesystem::create_symlink("../../" + outside.path().filename().string(), root.path() / "d/out2");
    REQUIRE(::mkfifo((root.path() / "d/fifo").c_str(), 0600) == 0);
    FileServer server{root, {.site = {.listing = DirectoryListing::on, .max_listing = 100}}};
    RawClient client{server.endpoint()};
    const auto json = client.exchange(get("/d/", "Accept: application/json\r\n"));
    CHECK(json.field("Content-Type") == "application/json");
    CHECK(has(json.body, "{\"name\":\"b.txt\",\"href\":\"b.txt\",\"type\":\"file\",\"size\":5,"));
    CHECK(has(json.body, "{\"name\":\"sub\",\"href\":\"sub/\",\"type\":\"directory\","));
    CHECK(has(json.body, "{\"name\":\"link\",\"href\":\"link\",\"type\":\"file\",\"size\":5,"));
    for (const char* absent : {"hidden", "\"out", "fifo", "\"..", "\"complete\":false"}) CHECK(!has(json.body, absent));
    const auto page = client.exchange(get("/d/?sort=size"));
    CHECK(page.field("Content-Type") == "text/html; charset=utf-8");
    CHECK(has(page.body, "<a href=\"./b.txt\">"));
    CHECK(has(client.exchange(get("/")).body, "<a href=\"./d/\">"));
    CHECK(client.exchange(get("/d")).field("Location") == "/d/");
    const auto same = client.exchange(get("/d/", "If-None-Match: " + page.field("ETag") + "\r\n"));
    CHECK(same.status == 200);  // sorted otherwise

    FileServer small{root, {.site = {.listing = DirectoryListing::on, .max_listing = 1}}};
    CHECK(has(RawClient{small.endpoint()}.exchange(get("/d/")).body, "there are more"));
}

TEST_CASE("each host has its own root and options", "[service][file_server]")
{
    const TemporaryDirectory main, first, second;
    main.write("index.html", "main");
    first.write("index.html", "first");
    second.write("start.html", "second");
    FileServer server{
        main,
        {.hosts = {{.names = {"one.example", "uno.example"}, .root = first.path().string()},
                   {.names = {"*.example"}, .root = second.path().string(), .site = {.index = {"start.html"}}}}}};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(get("/")).body == "main");
    CHECK(client.exchange(get("/", "", "one.example")).body == "first");
    CHECK(client.exchange(get("/", "", "UNO.example:8080")).body == "first");
    CHECK(client.exchange(get("/", "", "x.example")).body == "second");
    CHECK(client.exchange(get("http://x.example/", "", "one.example")).body == "second");  // RFC 9112 section 3.2.2
    CHECK(client.exchange(get("/start.html", "", "one.example")).status == 404);
    CHECK(client.exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").body == "main");
}

TEST_CASE("error pages and the page of an application are files of the site", "[service][file_server]")
{
    const TemporaryDirectory root;
    root.write("404.html", "<p>lost?</p>");
    root.write("app.html", "app");
    {
        FileServer server{root, {.site = {.error_pages = {{404, "404.html"}}}}};
        RawClient client{server.endpoint()};
        const auto missing = client.exchange(get("/missing.css"));
        CHECK(missing.status == 404);
        CHECK(missing.body == "<p>lost?</p>");
        CHECK(client.exchange("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n").field("Content-Length") == "12");
        CHECK(server.wait_for_log(1).at(0).reason == "There is no such file here.");
    }
    FileServer server{root, {.site = {.fallback = "app.html"}}};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(get("/users/7")).body == "app");
    CHECK(client.exchange(get("/style.css")).status == 404);
}

TEST_CASE("a site whose options make no sense isn't served", "[service][file_server]")
{
    const TemporaryDirectory root;
    CHECK_THROWS_AS((FileServer{root, {.site = {.fallback = "../x"}}}), std::invalid_argument);
    CHECK_THROWS_AS((FileServer{root, {.hosts = {{.names = {"a b"}, .root = root.path().string()}}}}),
                    std::invalid_argument);
}

TEST_CASE("large files are not read for their entity tags", "[service][file_server]")
{
    const TemporaryDirectory root;
    for (int i = 0; i < 4; ++i) {
        root.write("large" + std::to_string(i), "begin");
        std::filesystem::resize_file(root.path() / ("large" + std::to_string(i)), 1 << 30);
    }
    FileServer server{root};
    RawClient client{server.endpoint()};
    const auto octets_read = [] {
        std::ifstream in{"/proc/self/io"};
        std::string name;
        std::uint64_t octets = 0;
        in >> name >> octets;
        return octets;
    };
    const auto before = octets_read();
    for (int i = 0; i < 12; ++i) {
        const auto path = "/large" + std::to_string(i % 4);
        const auto head = client.exchange("HEAD " + path + " HTTP/1.1\r\nHost: test\r\n\r\n");
        CHECK(head.status == 200);
        // It is good for going on with it, from the first answer on.
        const auto part = client.exchange(get(path, "Range: bytes=0-4\r\nIf-Range: " + head.field("ETag") + "\r\n"));
        CHECK(part.status == 206);
        CHECK(part.body == "begin");
        CHECK(part.field("ETag") == head.field("ETag"));
    }
    CHECK(octets_read() - before < 10'000'000);
}

TEST_CASE("an unchanged file has one entity tag from its first answer on, also after a restart and a touch",
          "[service][file_server]")
{
    const TemporaryDirectory root;
    root.write("a.bin", std::string(100'000, 'a'));
    std::string tag;
    for (int i = 0; i < 2; ++i) {
        FileServer server{root};
        RawClient client{server.endpoint()};
        if (tag.empty()) tag = client.exchange(get("/a.bin")).field("ETag");
        CHECK(tag.starts_with('"'));
        CHECK(client.exchange(get("/a.bin", "If-None-Match: " + tag + "\r\n")).status == 304);
        CHECK(client.exchange(get("/a.bin", "Range: bytes=5-\r\nIf-Range: " + tag + "\r\n")).status == 206);
        CHECK(client.exchange(get("/a.bin")).field("ETag") == tag);
        std::filesystem::last_write_time(root.path() / "a.bin", std::filesystem::file_time_type::clock::now());
        CHECK(client.exchange(get("/a.bin", "If-None-Match: " + tag + "\r\n")).status == 304);
    }
}

TEST_CASE("a large file keeps its entity tag over a touch and a restart, once it was asked for again",
          "[service][file_server]")
{
    const TemporaryDirectory root, kept;
    root.write("huge.bin", std::string(5'000'000, 'h'));
    const auto hash_file = (kept.path() / "hashes").string();
    test::ManualClock clock;
    std::string tag;
    for (int i = 0; i < 2; ++i) {
        FileServer server{root, {.hash_file = hash_file, .clock = clock.clock()}};
        RawClient client{server.endpoint()};
        const auto head = client.exchange("HEAD /huge.bin HTTP/1.1\r\nHost: test\r\n\r\n");
        if (tag.empty()) tag = head.field("ETag");
        CHECK(tag.starts_with('"'));
        CHECK(client.exchange(get("/huge.bin", "Range: bytes=7-9\r\nIf-Range: " + tag + "\r\n")).status == 206);
        CHECK(client.exchange(get("/huge.bin", "If-None-Match: " + tag + "\r\n")).status == 304);

        // Asked for again, it is hashed some time later; the file of hashes shows when.
        clock.advance(std::chrono::seconds{2});
        const auto records = std::filesystem::file_size(hash_file);
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        while (i == 0 && std::filesystem::file_size(hash_file) == records && std::chrono::steady_clock::now() < end)
            client.exchange(get("/huge.bin", "Range: bytes=7-9\r\n"));
        std::filesystem::last_write_time(root.path() / "huge.bin", std::filesystem::file_time_type::clock::now());
    }
    FileServer server{root, {.hash_file = hash_file, .clock = clock.clock()}};
    RawClient client{server.endpoint()};
    const auto unchanged = client.exchange(get("/huge.bin", "If-None-Match: " + tag + "\r\n"));
    CHECK(unchanged.status == 304);
    CHECK(unchanged.field("ETag") == tag);
    const auto other = client.exchange("HEAD /huge.bin HTTP/1.1\r\nHost: test\r\n\r\n").field("ETag");
    CHECK(client.exchange(get("/huge.bin", "Range: bytes=7-9\r\nIf-Range: " + other + "\r\n")).status == 206);
    CHECK(client.exchange(get("/huge.bin", "If-None-Match: \"1-4c4b40\"\r\n")).status == 200);
}

TEST_CASE("where hashes can't be kept the server says so, and runs", "[service][file_server]")
{
    const TemporaryDirectory root;
    root.write("a.txt", "text");
    std::string told;
    StaticFileServerOptions options;
    options.hash_file = (root.path() / "none/hashes").string();
    options.diagnostics = [&told](DiagnosticLevel level, std::string_view text) {
        if (level == DiagnosticLevel::warning) told = text;
    };
    FileServer server{root, options};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(get("/a.txt")).status == 200);
    CHECK(told.starts_with("hashes of files are not kept: " + options.hash_file + ": No such file"));
}

TEST_CASE("a file of hashes in the root is not served", "[service][file_server]")
{
    const TemporaryDirectory root;
    FileServer server{root, {.hash_file = (root.path() / "hashes").string()}};
    RawClient client{server.endpoint()};
    CHECK(std::filesystem::exists(root.path() / "hashes"));
    CHECK(client.exchange(get("/hashes")).status == 404);
}

TEST_CASE("files of any year are served and listed rightly", "[service][file_server]")
{
    const TemporaryDirectory root;
    root.write("d/future", "x");
    const auto set = [&](std::int64_t seconds) {
        const timespec times[2]{{seconds, 0}, {seconds, 0}};
        return ::utimensat(AT_FDCWD, (root.path() / "d/future").c_str(), times, 0) == 0;
    };
    REQUIRE(set(10'413'792'000));  // 2300
    FileServer server{root, {.site = {.listing = DirectoryListing::on}}};
    RawClient client{server.endpoint()};
    CHECK(has(client.exchange(get("/d/", "Accept: application/json\r\n")).body, "\"2300-01-01T00:00:00Z\""));
    const auto first = client.exchange(get("/d/future"));
    CHECK(first.field("Last-Modified") != "-");
    CHECK(client.exchange(get("/d/future")).field("Last-Modified") == first.field("Last-Modified"));
    CHECK(client.exchange(get("/d/future", "If-Modified-Since: " + first.field("Last-Modified") + "\r\n")).status ==
          304);
}

TEST_CASE("text without an extension is shown, and what is none is not", "[service][file_server]")
{
    const TemporaryDirectory root;
    root.write("LICENSE", "MIT License\n");
    root.write("large", std::string(100'000, 'a'));
    root.write("program", std::string("\x7F"
                                      "ELF\0",
                                      5));
    root.write("a.unknown", "text");
    FileServer server{root};
    RawClient client{server.endpoint()};
    for (const auto* path : {"/LICENSE", "/large"}) {
        const auto shown = client.exchange(get(path));
        CHECK(shown.field("Content-Type") == "text/plain; charset=utf-8");
        CHECK(shown.field("X-Content-Type-Options") == "nosniff");
    }
    for (const auto* path : {"/program", "/a.unknown"})
        CHECK(client.exchange(get(path)).field("Content-Type") == "application/octet-stream");
}

}  // namespace static_file_server_content_tests
