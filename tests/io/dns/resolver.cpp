#include <libnet/io/dns/resolver.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/resolver_fixture.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace resolver_tests {

namespace asio = boost::asio;

using namespace libnet::tests;
using namespace std::chrono_literals;
using asio::ip::make_address;
using Fixture = ResolverFixture;

namespace {

Addresses sorted(Addresses addresses)
{
    std::ranges::sort(addresses);
    return addresses;
}

std::size_t open_descriptors()
{
    const std::filesystem::directory_iterator all{"/proc/self/fd"};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

bool has_ipv6_loopback()
{
    asio::io_context io;
    asio::ip::udp::socket socket{io, asio::ip::udp::v6()};
    boost::system::error_code error;
    socket.bind({make_address("::1"), 0}, error);
    return !error;
}

/// The first name in /etc/hosts that isn't a localhost, with its address.
std::optional<std::pair<std::string, asio::ip::address>> a_name_in_the_hosts_file()
{
    std::ifstream hosts{"/etc/hosts"};
    for (std::string line; std::getline(hosts, line);) {
        std::istringstream fields{line.substr(0, line.find('#'))};
        std::string address, name;
        boost::system::error_code error;
        if (!(fields >> address >> name) || name.find("localhost") != name.npos) continue;
        if (const auto parsed = make_address(address, error); !error && parsed.is_v4()) return std::pair{name, parsed};
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("an answer holds as long as its records say, a literal address always", "[io][resolver]")
{
    ResolverFixture f;
    const auto look_up = [&f](const std::string& name) {
        Outcome<libnet::io::ResolvedName> outcome;
        asio::co_spawn(f.io, f.resolver->look_up(name), store_in(outcome));
        f.run_until_done(outcome);
        return outcome.value.value();
    };
    const auto found = look_up("both.test");
    CHECK(found.addresses.size() == 2);
    CHECK(found.ttl == std::chrono::seconds{60});
    CHECK_FALSE(look_up("192.0.2.1").ttl);
    CHECK_FALSE(look_up("localhost").ttl);
    CHECK_FALSE(look_up("::1").addresses.empty());
}

TEST_CASE("a name's addresses of both families are asked for, and come in one list", "[io][resolver]")
{
    Fixture f;
    const auto both = f.resolve("both.test");
    REQUIRE(both.value);
    CHECK(sorted(*both.value) == Addresses{make_address("127.0.0.1"), make_address("::1")});
    if (has_ipv6_loopback()) CHECK(both.value->front() == make_address("::1"));
    CHECK(f.server.questions.size() == 2);

    CHECK(f.resolve("v4.test").value == Addresses{make_address("192.0.2.1")});
    CHECK(f.resolve("v6.test").value == Addresses{make_address("2001:db8::7")});
    CHECK(f.resolve("v4.test.").value == Addresses{make_address("192.0.2.1")});
}

TEST_CASE("a caller who wants one family asks for that one only", "[io][resolver]")
{
    Fixture f;
    CHECK(f.resolve("both.test", AddressFamily::ipv4).value == Addresses{make_address("127.0.0.1")});
    CHECK(f.resolve("both.test", AddressFamily::ipv6).value == Addresses{make_address("::1")});
    REQUIRE(f.server.questions.size() == 2);
    CHECK(f.server.questions[0].type == type_a);
    CHECK(f.server.questions[1].type == type_aaaa);
}

TEST_CASE("a literal address is its own answer", "[io][resolver]")
{
    Fixture f;
    CHECK(f.resolve("192.0.2.1").value == Addresses{make_address("192.0.2.1")});
    CHECK(f.resolve("2001:db8::1", AddressFamily::ipv6).value == Addresses{make_address("2001:db8::1")});
    CHECK(f.resolve("fe80::1%lo").value == Addresses{make_address("fe80::1%lo")});

    const auto wrong = f.resolve("192.0.2.1", AddressFamily::ipv6);
    CHECK(wrong.error() == asio::error::no_data);
    CHECK(wrong.what() == "192.0.2.1: has no IPv6 address");
    CHECK(f.server.questions.empty());
}

TEST_CASE("localhost and the names below it are loopback, whatever a name server would say", "[io][resolver]")
{
    Fixture f{[](const DnsQuestion& q) { return std::vector{answer(q, {a_record(0xC0000263)})}; }};
    for (const char* name : {"localhost", "LOCALHOST", "localhost.", "printer.localhost"}) {
        for (const auto family : {AddressFamily::any, AddressFamily::ipv4, AddressFamily::ipv6}) {
            INFO(name);
            const auto local = f.resolve(name, family);
            REQUIRE(local.value);
            CHECK(!local.value->empty());
            CHECK(std::ranges::all_of(*local.value, [](const auto& address) { return address.is_loopback(); }));
        }
    }
    CHECK(f.server.questions.empty());
}

TEST_CASE("a name in the domain invalid doesn't exist, whatever a name server would say", "[io][resolver]")
{
    Fixture f{[](const DnsQuestion& q) { return std::vector{answer(q, {a_record(0xC0000263)})}; }};
    CHECK(f.resolve("nobody.invalid").what() == "nobody.invalid: no such host");
    CHECK(f.server.questions.empty());
}

TEST_CASE("the hosts file comes before the name servers", "[io][resolver]")
{
    const auto entry = a_name_in_the_hosts_file();
    if (!entry) return;  // nothing there to find
    Fixture f;
    INFO(entry->first);
    const auto found = f.resolve(entry->first, AddressFamily::ipv4);
    REQUIRE(found.value);
    CHECK(std::ranges::count(*found.value, entry->second) == 1);
    CHECK(f.server.questions.empty());
}

TEST_CASE("each failure has its code, and says in words what happened to which host", "[io][resolver]")
{
    Fixture f{ordinary, {.timeout = 250ms, .tries = 1}};
    const auto check = [&](const char* name, AddressFamily family, boost::system::error_code code, const char* what) {
        const auto failed = f.resolve(name, family);
        CHECK(failed.error() == code);
        CHECK(failed.what() == what);
    };
    const auto any = AddressFamily::any;
    check("missing.test", any, asio::error::host_not_found, "missing.test: no such host");
    check("none.test", any, asio::error::no_data, "none.test: has no address");
    check("v4.test", AddressFamily::ipv6, asio::error::no_data, "v4.test: has no IPv6 address");
    check("v6.test", AddressFamily::ipv4, asio::error::no_data, "v6.test: has no IPv4 address");
    check("silent.test", any, asio::error::timed_out, "silent.test: no name server answered in time");
    for (const char* name : {"broken.test", "refused.test"})
        check(name, any, asio::error::host_not_found_try_again,
              (std::string{name} + ": every name server is out of reach, refuses or fails").c_str());
}

TEST_CASE("half an answer is enough", "[io][resolver]")
{
    Fixture f;
    CHECK(f.resolve("half.test").value == Addresses{make_address("192.0.2.2")});
}

TEST_CASE("a name server that isn't there fails the name, not the program", "[io][resolver]")
{
    asio::io_context io;
    asio::ip::udp::endpoint nobody;
    {
        const asio::ip::udp::socket closed_again{io, {asio::ip::address_v4::loopback(), 0}};
        nobody = closed_again.local_endpoint();
    }
    Resolver resolver{io.get_executor(), {.timeout = 50ms, .tries = 1, .servers = {nobody}}};
    Resolved outcome;
    asio::co_spawn(io, resolver.resolve("v4.test"), store_in(outcome));
    io.run();
    const bool expected = outcome.error() == asio::error::host_not_found_try_again ||
                          outcome.error() == asio::error::timed_out;  // where closed ports are silent
    CHECK(expected);
}

TEST_CASE("the second name server is asked when the first is silent", "[io][resolver]")
{
    asio::io_context io;
    DnsServer silent{io, [](const DnsQuestion&) { return std::vector<std::string>{}; }};
    DnsServer second{io, ordinary};
    Resolver resolver{io.get_executor(), {.timeout = 250ms, .servers = {silent.endpoint(), second.endpoint()}}};
    Resolved outcome;
    asio::co_spawn(io, resolver.resolve("v4.test"), store_in(outcome));
    while (!outcome.done()) io.run_one();
    CHECK(outcome.value == Addresses{make_address("192.0.2.1")});
    CHECK(!silent.questions.empty());
}

TEST_CASE("a name server may have an IPv6 address", "[io][resolver]")
{
    if (!has_ipv6_loopback()) return;
    asio::io_context io;
    DnsServer server{io, ordinary, asio::ip::address_v6::loopback()};
    Resolver resolver{io.get_executor(), {.servers = {server.endpoint()}}};
    Resolved outcome;
    asio::co_spawn(io, resolver.resolve("v4.test"), store_in(outcome));
    while (!outcome.done()) io.run_one();
    CHECK(outcome.value == Addresses{make_address("192.0.2.1")});
}

TEST_CASE("an answer too long for a datagram comes over TCP, and only so many addresses of it are taken",
          "[io][resolver]")
{
    Fixture f;
    const auto big = f.resolve("big.test", AddressFamily::ipv4);
    REQUIRE(big.value);
    CHECK(big.value->size() == 64);
    CHECK(f.server.questions.back().over_tcp);
    CHECK(f.resolve("v4.test").value == Addresses{make_address("192.0.2.1")});
}

TEST_CASE("two thousand names at once are all answered, each with its own address", "[io][resolver]")
{
    Fixture f;
    std::vector<Resolved> outcomes(2000);
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        asio::co_spawn(f.io, f.resolver->resolve(std::string{"n"} + std::to_string(i) + ".many.test"),
                       store_in(outcomes[i]));
    for (const auto& outcome : outcomes) f.run_until_done(outcome);

    const std::uint32_t net = 0x0A000000;
    std::size_t right = 0;
    for (std::uint32_t i = 0; i < outcomes.size(); ++i)
        if (outcomes[i].value == Addresses{asio::ip::address_v4{net + i}}) ++right;
    CHECK(right == outcomes.size());
    CHECK(f.server.questions.size() == 2 * outcomes.size());  // none was lost and asked again
}

TEST_CASE("only so many names are asked for at a time", "[io][resolver]")
{
    const auto deaf = [](const DnsQuestion&) { return std::vector<std::string>{}; };
    Fixture f{deaf, {.timeout = 10s, .max_in_flight = 5}};
    std::vector<Resolved> outcomes(50);
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        asio::co_spawn(f.io, f.resolver->resolve(std::string{"n"} + std::to_string(i) + ".test"),
                       store_in(outcomes[i]));
    while (f.server.questions.size() < 10) f.io.run_one();
    while (f.io.poll() > 0) {
    }

    std::set<std::string> names;
    for (const auto& question : f.server.questions) names.insert(question.name);
    CHECK(names.size() == 5);

    f.resolver.reset();
    for (const auto& outcome : outcomes) f.run_until_done(outcome);
}

TEST_CASE("a silent name delays no other", "[io][resolver]")
{
    Fixture f;
    Resolved silent;
    asio::co_spawn(f.io, f.resolver->resolve("silent.test"), store_in(silent));
    CHECK(f.resolve("v4.test").value);
    CHECK(f.resolve("missing.test").error() == asio::error::host_not_found);
    CHECK_FALSE(silent.done());

    f.resolver.reset();
    f.run_until_done(silent);
    CHECK(silent.error() == asio::error::operation_aborted);
}

TEST_CASE("names that time out make room for those that wait", "[io][resolver]")
{
    Fixture f{ordinary, {.timeout = 250ms, .tries = 1, .max_in_flight = 1}};
    std::vector<Resolved> silent(3);
    for (auto& outcome : silent) asio::co_spawn(f.io, f.resolver->resolve("silent.test"), store_in(outcome));
    CHECK(f.resolve("v4.test").value);
    for (const auto& outcome : silent) CHECK(outcome.error() == asio::error::timed_out);
}

TEST_CASE("a call may be cancelled at any moment, alone, and leaves nothing behind", "[io][resolver]")
{
    const auto before = open_descriptors();
    bool cancelled_last = true;
    for (int moment = 0; cancelled_last; ++moment) {
        Fixture f{ordinary, {.timeout = 10s, .max_in_flight = 1}};
        asio::cancellation_signal cancel;
        Resolved cancelled, other;
        asio::co_spawn(f.io, f.resolver->resolve("v4.test"),
                       asio::bind_cancellation_slot(cancel.slot(), store_in(cancelled)));
        asio::co_spawn(f.io, f.resolver->resolve("v6.test"), store_in(other));
        for (int step = 0; step < moment && !cancelled.done(); ++step) f.io.run_one();

        cancelled_last = !cancelled.done();
        cancel.emit(asio::cancellation_type::terminal);
        f.run_until_done(cancelled);
        f.run_until_done(other);
        const bool right = cancelled.value == Addresses{make_address("192.0.2.1")} ||
                           cancelled.error() == asio::error::operation_aborted;
        CHECK(right);
        CHECK(other.value == Addresses{make_address("2001:db8::7")});
    }
    CHECK(open_descriptors() == before);
}

TEST_CASE("a resolver may be destroyed at any moment, and every call ends", "[io][resolver]")
{
    const auto before = open_descriptors();
    bool pending_last = true;
    for (int moment = 0; pending_last; ++moment) {
        Fixture f{ordinary, {.timeout = 10s, .max_in_flight = 2}};
        std::vector<Resolved> outcomes(4);
        Named named;
        for (auto& outcome : outcomes) asio::co_spawn(f.io, f.resolver->resolve("v4.test"), store_in(outcome));
        asio::co_spawn(f.io, f.resolver->name_of(make_address("192.0.2.1")), store_in(named));
        for (int step = 0; step < moment && !named.done(); ++step) f.io.run_one();

        pending_last = !named.done();
        f.resolver.reset();
        f.run_until_done(named);
        for (const auto& outcome : outcomes) {
            f.run_until_done(outcome);
            const bool right = outcome.value == Addresses{make_address("192.0.2.1")} ||
                               outcome.error() == asio::error::operation_aborted;
            CHECK(right);
        }
    }
    CHECK(open_descriptors() == before);
}

TEST_CASE("a call that starts after the resolver is gone ends as the pending ones did", "[io][resolver]")
{
    Fixture f;
    auto late = f.resolver->resolve("v4.test");
    f.resolver.reset();
    Resolved outcome;
    asio::co_spawn(f.io, std::move(late), store_in(outcome));
    f.run_until_done(outcome);
    CHECK(outcome.error() == asio::error::operation_aborted);
}

namespace {

asio::awaitable<void> resolve_with_own_resolver(asio::ip::udp::endpoint server)
{
    const auto executor = co_await asio::this_coro::executor;
    Resolver resolver{executor, {.servers = {server}}};
    co_await resolver.resolve("silent.test");
}

}  // namespace

TEST_CASE("an io_context that is destroyed in the middle ends its resolvers", "[io][resolver]")
{
    const auto before = open_descriptors();
    {
        asio::io_context io;
        DnsServer server{io, ordinary};
        asio::co_spawn(io, resolve_with_own_resolver(server.endpoint()), asio::detached);
        while (server.questions.empty()) io.run_one();
    }
    CHECK(open_descriptors() == before);
}

TEST_CASE("a resolver with nothing to do lets its io_context end", "[io][resolver]")
{
    asio::io_context io;
    Resolver resolver{io.get_executor()};
    Resolved outcome;
    asio::co_spawn(io, resolver.resolve("localhost"), store_in(outcome));
    io.run();
    CHECK(outcome.value);
}

TEST_CASE("a resolver needs a timeout", "[io][resolver]")
{
    asio::io_context io;
    for (const auto timeout : {0ms, -1ms, std::chrono::milliseconds::min()}) {
        try {
            const Resolver resolver{io.get_executor(), {.timeout = timeout}};
            FAIL("accepted");
        } catch (const boost::system::system_error& error) {
            CHECK(error.code() == asio::error::invalid_argument);
        }
    }
}

}  // namespace resolver_tests
