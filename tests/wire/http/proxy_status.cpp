#include <libnet/wire/http/proxy_status.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace proxy_status_tests {

using namespace libnet::wire;

namespace {

std::string written(const ProxyStatus& status)
{
    std::string out;
    append_proxy_status(out, status);
    return out;
}

}  // namespace

TEST_CASE("Proxy-Status says who came to the answer, and how", "[wire][http]")
{
    CHECK(written({.proxy = "libnet"}) == "libnet");
    CHECK(written({.proxy = "libnet", .error = ProxyStatusError::connection_refused}) ==
          "libnet; error=connection_refused");
    CHECK(written({.proxy = "libnet", .error = ProxyStatusError::dns_error, .dns_rcode = "NXDOMAIN"}) ==
          "libnet; error=dns_error; rcode=\"NXDOMAIN\"");
    CHECK(written({.proxy = "libnet",
                   .error = ProxyStatusError::http_protocol_error,
                   .received_status = 200,
                   .next_hop = "192.0.2.1:80",
                   .next_protocol = "http/1.1",
                   .dns_rcode = "NXDOMAIN",
                   .details = "A chunk is malformed."}) ==
          "libnet; error=http_protocol_error; next-hop=\"192.0.2.1:80\"; next-protocol=http/1.1; received-status=200; "
          "details=\"A chunk is malformed.\"");
}

TEST_CASE("a name that is no token of RFC 8941 is a string", "[wire][http]")
{
    CHECK(written({.proxy = "proxy.example:80"}) == "proxy.example:80");
    CHECK(written({.proxy = "127.0.0.1"}) == "\"127.0.0.1\"");
    CHECK(written({.proxy = "my proxy"}) == "\"my proxy\"");
}

TEST_CASE("no text breaks out of its string", "[wire][http]")
{
    CHECK(written({.proxy = "a", .details = "say \"hi\"\\ \r\nSet-Cookie: x\x7f\xc3\xa4"}) ==
          "a; details=\"say \\\"hi\\\"\\\\ ??Set-Cookie: x???\"");
    const std::string quotes(10'000, '"');
    CHECK(written({.proxy = "a", .details = quotes}).size() == std::string{"a; details=\"\""}.size() + 512);
}

TEST_CASE("each error has its name and the status that RFC 9209 recommends", "[wire][http]")
{
    CHECK(name_of(ProxyStatusError::dns_timeout) == "dns_timeout");
    CHECK(status_of(ProxyStatusError::dns_timeout) == 504);
    CHECK(name_of(ProxyStatusError::http_request_denied) == "http_request_denied");
    CHECK(status_of(ProxyStatusError::http_request_denied) == 403);
    CHECK(name_of(ProxyStatusError::http_protocol_error) == "http_protocol_error");
    CHECK(name_of(ProxyStatusError::proxy_loop_detected) == "proxy_loop_detected");
    CHECK(status_of(ProxyStatusError::proxy_loop_detected) == 502);
}

}  // namespace proxy_status_tests
