// What httpd++ makes of its options about the site, asked by curl and wget.

#include <tests/support/catch.hpp>
#include <tests/support/httpd.hpp>
#include <tests/support/programs.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>

namespace httpd_site_tests {

using namespace libnet::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

Finished curl(Arguments arguments)
{
    arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "60"});
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

TEST_CASE("hosts have their own options", "[apps][httpd]")
{
    const TemporaryDirectory root, shop, files;
    root.write("index.html", "main");
    root.write("page.txt", "text");
    root.write("main.html", "lost in main");
    root.write("sub/a.txt", "a");
    shop.write("start.html", "shop");
    shop.write("app.html", "app");
    shop.write("lost.html", "lost in the shop");
    const auto config = files.write("conf",
                                    "listing = yes\n"
                                    "max-age = 60\n"
                                    "redirect = /old/* /new/*\n"
                                    "header = * X-From: main\n"
                                    "error-page = 404=main.html\n"
                                    "\n"
                                    "[host shop.test,*.shop.test]\n"
                                    "root = " +
                                        shop.path().string() +
                                        "\n"
                                        "index = start.html\n"
                                        "listing = no\n"
                                        "clean-urls = yes\n"
                                        "redirect = /old/gone /\n"
                                        "header = * X-Shop: 1\n"
                                        "error-page = 404=lost.html\n"
                                        "cors = https://a.test\n"
                                        "[host bare.test]\n"
                                        "no-cache-control = yes\n");
    const Httpd httpd{root, with({"--config", config.string(), "--host", "other.test=" + shop.path().string()})};
    const auto at = [](const std::string& host) { return Arguments{"--header", "Host: " + host}; };
    const auto get = [&](const std::string& host, const std::string& path) {
        return curl({"--header", "Host: " + host, httpd.url(path)}).out;
    };
    CHECK(get("main.test", "/") == "main");
    CHECK(get("shop.test", "/") == "shop");
    CHECK(get("x.shop.test", "/app") == "app");
    CHECK(get("shop.test", "/missing.png") == "lost in the shop");
    CHECK(get("main.test", "/missing.png") == "lost in main");
    CHECK(has(head(httpd.url("/old/gone"), at("shop.test")), "Location: /\r\n"));
    CHECK(has(head(httpd.url("/old/a"), at("shop.test")), "Location: /new/a\r\n"));
    CHECK(has(head(httpd.url("/old/gone"), at("main.test")), "Location: /new/gone\r\n"));
    const auto both = head(httpd.url("/"), at("shop.test"));
    CHECK(has(both, "X-From: main\r\n"));
    CHECK(has(both, "X-Shop: 1\r\n"));
    CHECK(!has(head(httpd.url("/"), at("main.test")), "X-Shop"));
    CHECK(has(head(httpd.url("/"), {"--header", "Host: shop.test", "--header", "Origin: https://a.test"}),
              "Access-Control-Allow-Origin: https://a.test\r\n"));
    CHECK(has(head(httpd.url("/page.txt"), at("main.test")), "Cache-Control: max-age=60\r\n"));
    CHECK(!has(head(httpd.url("/page.txt"), at("bare.test")), "Cache-Control"));
    CHECK(has(head(httpd.url("/sub/"), at("bare.test")), "200 OK"));
    CHECK(has(head(httpd.url("/"), at("other.test")), "200 OK"));  // --host is as all the rest: a listing
    CHECK(has(get("other.test", "/"), "start.html"));
}

TEST_CASE("links are followed as --symlinks says", "[apps][httpd]")
{
    const TemporaryDirectory root, other;
    root.write("file", "file");
    other.write("secret", "secret");
    std::filesystem::create_symlink("file", root.path() / "in");
    std::filesystem::create_symlink(other.path() / "secret", root.path() / "out");
    const auto get = [&root](Arguments options) {
        const Httpd httpd{root, with(std::move(options))};
        return curl({"--fail", httpd.url("/in")}).out + ' ' + curl({"--fail", httpd.url("/out")}).out;
    };
    CHECK(get({}) == "file ");
    CHECK(get({"--symlinks", "inside"}) == "file ");
    CHECK(get({"--symlinks", "none"}) == " ");
    CHECK(get({"--symlinks", "any"}) == "file secret");
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
    CHECK(has(complaint({"--symlinks", "some"}), "--symlinks: 'some' is none of inside, none, any"));

    const TemporaryDirectory files;
    const auto complaint_of = [&](const std::string& section) {
        const auto file = files.write("conf", section).string();
        const auto said = complaint({"--config", file});
        REQUIRE(said.starts_with("httpd++: " + file + ":"));
        return said.substr(file.size() + 10);
    };
    CHECK(complaint_of("[host a.test]\nfallback = ../x\n") ==
          "2: [host a.test] fallback: fallback '../x': give a file's name below the root, such as errors/404.html\n");
    CHECK(complaint_of("[host a.test]\nlisting = perhaps\n") ==
          "2: [host a.test] listing: 'perhaps' is neither yes nor no\n");
    CHECK(complaint_of("[host a.test]\nport = 80\n") ==
          "2: [host a.test] port: there is no such option in a section\n");
    CHECK(complaint_of("[host a.*.test]\nlisting = yes\n") ==
          "1: [host a.*.test]: host 'a.*.test': give a name like example.org or *.example.org\n");
    CHECK(complaint_of("[host]\nlisting = yes\n") ==
          "1: [host]: give names, such as [host example.org,*.example.org]\n");
    CHECK(has(complaint_of("[host a.test]\nlisting = yes\n[host b.test,A.test]\nlisting = yes\n"),
              "3: [host b.test,A.test]: host 'A.test': it is there twice"));
    CHECK(has(complaint_of("[site]\nlisting = yes\n"), "1: [site]: there are no such sections"));
}

