// Where `ping++ --listen` listens.

#include <apps/ping/exporter_settings.hpp>
#include <tests/support/catch.hpp>

#include <functional>
#include <sstream>
#include <string>
#include <string_view>

namespace ping_listen_tests {

using namespace libnet::apps;

namespace {

/// What a reader says of a bad value, or "" when it takes it.
std::string complaint_of(const std::function<void()>& read)
{
    try {
        read();
        return {};
    } catch (const BadValue& error) {
        return error.what();
    }
}

std::string listen_at(std::string_view text)
{
    std::ostringstream shown;
    shown << listen_address()(text);
    return shown.str();
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("an exporter listens on loopback unless an address or a colon says otherwise", "[service][exporter]")
{
    CHECK(listen_at("9374") == "127.0.0.1:9374");
    CHECK(listen_at("0") == "127.0.0.1:0");
    CHECK(listen_at(":9374") == "[::]:9374");
    CHECK(listen_at("192.0.2.1:9374") == "192.0.2.1:9374");
    CHECK(listen_at("[::1]:9374") == "[::1]:9374");
    for (const std::string text : {"", ":", "localhost:9374", "::1:9374", "[::1]", "[127.0.0.1]:1", "127.0.0.1",
                                   "1:2:3", "65536", "127.0.0.1:", "127.0.0.1:-1", "127.0.0.1:http", "[]:1", "9374 "})
    {
        INFO(text);
        CHECK(contains(complaint_of([&] { listen_at(text); }), "'" + text + "' is no place to listen: give a port"));
    }
}

}  // namespace ping_listen_tests
