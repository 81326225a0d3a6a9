#include <libnet/engine/http/https_redirect.hpp>
#include <tests/support/catch.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace https_redirect_tests {

using namespace libnet;
using engine::https_location;
using wire::RequestHead, wire::TargetForm;

namespace {

RequestHead request(std::string_view host, std::string_view path)
{
    RequestHead head;
    head.method = "GET";
    head.authority.host = host;
    head.path = path;
    return head;
}

}  // namespace

TEST_CASE("a URL goes on with https, by the port of the TLS listener", "[engine][https_redirect]")
{
    auto head = request("example.org", "/a/b%20c");
    CHECK(https_location(head, 443) == "https://example.org/a/b%20c");
    CHECK(https_location(head, 8443) == "https://example.org:8443/a/b%20c");
    head.authority.port = std::uint16_t{8080};
    CHECK(https_location(head, 443) == "https://example.org/a/b%20c");
    head.has_query = true;
    CHECK(https_location(head, 443) == "https://example.org/a/b%20c?");
    head.query = "x=1&y=/";
    CHECK(https_location(head, 443) == "https://example.org/a/b%20c?x=1&y=/");
}

TEST_CASE("an IPv6 address keeps its brackets", "[engine][https_redirect]")
{
    auto head = request("2001:db8::1", "/");
    head.authority.is_ipv6 = true;
    CHECK(https_location(head, 443) == "https://[2001:db8::1]/");
    CHECK(https_location(head, 444) == "https://[2001:db8::1]:444/");
}

TEST_CASE("a path that begins with two slashes names no other host", "[engine][https_redirect]")
{
    CHECK(https_location(request("example.org", "//evil.example/"), 443) == "https://example.org//evil.example/");
}

TEST_CASE("an absolute form is redirected by its own host", "[engine][https_redirect]")
{
    auto head = request("example.org", "/");
    head.form = TargetForm::absolute;
    head.scheme = "HTTP";
    CHECK(https_location(head, 443) == "https://example.org/");
    head.path = "*";  // OPTIONS http://example.org
    CHECK(https_location(head, 443) == std::nullopt);
    head.path = "/";
    head.scheme = "ftp";
    CHECK(https_location(head, 443) == std::nullopt);
}

TEST_CASE("what names no place can't be redirected", "[engine][https_redirect]")
{
    CHECK(https_location(request("", "/"), 443) == std::nullopt);  // HTTP/1.0 without Host
    auto head = request("example.org", "*");
    head.form = TargetForm::asterisk;
    CHECK(https_location(head, 443) == std::nullopt);
    head.form = TargetForm::authority;
    CHECK(https_location(head, 443) == std::nullopt);
}

TEST_CASE("who sends something sends it again", "[engine][https_redirect]")
{
    auto head = request("example.org", "/");
    CHECK(engine::https_redirect_status(head) == 301);
    head.method = "HEAD";
    CHECK(engine::https_redirect_status(head) == 301);
    head.method = "POST";
    CHECK(engine::https_redirect_status(head) == 308);
}

}  // namespace https_redirect_tests
