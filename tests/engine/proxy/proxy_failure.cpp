#include <libnet/engine/proxy/proxy_failure.hpp>
#include <tests/support/catch.hpp>

#include <boost/system/errc.hpp>

namespace proxy_failure_tests {

using namespace libnet::engine;
namespace errc = boost::system::errc;

namespace {

constexpr ProxyFailure all[] = {
    ProxyFailure::name_not_found, ProxyFailure::name_server_failed, ProxyFailure::name_timeout,
    ProxyFailure::refused,        ProxyFailure::unreachable,        ProxyFailure::connect_timeout,
    ProxyFailure::connect_failed, ProxyFailure::connection_lost,    ProxyFailure::response_timeout,
    ProxyFailure::bad_response,   ProxyFailure::name_is_loop,       ProxyFailure::tls_certificate,
    ProxyFailure::tls_alert,      ProxyFailure::tls_protocol,
};

}  // namespace

TEST_CASE("what took too long is 504, and the rest 502", "[engine][proxy]")
{
    for (const auto failure : all) {
        const bool slow = failure == ProxyFailure::name_timeout || failure == ProxyFailure::connect_timeout ||
                          failure == ProxyFailure::response_timeout;
        CHECK(status_of(failure) == (slow ? 504 : 502));
    }
}

TEST_CASE("each failure names the host in a sentence of its own", "[engine][proxy]")
{
    std::string said_before;
    for (const auto failure : all) {
        const auto sentence = describe(failure, {"host.example", 81});
        CHECK(sentence.find("host.example") != std::string::npos);
        CHECK(sentence.ends_with('.'));
        CHECK(said_before.find(sentence) == std::string::npos);
        said_before += sentence;
    }
}

TEST_CASE("a failure of TLS says why", "[engine][proxy]")
{
    const auto said = describe(ProxyFailure::tls_certificate, {"a.test", 443}, {}, "certificate has expired");
    CHECK(said == "The server a.test:443 has no certificate that can be trusted: certificate has expired.");
    CHECK(proxy_status_of(ProxyFailure::tls_certificate) == libnet::wire::ProxyStatusError::tls_certificate_error);
    CHECK(proxy_status_of(ProxyFailure::tls_alert) == libnet::wire::ProxyStatusError::tls_alert_received);
    CHECK(proxy_status_of(ProxyFailure::tls_protocol) == libnet::wire::ProxyStatusError::tls_protocol_error);
}

TEST_CASE("what connect reports is told apart", "[engine][proxy]")
{
    const auto failure_of = [](errc::errc_t error) { return failure_of_connect(errc::make_error_code(error)); };
    CHECK(failure_of(errc::connection_refused) == ProxyFailure::refused);
    CHECK(failure_of(errc::timed_out) == ProxyFailure::connect_timeout);
    CHECK(failure_of(errc::network_unreachable) == ProxyFailure::unreachable);
    CHECK(failure_of(errc::host_unreachable) == ProxyFailure::unreachable);
    CHECK(failure_of(errc::address_not_available) == ProxyFailure::unreachable);
    CHECK(failure_of(errc::permission_denied) == ProxyFailure::connect_failed);
}

}  // namespace proxy_failure_tests
