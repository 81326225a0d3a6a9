// What a client on the wire sees of the rules of RFC 9110 and RFC 9112, one line a rule. Each rule's branches are
// tested where it is decided: tests/wire/http_cases_*.hpp (messages), tests/engine/ (answers).

#include <libnet/static_file_server.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/file_server.hpp>
#include <tests/support/raw_client.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace static_file_server_rules_tests {

using namespace libnet;
using test::FileServer, test::RawClient, test::TemporaryDirectory;

namespace {

enum class Then { stays, ends };  // what becomes of the connection

struct Rule {
    std::string_view section, what;
    std::string request;
    unsigned status;
    Then then = Then::stays;
};

std::string get(const std::string& target, const std::string& fields = {})
{
    return "GET " + target + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n";
}

std::string ask(const std::string& method, const std::string& target, const std::string& fields = {})
{
    return method + ' ' + target + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n";
}

std::string repeat(std::string_view text, std::size_t times)
{
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

const std::string long_name(9000, 'x');

const std::vector<Rule> messages{
    // RFC 9112: the request line
    {"9112 2.2", "empty lines before it are skipped", "\r\n\r\n" + get("/a.txt"), 200},
    {"9112 2.2", "a bare LF ends no line", "GET /a.txt HTTP/1.1\nHost: test\n\n", 400, Then::ends},
    {"9112 2.2", "a bare CR stands nowhere", get("/a.txt", "X: a\rb\r\n"), 400, Then::ends},
    {"9112 2.2", "no white space before the first field", "GET /a.txt HTTP/1.1\r\n Host: test\r\n\r\n", 400,
     Then::ends},
    {"9112 2.3", "a version above 1.1 is read as 1.1", "GET /a.txt HTTP/1.9\r\nHost: test\r\n\r\n", 200},
    {"9112 2.3", "versions have case", "GET /a.txt http/1.1\r\nHost: test\r\n\r\n", 400, Then::ends},
    {"9110 15.6.6", "HTTP/2 has another preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, Then::ends},
    {"9112 3", "one space between the parts", "GET  /a.txt HTTP/1.1\r\nHost: test\r\n\r\n", 400, Then::ends},
    {"9112 3", "nothing behind the version", "GET /a.txt HTTP/1.1 \r\nHost: test\r\n\r\n", 400, Then::ends},
    {"9112 3", "no HTTP/0.9", "GET /a.txt\r\n\r\n", 400, Then::ends},
    {"9112 3", "a target that is too long", get('/' + long_name), 414, Then::ends},
    {"9112 3", "a method that is longer than any", ask(repeat("M", 9000), "/"), 501, Then::ends},
    {"9110 9.1", "methods have case", ask("get", "/a.txt"), 501},
    {"9110 9.1", "an unknown method", ask("BREW", "/a.txt"), 501},
    {"9110 15.5.6", "a known method", ask("DELETE", "/a.txt"), 405},
    {"9110 9.3.8", "no TRACE", ask("TRACE", "/a.txt"), 405},
    {"9110 9.3.6", "no CONNECT", ask("CONNECT", "test:443"), 405},
    {"9110 9.3.6", "CONNECT without a port", ask("CONNECT", "test"), 400, Then::ends},

    // RFC 9112: the target and Host
    {"9112 3.2.2", "the absolute form", get("http://test/a.txt"), 200},
    {"9112 3.2.2", "with another Host, which counts for nothing", get("http://other/a.txt"), 200},
    {"9112 3.2.2", "without a path", get("http://test"), 200},
    {"9110 4.2.1", "without a host", get("http:///a.txt"), 400, Then::ends},
    {"9110 4.2.4", "with userinfo", get("http://user@test/a.txt"), 400, Then::ends},
    {"9110 7.4", "https without TLS", get("https://test/a.txt"), 421, Then::ends},
    {"9110 7.4", "another scheme", get("ftp://test/a.txt"), 421, Then::ends},
    {"9112 3.2.3", "the authority form is for CONNECT", get("test:80"), 400, Then::ends},
    {"9112 3.2.4", "the asterisk is for OPTIONS", get("*"), 400, Then::ends},
    {"9112 3.2.4", "OPTIONS about the server", ask("OPTIONS", "*"), 204},
    {"9110 9.3.7", "OPTIONS about a path", ask("OPTIONS", "/a.txt"), 204},
    {"9112 3.2", "no Host in HTTP/1.1", "GET /a.txt HTTP/1.1\r\n\r\n", 400, Then::ends},
    {"9112 3.2", "none with an absolute target", "GET http://test/a.txt HTTP/1.1\r\n\r\n", 400, Then::ends},
    {"9112 3.2", "two Hosts", get("/a.txt", "Host: test\r\n"), 400, Then::ends},
    {"9112 3.2", "a Host that is none", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, Then::ends},
    {"9110 7.2", "an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, Then::ends},
    {"9110 7.2", "an IPv6 address with a port", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 200},
    {"9112 3.2", "HTTP/1.0 needs no Host", "GET /a.txt HTTP/1.0\r\n\r\n", 200, Then::ends},

    // RFC 9112: fields
    {"9112 5.1", "white space before the colon", get("/a.txt", "X : a\r\n"), 400, Then::ends},
    {"9112 5.2", "a folded line", get("/a.txt", "X: a\r\n b\r\n"), 400, Then::ends},
    {"9110 5.1", "no name", get("/a.txt", ": a\r\n"), 400, Then::ends},
    {"9110 5.5", "a NUL", get("/a.txt", std::string{"X: \0\r\n", 6}), 400, Then::ends},
    {"9110 5.5", "a control character", get("/a.txt", "X: \x1b[1m\r\n"), 400, Then::ends},
    {"9110 5.5", "bytes that are no ASCII", get("/a.txt", "X: \xc3\xa4\xff\r\n"), 200},
    {"9110 5.4", "a field that is too long", get("/a.txt", "X: " + repeat("x", 40'000) + "\r\n"), 431, Then::ends},
    {"9110 5.4", "100 fields", get("/a.txt", repeat("X: a\r\n", 99)), 200},
    {"9110 5.4", "more than 100 fields", get("/a.txt", repeat("X: a\r\n", 100)), 431, Then::ends},

    // RFC 9112: where a message ends
    {"9112 6.3", "length and chunks",
     get("/a.txt", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n", 400, Then::ends},
    {"9112 6.3", "two lengths", get("/a.txt", "Content-Length: 1\r\nContent-Length: 2\r\n") + "ab", 400, Then::ends},
    {"9112 6.3", "two lengths that agree", get("/a.txt", "Content-Length: 1\r\nContent-Length: 1\r\n") + "a", 400,
     Then::ends},
    {"9110 8.6", "a list of lengths", get("/a.txt", "Content-Length: 1, 1\r\n") + "a", 400, Then::ends},
    {"9110 8.6", "a length with a sign", get("/a.txt", "Content-Length: +1\r\n") + "a", 400, Then::ends},
    {"9110 8.6", "a negative length", get("/a.txt", "Content-Length: -1\r\n"), 400, Then::ends},
    {"9110 8.6", "a length of 20 digits", get("/a.txt", "Content-Length: 99999999999999999999\r\n"), 400, Then::ends},
    {"9112 6.1", "an unknown coding", get("/a.txt", "Transfer-Encoding: gzip, chunked\r\n"), 501, Then::ends},
    {"9112 6.1", "nearly chunked", get("/a.txt", "Transfer-Encoding: xchunked\r\n"), 501, Then::ends},
    {"9112 6.1", "chunked twice", get("/a.txt", "Transfer-Encoding: chunked, chunked\r\n"), 400, Then::ends},
    {"9112 6.1", "chunked isn't last", get("/a.txt", "Transfer-Encoding: chunked, gzip\r\n"), 400, Then::ends},
    {"9112 6.1", "chunks in HTTP/1.0", "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
     Then::ends},
    {"9112 7.1", "chunks, which are thrown away",
     get("/a.txt", "Transfer-Encoding: chunked\r\n") + "1;a=\"b\"\r\nx\r\n0\r\nX-T: a\r\n\r\n", 200},
    {"9112 7.1", "a size with 0x", get("/a.txt", "Transfer-Encoding: chunked\r\n") + "0x1\r\na\r\n0\r\n\r\n", 400,
     Then::ends},
    {"9112 7.1", "a chunk that is longer than it says",
     get("/a.txt", "Transfer-Encoding: chunked\r\n") + "1\r\nab\r\n0\r\n\r\n", 400, Then::ends},
    {"9112 7.1.1", "an extension that is too long",
     get("/a.txt", "Transfer-Encoding: chunked\r\n") + "1;a=" + repeat("b", 2000) + "\r\na\r\n0\r\n\r\n", 400,
     Then::ends},
    {"9110 6.5.1", "a trailer that frames",
     get("/a.txt", "Transfer-Encoding: chunked\r\n") + "0\r\nContent-Length: 1\r\n\r\n", 400, Then::ends},
    {"9110 9.3.1", "the body of a GET, which is thrown away", get("/a.txt", "Content-Length: 4\r\n") + "GET ", 200},
    {"9110 9.3.8", "no body of a TRACE", ask("TRACE", "/", "Content-Length: 1\r\n") + "a", 400, Then::ends},

    // RFC 9112: the connection
    {"9112 9.3", "close among other options", get("/a.txt", "Connection: te, close\r\n"), 200, Then::ends},
    {"9112 9.3", "keep-alive of HTTP/1.0", "GET /a.txt HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", 200},
    {"9112 9.3", "close wins", get("/a.txt", "Connection: keep-alive, close\r\n"), 200, Then::ends},
    {"9110 7.8", "an upgrade that isn't made", get("/a.txt", "Connection: upgrade\r\nUpgrade: h2c\r\n"), 200},
    {"9110 10.1.1", "an unknown expectation", get("/a.txt", "Expect: cake\r\n"), 417, Then::ends},

    // RFC 9110: conditions, in the order of section 13.2.2
    {"9110 13.1.1", "If-Match of another state", get("/a.txt", "If-Match: \"a\", \"b\"\r\n"), 412},
    {"9110 13.1.1", "If-Match of any state", get("/a.txt", "If-Match: *\r\n"), 200},
    {"9110 13.1.1", "If-Match of none", get("/a.txt", "If-Match:\r\n"), 412},
    {"9110 13.1.1", "If-Match for a directory's page", get("/list/", "If-Match: \"a\"\r\n"), 412},
    {"9110 13.1.2", "If-None-Match of any state", get("/a.txt", "If-None-Match: *\r\n"), 304},
    {"9110 13.1.2", "and for HEAD", ask("HEAD", "/a.txt", "If-None-Match: *\r\n"), 304},
    {"9110 13.1.2", "a comma in an entity tag", get("/a.txt", "If-None-Match: \"a,*\", \"*\"\r\n"), 200},
    {"9110 13.1.3", "If-Modified-Since", get("/a.txt", "If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT\r\n"), 304},
    {"9110 13.1.3", "in the form of RFC 850", get("/old.txt", "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n"),
     304},
    {"9110 13.1.3", "in the form of asctime", get("/old.txt", "If-Modified-Since: Sun Nov  6 08:49:37 1994\r\n"), 304},
    {"9110 13.1.3", "what is no date", get("/old.txt", "If-Modified-Since: 784111777\r\n"), 200},
    {"9110 13.1.3", "two dates", get("/old.txt", repeat("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 2)),
     200},
    {"9110 13.1.3", "which don't count beside If-None-Match",
     get("/old.txt", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\nIf-None-Match: \"a\"\r\n"), 200},
    {"9110 13.1.4", "If-Unmodified-Since", get("/a.txt", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),
     412},
    {"9110 13.1.4", "which doesn't count beside If-Match",
     get("/a.txt", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\nIf-Match: *\r\n"), 200},
    {"9110 13.2.1", "no condition helps where nothing is", get("/nothing", "If-None-Match: *\r\nIf-Match: \"a\"\r\n"),
     404},
    {"9110 13.2.1", "nor with a method that is refused", ask("PUT", "/a.txt", "If-Match: \"a\"\r\n"), 405},

    // RFC 9110: ranges
    {"9110 14.2", "a range", get("/a.txt", "Range: bytes=0-0\r\n"), 206},
    {"9110 14.1", "units have no case", get("/a.txt", "Range: Bytes=0-\r\n"), 206},
    {"9110 14.2", "several", get("/a.txt", "Range: bytes=0-0, 2-2,\r\n"), 206},
    {"9110 14.2", "of HEAD", ask("HEAD", "/a.txt", "Range: bytes=0-0\r\n"), 200},
    {"9110 14.2", "another unit", get("/a.txt", "Range: lines=0-0\r\n"), 200},
    {"9110 14.2", "two fields", get("/a.txt", "Range: bytes=0-0\r\nRange: bytes=1-1\r\n"), 200},
    {"9110 14.1.1", "the last before the first", get("/a.txt", "Range: bytes=2-1\r\n"), 200},
    {"9110 14.1.2", "behind the end", get("/a.txt", "Range: bytes=4-\r\n"), 416},
    {"9110 14.1.2", "the last 0 bytes", get("/a.txt", "Range: bytes=-0\r\n"), 416},
    {"9110 14.1.2", "more digits than any file", get("/a.txt", "Range: bytes=0-" + repeat("9", 40) + "\r\n"), 206},
    {"9110 17.15", "seventeen ranges", get("/a.txt", "Range: bytes=" + repeat("0-0,", 17) + "\r\n"), 200},
    {"9110 14.2", "of what is not there", get("/nothing", "Range: bytes=0-0\r\n"), 404},
    {"9110 13.1.5", "of another state", get("/a.txt", "Range: bytes=0-0\r\nIf-Range: \"a\"\r\n"), 200},
    {"9110 13.1.5", "If-Range alone", get("/a.txt", "If-Range: \"a\"\r\n"), 200},
    {"9110 13.1.5", "of the state of a date",
     get("/old.txt", "Range: bytes=0-0\r\nIf-Range: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), 206},

    // RFC 9110: codings
    {"9110 12.5.3", "identity refused", get("/a.txt", "Accept-Encoding: identity;q=0\r\n"), 406},
    {"9110 12.5.3", "everything refused", get("/a.txt", "Accept-Encoding: *;q=0\r\n"), 406},
    {"9110 12.5.3", "nothing that is known", get("/a.txt", "Accept-Encoding: sdch, \"x\";;q\r\n"), 200},

    // Names
    {"3986 2.1", "encoded once", get("/%61%2Etxt"), 200},
    {"3986 2.1", "not twice", get("/%2561.txt"), 404},
    {"3986 2.1", "half a triplet", get("/a.txt%2"), 400},
    {"3986 2.2", "an encoded slash is no slash", get("/list%2Fb.txt"), 404},
    {"3986 5.2.4", "dots within the root", get("/list/.././//a.txt"), 200},
    {"3986 5.2.4", "dots out of it", get("/list/%2e%2E/../a.txt"), 400},
    {"3986 3.3", "a NUL", get("/a.txt%00"), 400},
    {"3986 3.3", "parameters are part of the name", get("/list/..;/a.txt"), 404},
    {"8615", "names with a dot in front", get("/.git/config"), 404},
    {"8615", "but for this one", get("/.well-known/security.txt"), 200},
};

}  // namespace

TEST_CASE("the rules of HTTP as they show on the wire", "[service][file_server][rules]")
{
    TemporaryDirectory root;
    root.write("index.html", "home");
    root.write("a.txt", "text");
    root.write("old.txt", "old");
    root.write("list/b.txt", "b");
    root.write(".git/config", "hidden");
    root.write(".well-known/security.txt", "Contact");
    const auto old = std::chrono::file_clock::from_sys(std::chrono::sys_seconds{std::chrono::seconds{784'111'777}});
    std::filesystem::last_write_time(root.path() / "old.txt", old);
    FileServer server{root, {.site = {.listing = DirectoryListing::on}}};

    for (const auto& rule : messages) {
        INFO("RFC " << rule.section << ": " << rule.what);
        RawClient client{server.endpoint()};
        // What follows must be answered if the connection stays, and must not be read if it ends.
        client.send(rule.request + get("/a.txt"));
        const auto answer = client.receive(std::string_view{rule.request}.substr(0, rule.request.find(' ')));
        CHECK(answer.status == rule.status);
        CHECK((answer.field("Connection") == "close") == (rule.then == Then::ends));
        CHECK(answer.field("Date").ends_with(" GMT"));
        CHECK((answer.field("Allow") == "GET, HEAD, OPTIONS") == (rule.status == 405 || rule.status == 204));
        if (rule.then == Then::ends) CHECK(client.ended());
        else CHECK(client.receive().body == "text");
    }
}

}  // namespace static_file_server_rules_tests
