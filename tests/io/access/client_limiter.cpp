#include <libnet/io/access/client_limiter.hpp>
#include <tests/support/catch.hpp>

#include <boost/system/system_error.hpp>

#include <cmath>
#include <string>

namespace client_limiter_tests {

using libnet::engine::ClientLimits;
using libnet::io::ClientLimiter;

TEST_CASE("limits out of their range are refused by name", "[io][access]")
{
    const auto complaint = [](const ClientLimits& limits) -> std::string {
        try {
            const ClientLimiter limiter{limits};
            return "";
        } catch (const boost::system::system_error& error) {
            CHECK(error.code() == boost::system::errc::invalid_argument);
            return error.what();
        }
    };
    CHECK(complaint({}).empty());
    CHECK(complaint({.requests_per_second = -1}).starts_with("client limit of requests a second"));
    CHECK(complaint({.requests_per_second = NAN}).starts_with("client limit of requests a second"));
    CHECK(complaint({.request_burst = 0.5}).starts_with("client limit of requests at once"));
    CHECK(complaint({.failed_logins_per_minute = INFINITY}).starts_with("client limit of failed log-ins"));
}

}  // namespace client_limiter_tests