TEST_CASE("the files of httpd++ itself are not served from the root, and that is said", "[apps][httpd]")
{
    const TemporaryDirectory root;
    root.write("a.txt", "open");
    const auto path = [&](const std::string& name) { return (root.path() / name).string(); };
    REQUIRE(run({"htpasswd", "-cbB", "-C", "4", path("users"), "alice", "secret"}).exit_code == 0);
    root.write("rules", "/private/ users alice\n");
    Httpd httpd{
        root,
        {"--listing", "--users", path("users"), "--access-file", path("rules"), "--access-log", path("access.log")}};
    for (const std::string name : {"users", "rules", "access.log"})
        CHECK(has(httpd.process().err(),
                  "httpd++: '" + path(name) + "' lies in '" + root.path().string() + "': it isn't served"));
    CHECK(curl({httpd.url("/a.txt")}).out == "open");
    for (const std::string name : {"users", "rules", "access.log"}) CHECK(has(head(httpd.url("/" + name)), " 404 "));
    std::filesystem::rename(path("access.log"), path("access.log.1"));
    httpd.process().signal(SIGUSR1);
    CHECK(has(head(httpd.url("/access.log.1")), " 404 "));
    const auto listing = curl({httpd.url("/")}).out;
    CHECK(has(listing, "a.txt"));
    for (const std::string name : {"users", "rules", "access.log"}) CHECK_FALSE(has(listing, name));
}

TEST_CASE("a mirror of listings has each directory once", "[apps][httpd]")
{
    if (is_missing("wget", "wget")) return;
    const TemporaryDirectory root, here;
    root.write("a/b/c.txt", "text");
    Httpd httpd{root, {"--listing"}};
    run({"wget", "--quiet", "--no-proxy", "--mirror", "--no-host-directories", "--execute", "robots=off",
         "--directory-prefix", here.path().string(), httpd.url("/")});
    CHECK(read_file(here.path() / "a/b/c.txt") == "text");
    const auto log = httpd.stop().out;
    CHECK(std::ranges::count(log, '\n') == 4);  // three directories and a file
}

TEST_CASE("the first minutes with httpd++", "[apps][httpd]")
{
    const TemporaryDirectory root;
    root.write("dir/a.txt", "text");
    const auto complaint = [&](Arguments operands) {
        operands.insert(operands.begin(), program("httpd++"));
        const auto ended = run(operands);
        CHECK(ended.exit_code == 2);
        return ended.err;
    };
    CHECK(complaint({"8000"}) == "httpd++: '8000' is no directory: for a port, give --port 8000\n");
    CHECK(complaint({".", "8000"}) == "httpd++: '8000' is no directory: for a port, give --port 8000\n");
    CHECK(complaint({".", "other"}) == "httpd++: unexpected operand 'other': try 'httpd++ --help'\n");

    Httpd httpd{root, with({"--fallback", "nofile.html", "--error-page", "404=no.html", "--max-age", "1d"})};
    CHECK(has(httpd.process().err(),
              "httpd++: --fallback: there is no 'nofile.html' in '" + root.path().string() + "' yet\n"));
    CHECK(has(httpd.process().err(), "httpd++: --error-page: there is no 'no.html' in '"));
    CHECK(has(httpd.process().err(), ", http://localhost:" + httpd.port() + "/\n"));
    CHECK(has(head(httpd.url("/dir/a.txt")), "Cache-Control: max-age=86400\r\n"));
    CHECK(has(curl({Httpd{root}.url("/dir/")}).out, "httpd++ lists them with --listing"));
    for (const std::string bad : {"1x", "d", "-1d", "1.d.", "99999d"})
        CHECK(has(complaint({"--max-age", bad}), "httpd++: --max-age: '" + bad + "' is not a "));
    for (const std::string bad : {"1X", "K", "-1", "99999999T", "1.5M"})
        CHECK(
            has(complaint({"--client-bandwidth", bad}), "httpd++: --client-bandwidth: '" + bad + "' is not a number"));
}

}  // namespace httpd_site_tests
