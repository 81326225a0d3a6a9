#include <libnet/engine/proxy/egress_verdict.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace egress_verdict_tests {

using namespace libnet;
using namespace libnet::engine;
using V = EgressVerdict;

TEST_CASE("each refusal has a name, a sentence, and an error of Proxy-Status", "[engine][proxy]")
{
    for (std::size_t i = 0; i < egress_verdicts; ++i) {
        const auto verdict = static_cast<V>(i);
        CHECK(reason_of(verdict).starts_with(std::string{name_of(verdict)} + ": "));
        CHECK(reason_of(verdict).ends_with("."));
    }
    CHECK(name_of(V::allowed) == "allowed");
    CHECK(name_of(V::metadata_address) == "metadata_address");
    CHECK(name_of(V::private_address) == "private_address");
    CHECK(reason_of(V::private_address).find("--allow-private") != std::string_view::npos);
    CHECK(proxy_status_of(V::rule_denied) == wire::ProxyStatusError::http_request_denied);
    CHECK(proxy_status_of(V::private_address) == wire::ProxyStatusError::destination_ip_prohibited);
    CHECK(status_of(V::bad_host) == 400);
    CHECK(status_of(V::metadata_address) == 403);
    CHECK(proxy_status_of(V::bad_host) == wire::ProxyStatusError::http_request_error);
}

}  // namespace egress_verdict_tests
