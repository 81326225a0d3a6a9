// What httpd++ makes of its options about the site, asked by curl and wget.

#include <tests/support/catch.hpp>
#include <tests/support/httpd.hpp>
#include <tests/support/programs.hpp>

#include <algorithm>
#include <string>
#include <string_view>

using namespace libnet::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

Finished curl(Arguments arguments)
{
    arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "20"});
    return run(arguments);
}

/// The head of the answer to a GET.
std::string head(const std::string& url, Arguments arguments = {})
{
    arguments.insert(arguments.end(), {"--dump-header", "-", "--output", "/dev/null", url});
    return curl(arguments).out;
}

Arguments with(Arguments options)
{
    options.insert(options.end(), {"--access-log", "none"});
    return options;
}

}  // namespace

TEST_CASE("curl gets the precompressed file and reads it", "[apps][httpd]")
{
    const TemporaryDirectory root;
    const std::string css(5000, 'x');
    const auto file = root.write("a.css", css).string();
    REQUIRE(run({"gzip", "--keep", file}).exit_code == 0);
    const Httpd httpd{root};
    CHECK(curl({"--compressed", httpd.url("/a.css")}).out == css);
    CHECK(has(head(httpd.url("/a.css"), {"--compressed"}), "Content-Encoding: gzip\r\n"));
    CHECK(curl({httpd.url("/a.css")}).out == css);
    root.write("b.css", css);
    const Httpd compressing{root, with({"--compress"})};
    for (int i = 0; i < 2; ++i) {
        CHECK(curl({"--compressed", compressing.url("/b.css")}).out == css);
        CHECK(has(head(compressing.url("/b.css"), {"--compressed"}), "Content-Encoding: "));
    }
    CHECK(!has(head(httpd.url("/b.css"), {"--compressed"}), "Content-Encoding: "));
    const Httpd plain{root, with({"--no-precompressed"})};
    CHECK(!has(head(plain.url("/a.css"), {"--compressed"}), "Content-Encoding"));
}

TEST_CASE("curl gets several ranges, and wget goes on with half a file", "[apps][httpd]")
{
    if (is_missing("wget", "wget")) return;
    const TemporaryDirectory root, here;
    root.write("digits", "0123456789");
    const Httpd httpd{root};
    const auto parts = curl({"--range", "0-1,8-9", httpd.url("/digits")}).out;
    CHECK(has(parts, "Content-Range: bytes 0-1/10\r\n\r\n01\r\n--"));
    CHECK(has(parts, "Content-Range: bytes 8-9/10\r\n\r\n89\r\n--"));
    const auto half = here.write("digits", "01234").string();
    CHECK(run({"wget", "--quiet", "--no-proxy", "--continue", "--output-document", half, httpd.url("/digits")})
              .exit_code == 0);
    CHECK(read_file(half) == "0123456789");
}

TEST_CASE("wget mirrors a tree through its listings", "[apps][httpd]")
{
    if (is_missing("wget", "wget")) return;
    const TemporaryDirectory root, here;
    root.write("a b.txt", "one");
    root.write("sub/Ü&<x>.txt", "two");
    root.write("sub/deeper/c:d", "three");
    root.write(".hidden", "no");
    const Httpd httpd{root, with({"--listing"})};
    run({"wget", "--quiet", "--no-proxy", "--recursive", "--no-parent", "--no-host-directories", "--execute",
         "robots=off", "--restrict-file-names=nocontrol", "--directory-prefix", here.path().string(), httpd.url("/")});
    CHECK(read_file(here.path() / "a b.txt") == "one");
    CHECK(read_file(here.path() / "sub/Ü&<x>.txt") == "two");
    CHECK(read_file(here.path() / "sub/deeper/c:d") == "three");
    CHECK(has(curl({"--header", "Accept: application/json", httpd.url("/sub/")}).out, "\"name\":\"deeper\""));
    CHECK(has(head(Httpd{root}.url("/")), "404 Not Found"));
}

