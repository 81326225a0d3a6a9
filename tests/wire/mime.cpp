#include <libnet/wire/mime.hpp>
#include <tests/support/catch.hpp>

using libnet::wire::media_type_of;

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
