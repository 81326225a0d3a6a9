#include <libnet/wire/http/uri_path.hpp>
#include <tests/support/catch.hpp>

namespace uri_path_tests {

using namespace libnet::wire;

namespace {

FilePath decoded(std::string_view path)
{
    FilePath file;
    const auto result = decode_path(path, file);
    INFO(path);
    REQUIRE(result);
    return file;
}

UriPathError refused(std::string_view path)
{
    FilePath file;
    const auto result = decode_path(path, file);
    INFO(path << " became " << file);
    REQUIRE(!result);
    return result.error();
}

}  // namespace

TEST_CASE("a plain path names the file below the root", "[wire][uri_path]")
{
    CHECK(decoded("/index.html") == FilePath{"index.html", false});
    CHECK(decoded("/a/b/c.txt") == FilePath{"a/b/c.txt", false});
}

TEST_CASE("a slash or a dot segment at the end means a directory", "[wire][uri_path]")
{
    CHECK(decoded("/") == FilePath{"", true});
    CHECK(decoded("/docs/") == FilePath{"docs", true});
    CHECK(decoded("/docs/.") == FilePath{"docs", true});
    CHECK(decoded("/docs/api/..") == FilePath{"docs", true});
}

TEST_CASE("percent-encoding is decoded once and only once", "[wire][uri_path]")
{
    CHECK(decoded("/a%20b") == FilePath{"a b", false});
    CHECK(decoded("/%41%2d%7E") == FilePath{"A-~", false});
    CHECK(decoded("/%C3%BC") == FilePath{"\xC3\xBC", false});
    CHECK(decoded("/%252e%252e/x") == FilePath{"%2e%2e/x", false});
    CHECK(decoded("/100%25") == FilePath{"100%", false});
    CHECK(decoded("/a%3Fb%23") == FilePath{"a?b#", false});
}

TEST_CASE("a percent sign needs two hexadecimal digits behind it in its own segment", "[wire][uri_path]")
{
    for (const char* path : {"/%", "/%4", "/%zz", "/%4g", "/%%41", "/a%", "/%4/1", "/%-1", "/% 1"})
        CHECK(refused(path) == UriPathError::bad_triplet);
}

TEST_CASE("NUL and an encoded slash name no file", "[wire][uri_path]")
{
    CHECK(refused("/a%00.txt") == UriPathError::nul);
    CHECK(refused(std::string_view{"/a\0b", 4}) == UriPathError::nul);
    CHECK(refused("/a%2Fb") == UriPathError::encoded_slash);
    CHECK(refused("/..%2f..%2fetc/passwd") == UriPathError::encoded_slash);
}

TEST_CASE("a path begins with a slash", "[wire][uri_path]")
{
    for (const char* path : {"", "*", "a", "../a", "%2Fa", "http://host/"})
        CHECK(refused(path) == UriPathError::not_absolute);
}

TEST_CASE("dot segments and empty segments are taken out", "[wire][uri_path]")
{
    CHECK(decoded("/a/./b") == FilePath{"a/b", false});
    CHECK(decoded("/a/../b") == FilePath{"b", false});
    CHECK(decoded("/a/b/../../c/") == FilePath{"c", true});
    CHECK(decoded("//a///b//") == FilePath{"a/b", true});
    CHECK(decoded("/a/%2e/b/%2E%2e/c") == FilePath{"a/c", false});
    CHECK(decoded("/a/..") == FilePath{"", true});
}

TEST_CASE("three dots, dots with a suffix and backslashes are ordinary names", "[wire][uri_path]")
{
    CHECK(decoded("/.../x") == FilePath{".../x", false});
    CHECK(decoded("/..;/x") == FilePath{"..;/x", false});
    CHECK(decoded("/..\\..\\x") == FilePath{"..\\..\\x", false});
    CHECK(decoded("/%5c..%5c") == FilePath{"\\..\\", false});
    CHECK(decoded("/%c0%ae%c0%ae/x") == FilePath{"\xC0\xAE\xC0\xAE/x", false});
}

TEST_CASE("nothing climbs above the root", "[wire][uri_path]")
{
    for (const char* path :
         {"/..", "/../", "/../etc/passwd", "/a/../../b", "/%2e%2e/", "/.%2e/x", "/a/b/../../../c", "//..//", "/./../x"})
        CHECK(refused(path) == UriPathError::above_root);
}

TEST_CASE("whatever is decoded stays below the root", "[wire][uri_path]")
{
    // Every path of up to six pieces from an alphabet of trouble.
    constexpr std::string_view pieces[] = {"/", ".", "..", "%2e", "a", "%2f"};
    constexpr std::size_t count = std::size(pieces);
    for (std::size_t number = 0; number < 6 * 6 * 6 * 6 * 6 * 6; ++number) {
        std::string path{"/"};
        for (std::size_t rest = number; rest > 0; rest /= count) path += pieces[rest % count];
        FilePath file;
        if (!decode_path(path, file)) continue;
        const std::string framed = "/" + file.name + "/";
        INFO(path << " became " << file);
        REQUIRE((framed == "//" || framed.find("//") == framed.npos));
        REQUIRE(framed.find("/../") == framed.npos);
        REQUIRE(framed.find("/./") == framed.npos);
    }
}

TEST_CASE("an encoded path decodes to the name it came from", "[wire][uri_path]")
{
    CHECK(encode_path("docs") == "/docs");
    CHECK(encode_path("") == "/");
    CHECK(encode_path("a b/\xC3\xBC?#%") == "/a%20b/%C3%BC%3F%23%25");
    CHECK(encode_path("a\r\nSet-Cookie: x") == "/a%0D%0ASet-Cookie:%20x");
    for (int octet = 1; octet < 256; ++octet) {
        const std::string name{'x', static_cast<char>(octet), 'y'};
        CHECK(decoded(encode_path(name)).name == name);
    }
}

TEST_CASE("an encoded path never names another host", "[wire][uri_path]")
{
    CHECK(encode_path("//evil.example/") == "/evil.example/");
    CHECK(encode_path(decoded("//evil.example/a").name) == "/evil.example/a");
}

TEST_CASE("a dot at the start of any segment hides the file, but for .well-known", "[wire][uri_path]")
{
    for (const char* name :
         {".git", ".git/config", "a/.htpasswd", "a/.b/c", ".well-knownx", ".well-known/.x", "...", "a/.well-known/x"})
        CHECK(has_hidden_segment(name));
    for (const char* name : {"", "a", "a.b/c.d", "a./b", ".well-known", ".well-known/acme-challenge/x"})
        CHECK(!has_hidden_segment(name));
}

}  // namespace uri_path_tests