TEST_CASE("names, redirects, headers and errors are as the options say", "[apps][httpd]")
{
    const TemporaryDirectory root;
    root.write("start.html", "start");
    root.write("about.html", "about");
    root.write("app.html", "app");
    root.write("err.html", "lost");
    root.write(".dot", "dot");
    const auto config = root.write("conf",
                                   "header = * X-One: 1\n"
                                   "header = *.html X-Two: a: b\n"
                                   "redirect = /old/* /new/*\n"
                                   "error-page = 404=err.html\n"
                                   "clean-urls = yes\n"
                                   "index = none.html,start.html\n"
                                   "cors = *\n");
    const Httpd httpd{root, with({"--config", config.string(), "--header", "* X-Three: 3", "--redirect", "/x / 302",
                                  "--dot-files", "--max-age", "60"})};
    CHECK(curl({httpd.url("/")}).out == "start");
    CHECK(curl({httpd.url("/about")}).out == "about");
    CHECK(has(head(httpd.url("/about.html")), "Location: /about\r\n"));
    CHECK(has(head(httpd.url("/old/a?b")), "Location: /new/a?b\r\n"));
    CHECK(has(head(httpd.url("/x")), "302 Found\r\n"));
    CHECK(curl({httpd.url("/missing.png")}).out == "lost");
    CHECK(has(head(httpd.url("/missing.png")), "404 Not Found\r\n"));
    CHECK(curl({httpd.url("/.dot")}).out == "dot");
    const auto fields = head(httpd.url("/about"));
    CHECK(has(fields, "X-One: 1\r\n"));
    CHECK(has(fields, "X-Two: a: b\r\n"));
    CHECK(has(fields, "X-Three: 3\r\n"));
    CHECK(has(fields, "Access-Control-Allow-Origin: *\r\n"));
    CHECK(has(fields, "Cache-Control: no-cache\r\n"));
    CHECK(has(head(httpd.url("/conf")), "Cache-Control: max-age=60\r\n"));

    const Httpd app{root, with({"--fallback", "app.html"})};
    CHECK(curl({app.url("/any/page")}).out == "app");
    CHECK(has(head(app.url("/any/style.css")), "404 Not Found"));
}

TEST_CASE("hosts have their own roots", "[apps][httpd]")
{
    const TemporaryDirectory root, other;
    root.write("index.html", "main");
    other.write("index.html", "other");
    const Httpd httpd{root, with({"--host", "a.test,*.b.test=" + other.path().string()})};
    CHECK(curl({httpd.url("/")}).out == "main");
    CHECK(curl({"--header", "Host: A.test", httpd.url("/")}).out == "other");
    CHECK(curl({"--header", "Host: x.b.test:80", httpd.url("/")}).out == "other");
    CHECK(curl({"--header", "Host: b.test", httpd.url("/")}).out == "main");
}

TEST_CASE("httpd++ complains of what makes no sense about a site", "[apps][httpd]")
{
    const auto complaint = [](Arguments options) {
        options.insert(options.begin(), {program("httpd++"), "--port", "0"});
        const auto end = run(options);
        CHECK(end.exit_code == 2);
        CHECK(std::ranges::count(end.err, '\n') == 1);
        return end.err;
    };
    CHECK(complaint({"--redirect", "/a"}) ==
          "httpd++: --redirect: '/a' is no redirect: give one like '/old/* /new/*' or '/a /b 302'\n");
    CHECK(has(complaint({"--header", "X-A"}), "is no header"));
    CHECK(has(complaint({"--error-page", "x=y"}), "is no error page"));
    CHECK(has(complaint({"--host", "a.test"}), "is no host"));
    CHECK(has(complaint({"--host", "a.test=/tmp", "--host", "A.TEST=/"}), "it is there twice"));
    CHECK(has(complaint({"--header", "* Content-Length: 5"}), "the server itself decides"));
    CHECK(has(complaint({"--fallback", "../x"}), "fallback '../x': give a file's name"));
    CHECK(has(complaint({"--cors", "example.org"}), "give one like https://example.org"));
}
