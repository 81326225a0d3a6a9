#include <libnet/wire/http/mime.hpp>
#include <tests/support/catch.hpp>

namespace mime_tests {

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

TEST_CASE("the types of a file come before those that are built in, and the machine's after these", "[wire][mime]")
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
    // What Debian's /etc/mime.types says of two of them.
    const MediaTypes machine{"", "text/vnd.trolltech.linguist ts\napplication/x-rss+xml rss\nchemical/x-pdb pdb"};
    CHECK(machine.type_of("a.ts") == "video/mp2t");
    CHECK(machine.type_of("a.rss") == "application/rss+xml");
    CHECK(machine.type_of("a.pdb") == "chemical/x-pdb");
    CHECK(MediaTypes{}.type_of("a.thing") == "application/octet-stream");
    CHECK(MediaTypes{}.type_of("a.png") == "image/png");
}

TEST_CASE("what has no extension is text if it begins so", "[wire][mime]")
{
    using libnet::wire::begins_as_text, libnet::wire::lacks_extension;
    for (const char* name : {"LICENSE", "a.d/Makefile", "x"}) CHECK(lacks_extension(name));
    for (const char* name : {"a.txt", "a.", ".bashrc", "LICENSE/a.b"}) CHECK_FALSE(lacks_extension(name));
    for (const std::string_view text :
         {"MIT License\r\n\r\n\tCopyright \xC2\xA9", "\x1B[1mred\x1B[0m", "a\xE2\x82", "\xF0\x9F"})
        CHECK(begins_as_text(text));
    for (const std::string_view other : {std::string_view{},
                                         std::string_view{"\x7F"
                                                          "ELF\x02\x01",
                                                          6},
                                         std::string_view{"a\0b", 3}, std::string_view{"\x89PNG"},
                                         std::string_view{"caf\xE9 au lait"}, std::string_view{"a\xFF"}})
        CHECK_FALSE(begins_as_text(other));
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

}  // namespace mime_tests
