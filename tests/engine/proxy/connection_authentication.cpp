#include <libnet/engine/proxy/connection_authentication.hpp>
#include <tests/support/catch.hpp>

#include <string_view>

namespace connection_authentication_tests {

using namespace libnet::engine;

namespace {

bool authenticates(std::string_view value)
{
    libnet::wire::HttpFields fields;
    fields.add("Date", "NTLM");
    fields.add("www-authenticate", "Basic realm=\"a\"");
    fields.add("WWW-Authenticate", value);
    return authenticates_connection(fields, "WWW-Authenticate");
}

}  // namespace

TEST_CASE("NTLM and Negotiate authenticate a connection, wherever they are named", "[engine][proxy]")
{
    for (const auto value : {"NTLM", "Negotiate", "negotiate YWJj", "ntlm TlRMTVNTUAAB", "Basic realm=x, Negotiate",
                             "Negotiate, NTLM, Basic realm=\"y\""})
        CHECK(authenticates(value));
    for (const auto value : {"", "Basic realm=\"NTLM\"", "Digest realm=Negotiate", "Bearer NTLM", "NTLMv9 x"})
        CHECK_FALSE(authenticates(value));
}

}  // namespace connection_authentication_tests
