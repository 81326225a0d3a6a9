#include <libnet/wire/http/mime.hpp>
#include <tests/support/catch.hpp>

using libnet::wire::is_compressible, libnet::wire::media_type_of, libnet::wire::MediaTypes;

TEST_CASE("the extension says the media type, in any case", "[wire][mime]")
{
    CHECK(media_type_of("index.html") == "text/html; charset=utf-8");
    CHECK(media_type_of("a/b/PHOTO.JpEg") == "image/jpeg");
    CHECK(media_type_of("app.wasm") == "application/wasm");
    CHECK(media_type_of("site.webmanifest") == "application/manifest+json");
    CHECK(media_type_of("bundle.7z") == "application/x-7z-compressed");
    CHECK(media_type_of("b.zst") == "application/zstd");
}

TEST_CASE("text says its charset, and nothing else does", "[wire][mime]")
{
    for (const char* name : {"a.txt", "a.css", "a.js", "a.mjs", "a.md", "a.csv", "a.xml", "a.vtt"})
        CHECK(media_type_of(name).ends_with("; charset=utf-8"));
    for (const char* name : {"a.png", "a.json", "a.pdf", "a.woff2"})
        CHECK(media_type_of(name).find("charset") == std::string_view::npos);
}

TEST_CASE("only the last extension of the last segment counts", "[wire][mime]")
{
    CHECK(media_type_of("dist-1.0.tar.gz") == "application/gzip");
    CHECK(media_type_of("page.html/data") == "application/octet-stream");
    CHECK(media_type_of("html") == "application/octet-stream");
}

TEST_CASE("an unknown name is bytes", "[wire][mime]")
{
    for (const char* name : {"", "README", "a.", "a.nope", "a.extraordinarily-long", "a.b\xFF"})
        CHECK(media_type_of(name) == "application/octet-stream");
}

TEST_CASE("the system's types come before those that are built in", "[wire][mime]")
{
    const MediaTypes types{
        "# a comment\n"
        "application/x-thing\tthing THINGS  # more\r\n"
        "text/x-note note\n"
        "text/x-other; charset=latin1 other\n"
        "image/other png\n"
        "image/second thing png\n"
        "application/nothing\n"
        "no-type foo\n/x bar\nx/ bar\n"
        "application/evil\x01 evil\n"
        "x/y averyveryverylongextension"};
    CHECK(types.type_of("a.thing") == "application/x-thing");
    CHECK(types.type_of("dir.x/a.b.Things") == "application/x-thing");
    CHECK(types.type_of("a.note") == "text/x-note; charset=utf-8");
    CHECK(types.type_of("a.png") == "image/other");
    for (const char* unknown : {"a.foo", "a.bar", "a.evil", "a", "thing", "a.averyveryverylongextension", "a."})
        CHECK(types.type_of(unknown) == "application/octet-stream");
    CHECK(types.type_of("a.html") == "text/html; charset=utf-8");
    CHECK(MediaTypes{}.type_of("a.thing") == "application/octet-stream");
    CHECK(MediaTypes{}.type_of("a.png") == "image/png");
}

TEST_CASE("text gets smaller by compression, pictures and archives don't", "[wire][mime]")
{
    for (const char* type : {"text/html; charset=utf-8", "text/x", "application/json", "image/svg+xml",
                             "application/wasm", "application/ld+json", "font/ttf"})
        CHECK(is_compressible(type));
    for (const char* type :
         {"image/png", "video/mp4", "application/zip", "font/woff2", "application/octet-stream", "", "application/pdf"})
        CHECK(!is_compressible(type));
}
