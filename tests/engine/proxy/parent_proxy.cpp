#include <libnet/engine/proxy/parent_proxy.hpp>
#include <tests/support/catch.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace parent_proxy_tests {

using namespace libnet::engine;

namespace {

ParentProxy parent(std::string name, ParentKind kind, std::string host, std::uint16_t port)
{
    ParentProxy made;
    made.name = std::move(name);
    made.kind = kind;
    made.host = std::move(host);
    made.port = port;
    return made;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

std::string error_of(const std::string& text)
{
    try {
        parse_parent_proxy(text);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "none";
}

std::string login_error_of(ParentProxy parent, const std::string& text)
{
    try {
        set_parent_login(parent, text);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "none";
}

}  // namespace

TEST_CASE("a parent is a URL with a name in front, or without", "[engine][proxy]")
{
    CHECK(parse_parent_proxy("corp=http://proxy.test:8080") == parent("corp", ParentKind::http, "proxy.test", 8080));
    CHECK(parse_parent_proxy("corp=http://proxy.test/") == parent("corp", ParentKind::http, "proxy.test", 3128));
    CHECK(parse_parent_proxy("http://Proxy.TEST.") == parent("proxy.test", ParentKind::http, "proxy.test", 3128));
    CHECK(parse_parent_proxy("s=socks5://10.1.2.3") == parent("s", ParentKind::socks5, "10.1.2.3", 1080));
    CHECK(parse_parent_proxy("s=socks5h://[2001:db8::1]:1") == parent("s", ParentKind::socks5, "2001:db8::1", 1));
}

TEST_CASE("what is no parent is told so, with an example", "[engine][proxy]")
{
    for (const auto* const text :
         {"", "corp", "corp=", "corp=proxy.test:8080", "corp=https://proxy.test", "corp=socks4://proxy.test",
          "corp=http://", "corp=http://:80", "corp=http://proxy.test:0", "corp=http://proxy.test:99999",
          "corp=http://proxy.test/x", "=http://proxy.test", "a b=http://proxy.test", "direct=http://proxy.test",
          "to=http://proxy.test", "http://[2001:db8::1]", "corp=http://proxy.test:80:80", "corp=http://a\r\nb"})
    {
        INFO(text);
        CHECK(has(error_of(text), "corp=http://proxy.example.org:3128"));
    }
    const auto in_url = error_of("corp=http://alice:secret@proxy.test");
    CHECK(has(in_url, "put them into a file"));
    CHECK_FALSE(has(in_url, "secret"));
}

TEST_CASE("a log-in is one line", "[engine][proxy]")
{
    auto http = parse_parent_proxy("corp=http://proxy.test");
    set_parent_login(http, "alice:secret\n");
    CHECK(http.authorization == "Basic YWxpY2U6c2VjcmV0");
    set_parent_login(http, "Bearer abc");
    CHECK(http.authorization == "Bearer abc");

    auto socks = parse_parent_proxy("corp=socks5://proxy.test");
    set_parent_login(socks, "alice:se:cret\r\n");
    CHECK(socks.user == "alice");
    CHECK(socks.password == "se:cret");
    for (const auto& text : {std::string{"Bearer abc"}, std::string{":secret"}, std::string{"alice:"},
                             "alice:" + std::string(256, 'p'), std::string{"alice:secret\nbob:secret"}, std::string{}})
    {
        const auto error = login_error_of(socks, text);
        CHECK(error != "none");
        CHECK_FALSE(has(error, "secret"));
    }
    CHECK(login_error_of(http, "a:b\r\nX: y") != "none");
}

}  // namespace parent_proxy_tests
