#include <libnet/engine/proxy/proxy_retry.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/parsed_heads.hpp>

namespace proxy_retry_tests {

using namespace libnet::engine;
using libnet::test::ParsedRequest;

TEST_CASE("only what can be sent twice meets a used connection", "[engine][proxy]")
{
    const auto may = [](std::string line, std::string fields = {}) {
        const ParsedRequest parsed{line + " http://h/ HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"};
        return may_use_idle_connection(parsed.request);
    };
    for (const auto* method : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}) {
        INFO(method);
        CHECK(may(method));
    }
    CHECK_FALSE(may("POST"));
    CHECK_FALSE(may("get"));
    CHECK_FALSE(may("BREW"));
    CHECK_FALSE(may("PUT", "Content-Length: 5\r\n"));
    CHECK_FALSE(may("GET", "Transfer-Encoding: chunked\r\n"));
}

TEST_CASE("a request is sent again only over a used connection that died without a byte", "[engine][proxy]")
{
    CHECK(should_retry(true, false));
    CHECK_FALSE(should_retry(true, true));
    CHECK_FALSE(should_retry(false, false));
}

}  // namespace proxy_retry_tests
