#include <libnet/engine/access/client_table.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace client_table_tests {

using namespace std::chrono_literals;
using namespace libnet::engine;

namespace {

constexpr ClientTable::Time start{1000s};
constexpr ClientKey alice{1}, bob{2}, carol{3};

ClientKey key(const std::string& address) { return client_key(boost::asio::ip::make_address(address)); }

}  // namespace

TEST_CASE("a client is an IPv4 address or an IPv6 network of 64 bits", "[engine][limits]")
{
    CHECK(key("192.0.2.1") == key("::ffff:192.0.2.1"));
    CHECK(key("192.0.2.1") != key("192.0.2.2"));
    CHECK(key("2001:db8:0:1::1") == key("2001:db8:0:1:ffff::2"));
    CHECK(key("2001:db8:0:1::1") != key("2001:db8:0:2::1"));
    CHECK(key("::1") != key("0.0.0.1"));
    CHECK(key("::1") != key("127.0.0.1"));
}

TEST_CASE("a client has so many connections at a time", "[engine][limits]")
{
    ClientTable table{{.connections = 2}, 7};
    CHECK(table.connect(alice, start));
    CHECK(table.connect(alice, start));
    CHECK_FALSE(table.connect(alice, start));
    CHECK(table.connect(bob, start));
    table.disconnect(alice);
    CHECK(table.connect(alice, start));
    CHECK_FALSE(table.connect(alice, start));
}

TEST_CASE("a client has so many requests in a while", "[engine][limits]")
{
    ClientTable table{{.requests_per_second = 10, .request_burst = 2}, 7};
    CHECK(table.request(alice, start) == 0ns);
    CHECK(table.request(alice, start) == 0ns);
    CHECK(table.request(alice, start) == 100ms);
    CHECK(table.request(bob, start) == 0ns);
    CHECK(table.request(alice, start + 50ms) == 50ms);  // what is refused costs nothing
    CHECK(table.request(alice, start + 101ms) == 0ns);
}

TEST_CASE("a burst is one request at least", "[engine][limits]")
{
    ClientTable table{{.requests_per_second = 1, .request_burst = 0}, 7};
    CHECK(table.request(alice, start) == 0ns);
    CHECK(table.request(alice, start) == 1s);
}

TEST_CASE("what is sent beyond the rate makes the next wait", "[engine][limits]")
{
    ClientTable table{{.bytes_per_second = 1000}, 7};
    CHECK(table.send(alice, start) == 0ns);
    table.sent(alice, 1000, start);
    CHECK(table.send(alice, start) == 0ns);
    table.sent(alice, 500, start);
    CHECK(table.send(alice, start) == 500ms);
    CHECK(table.send(bob, start) == 0ns);
    CHECK(table.send(alice, start + 200ms) == 300ms);
    CHECK(table.send(alice, start + 501ms) == 0ns);
}

TEST_CASE("failed log-ins lock a client out for a while", "[engine][limits]")
{
    ClientTable table{{.failed_logins_per_minute = 3}, 7};
    for (int i = 0; i < 3; ++i) CHECK(table.log_in(alice, start) == 0ns);  // none of them has an outcome yet
    CHECK(table.log_in(alice, start) == 20s);
    CHECK(table.log_in(bob, start) == 0ns);
    CHECK(table.log_in(alice, start + 21s) == 0ns);
}

TEST_CASE("log-ins that were right don't count", "[engine][limits]")
{
    ClientTable table{{.failed_logins_per_minute = 3}, 7};
    for (int i = 0; i < 10; ++i) {
        CHECK(table.log_in(alice, start) == 0ns);
        table.forgive_login(alice, start + 100ms);  // meanwhile a little of it has come back anyway
    }
    table.forgive_login(alice, start + 100ms);  // one that was never tried gives no more than there may be
    for (int i = 0; i < 3; ++i) CHECK(table.log_in(alice, start + 100ms) == 0ns);
    CHECK(table.log_in(alice, start + 100ms) == 20s);
}

TEST_CASE("without limits, clients are remembered for their connections only", "[engine][limits]")
{
    ClientTable table{{.failed_logins_per_minute = 0}, 7};
    for (int i = 0; i < 1000; ++i) {
        CHECK(table.request(alice, start) == 0ns);
        CHECK(table.send(alice, start) == 0ns);
        CHECK(table.log_in(alice, start) == 0ns);
        table.sent(alice, 1 << 30, start);
        table.forgive_login(alice, start);
    }
    CHECK(table.size() == 0);
    for (int i = 0; i < 1000; ++i) CHECK(table.connect(alice, start));
    CHECK(table.size() == 1);
}

TEST_CASE("the table is bounded, and forgets who was quiet the longest", "[engine][limits]")
{
    ClientTable table{{.requests_per_second = 1, .request_burst = 1, .max_clients = 2}, 7};
    CHECK(table.request(alice, start) == 0ns);
    CHECK(table.request(bob, start) == 0ns);
    CHECK(table.request(alice, start) == 1s);
    CHECK(table.request(carol, start) == 0ns);  // bob is forgotten
    CHECK(table.size() == 2);
    CHECK(table.request(alice, start) == 1s);
    CHECK(table.request(bob, start) == 0ns);  // carol is
}

TEST_CASE("clients with connections are not forgotten", "[engine][limits]")
{
    ClientTable table{{.max_clients = 2}, 7};
    CHECK(table.connect(alice, start));
    CHECK(table.connect(bob, start));
    CHECK_FALSE(table.connect(carol, start));
    table.disconnect(bob);
    CHECK(table.connect(carol, start));
    CHECK(table.size() == 2);
    CHECK(table.connect(alice, start));
}

}  // namespace client_table_tests
