#include <libnet/engine/proxy/proxy_page.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/parsed_heads.hpp>

namespace proxy_page_tests {

using namespace libnet;
using namespace libnet::engine;

namespace {

ProxyPageFormat format_for(const std::string& fields)
{
    const test::ParsedRequest parsed{"GET http://h/ HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"};
    return choose_page_format(parsed.request.fields);
}

}  // namespace

TEST_CASE("a client gets JSON where it would rather have that than HTML", "[engine][proxy]")
{
    using F = ProxyPageFormat;
    CHECK(format_for("") == F::html);
    CHECK(format_for("Accept: */*\r\n") == F::html);
    CHECK(format_for("Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n") == F::html);
    CHECK(format_for("Accept: application/json\r\n") == F::json);
    CHECK(format_for("Accept: application/problem+json, text/html;q=0.5\r\n") == F::json);
    CHECK(format_for("Accept: application/json;q=0.5\r\nAccept: text/html\r\n") == F::html);
    CHECK(format_for("Accept: application/json, */*;q=0.1\r\n") == F::json);
}

TEST_CASE("a page echoes nothing unescaped", "[engine][proxy]")
{
    const ProxyPage page{403, "<b>\"\n&", "rule_denied", "17-1"};
    std::string html, json;
    append_page(html, page, ProxyPageFormat::html);
    append_page(json, page, ProxyPageFormat::json);
    CHECK(html.find("<p>&lt;b&gt;&quot;\n&amp;</p>") != html.npos);
    CHECK(html.find("<code>rule_denied</code>, request <code>17-1</code>") != html.npos);
    CHECK(json ==
          "{\"type\":\"about:blank\",\"status\":403,\"title\":\"Forbidden\",\"detail\":\"<b>\\\"\\u000a&\","
          "\"verdict\":\"rule_denied\",\"request_id\":\"17-1\"}\n");
}

TEST_CASE("each status that is given without a server has its error", "[engine][proxy]")
{
    using Error = wire::ProxyStatusError;
    CHECK(proxy_status_of_refusal(400) == Error::http_request_error);
    CHECK(proxy_status_of_refusal(407) == Error::http_request_denied);
    CHECK(proxy_status_of_refusal(431) == Error::http_request_error);
    CHECK(proxy_status_of_refusal(500) == Error::proxy_internal_error);
    CHECK(proxy_status_of_refusal(501) == Error::http_request_error);
    CHECK(proxy_status_of_refusal(503) == Error::proxy_internal_response);
}

}  // namespace proxy_page_tests
