#include <libnet/io/resolver.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/dns_server.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>

using namespace libnet::tests;
using namespace std::chrono_literals;
using asio::ip::make_address;
using libnet::io::AddressFamily, libnet::io::Resolver, libnet::io::ResolverOptions;
using Addresses = std::vector<asio::ip::address>;

namespace {

/// How a call ended, once it has.
template <typename T>
struct Outcome {
    std::optional<T> value;
    std::exception_ptr exception;
    bool done() const { return value || exception; }

    boost::system::error_code error() const
    {
        if (!exception) return {};
        try {
            std::rethrow_exception(exception);
        } catch (const boost::system::system_error& e) {
            return e.code();
        }
    }
    std::string what() const
    {
        if (!exception) return {};
        try {
            std::rethrow_exception(exception);
        } catch (const std::exception& e) {
            return e.what();
        }
    }
};

using Resolved = Outcome<Addresses>;
using Named = Outcome<std::optional<std::string>>;

template <typename T>
auto store_in(Outcome<T>& outcome)
{
    return [&outcome](std::exception_ptr e, T value) {
        if (e) outcome.exception = e;
        else outcome.value = std::move(value);
    };
}

/// The server's ordinary behaviour: a name says what becomes of it.
std::vector<std::string> ordinary(const DnsQuestion& q)
{
    const bool v4 = q.type == type_a, v6 = q.type == type_aaaa;
    if (q.name.starts_with("silent")) return {};
    if (q.name.starts_with("broken")) return {failure(q, Rcode::server_failure)};
    if (q.name.starts_with("refused")) return {failure(q, Rcode::refused)};
    if (q.name == "both.test" && v4) return {answer(q, {a_record(0x7F000001)})};
    if (q.name == "both.test" && v6) return {answer(q, {aaaa_record(0)})};
    if (q.name == "v4.test") return {answer(q, v4 ? std::vector{a_record(0xC0000201)} : std::vector<std::string>{})};
    if (q.name == "v6.test") return {answer(q, v6 ? std::vector{aaaa_record(7)} : std::vector<std::string>{})};
    if (q.name == "half.test") return {v4 ? answer(q, {a_record(0xC0000202)}) : failure(q, Rcode::server_failure)};
    if (q.name == "none.test") return {answer(q, {})};
    if (q.name == "big.test" && !q.over_tcp) return {answer(q, {}, Rcode::no_error, true)};
    if (q.name == "big.test") {
        std::vector<std::string> records;
        for (std::uint32_t i = 0; i < 200; ++i) records.push_back(v4 ? a_record(0x0A000000 + i) : aaaa_record(i + 1));
        return {answer(q, records)};
    }
    if (q.name.starts_with("n") && q.name.ends_with(".many.test") && v4)
        return {answer(q, {a_record(0x0A000000 + static_cast<std::uint32_t>(std::stoul(q.name.substr(1))))})};
    if (q.name.ends_with(".many.test")) return {answer(q, {})};
    return {failure(q, Rcode::no_such_name)};
}

/// One io_context with a name server and a resolver that knows no other.
struct Fixture {
    explicit Fixture(DnsServer::Script script = ordinary, ResolverOptions options = {.timeout = 10s})
        : server{io, std::move(script)}
    {
        options.servers = {server.endpoint()};
        resolver.emplace(io.get_executor(), options);
    }

    template <typename T>
    void run_until_done(const Outcome<T>& outcome)
    {
        while (!outcome.done()) io.run_one();
    }
    Resolved resolve(const std::string& name, AddressFamily family = AddressFamily::any)
    {
        Resolved outcome;
        asio::co_spawn(io, resolver->resolve(name, family), store_in(outcome));
        run_until_done(outcome);
        return outcome;
    }
    Named name_of(const asio::ip::address& address)
    {
        Named outcome;
        asio::co_spawn(io, resolver->name_of(address), store_in(outcome));
        run_until_done(outcome);
        return outcome;
    }

    asio::io_context io{1};
    DnsServer server;
    std::optional<Resolver> resolver;
};

Addresses sorted(Addresses addresses)
{
    std::ranges::sort(addresses);
    return addresses;
}

bool nameless(const Named& outcome) { return outcome.value && !*outcome.value; }

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

TEST_CASE("what is no host name is never asked for, and can't write to a terminal", "[io][resolver]")
{
    Fixture f;
    for (const std::string& name :
         {std::string{}, std::string{"127.0.0.1\0.evil.test", 20}, std::string{"\x1b[31mred.test"}, std::string{"a b"},
          std::string(300, 'a'), std::string{"127.1"}, std::string{"-c.test"}, std::string{"fe80::1%no-such-zone"},
          std::string{"[::1]"}, std::string{"a..test"}})
    {
        const auto refused = f.resolve(name);
        CHECK(refused.error() == asio::error::host_not_found);
        CHECK(refused.what().ends_with(": not a host name"));
        CHECK(std::ranges::none_of(refused.what(), [](char c) { return c < ' ' || c > '~'; }));
    }
    CHECK(f.server.questions.empty());
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
        asio::co_spawn(f.io, f.resolver->resolve("n" + std::to_string(i) + ".many.test"), store_in(outcomes[i]));
    for (const auto& outcome : outcomes) f.run_until_done(outcome);

    const std::uint32_t net = 0x0A000000;
    std::size_t right = 0;
    for (std::uint32_t i = 0; i < outcomes.size(); ++i)
        if (outcomes[i].value == Addresses{asio::ip::address_v4{net + i}}) ++right;
    CHECK(right == outcomes.size());
}

TEST_CASE("only so many names are asked for at a time", "[io][resolver]")
{
    const auto deaf = [](const DnsQuestion&) { return std::vector<std::string>{}; };
    Fixture f{deaf, {.timeout = 10s, .max_in_flight = 5}};
    std::vector<Resolved> outcomes(50);
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        asio::co_spawn(f.io, f.resolver->resolve("n" + std::to_string(i) + ".test"), store_in(outcomes[i]));
    while (f.server.questions.size() < 10) f.io.run_one();
    while (f.io.poll() > 0) {
    }

    std::set<std::string> names;
    for (const auto& question : f.server.questions) names.insert(question.name);
    CHECK(names.size() == 5);

    f.resolver.reset();
    for (const auto& outcome : outcomes) f.run_until_done(outcome);
}

TEST_CASE("a silent name delays nobody else", "[io][resolver]")
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

TEST_CASE("an io_context that goes away in the middle takes its resolvers with it", "[io][resolver]")
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

TEST_CASE("an address has the name in its PTR record", "[io][resolver]")
{
    Fixture f{[](const DnsQuestion& q) {
        const auto name = record(type_ptr, wire_name({"router-1", "example", "test"}));
        const bool known = q.name == "1.2.0.192.in-addr.arpa" ||
                           q.name == "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
        return std::vector{known ? answer(q, {name}) : failure(q, Rcode::no_such_name)};
    }};
    CHECK(f.name_of(make_address("192.0.2.1")).value == std::optional<std::string>{"router-1.example.test"});
    CHECK(f.name_of(make_address("2001:db8::7")).value == std::optional<std::string>{"router-1.example.test"});
    CHECK(f.name_of(make_address("::ffff:192.0.2.1")).value == std::optional<std::string>{"router-1.example.test"});
    CHECK(nameless(f.name_of(make_address("192.0.2.2"))));
    CHECK(std::ranges::all_of(f.server.questions, [](const auto& q) { return q.type == type_ptr; }));
}

TEST_CASE("whatever a hostile PTR record says, it is no name", "[io][resolver]")
{
    const std::string label(63, 'a');
    const std::vector<std::string> hostile{
        wire_name({"\x1b[31mred", "test"}),
        wire_name({"127", "0", "0", "1"}),
        wire_name({"-rf", "test"}),
        wire_name({std::string{"a\0b", 3}, "test"}),
        wire_name({"a.b\n", "test"}),
        wire_name({"a b", "test"}),
        wire_name({"\xff\xfe", "test"}),
        wire_name({}),
        wire_name({label, label, label, label, label}),
        std::string{"\x3fshort"},
        std::string{"\xC0\xFF"},
        std::string{"\xC0\x34"},  // points at itself
        std::string{},
    };
    for (const auto& data : hostile) {
        Fixture f{[&](const DnsQuestion& q) { return std::vector{answer(q, {record(type_ptr, data)})}; },
                  {.timeout = 20ms, .tries = 1}};
        const auto outcome = f.name_of(make_address("192.0.2.1"));
        CHECK(nameless(outcome));
    }
}

TEST_CASE("a name that can't be had in time, or at all, is no name", "[io][resolver]")
{
    for (const auto& replies : {std::vector<std::string>{}, std::vector<std::string>{"nonsense"}}) {
        Fixture f{[&](const DnsQuestion&) { return replies; }, {.timeout = 20ms, .tries = 1}};
        CHECK(nameless(f.name_of(make_address("192.0.2.1"))));
    }
}

TEST_CASE("forged answers are not taken for the true one that follows", "[io][resolver]")
{
    Fixture f{[](const DnsQuestion& q) {
        auto other_id = q, other_name = q;
        other_id.id[0] = static_cast<char>(other_id.id[0] ^ 1);
        other_name.wire[1] = 'x';
        return std::vector{answer(other_id, {a_record(0x06060606)}), answer(other_name, {a_record(0x06060606)}),
                           q.id.substr(0, 1), answer(q, {a_record(0xC0000201)})};
    }};
    CHECK(f.resolve("v4.test", AddressFamily::ipv4).value == Addresses{make_address("192.0.2.1")});
}

TEST_CASE("garbage from the name server fails that name, and the next is answered", "[io][resolver]")
{
    const auto garbage = [](int kind, const DnsQuestion& q) -> std::string {
        const std::string header = q.id + std::string{"\x81\x80", 2};
        switch (kind) {
        case 0:
            return {};
        case 1:
            return header;
        case 2:
            return header + std::string(8, '\xFF');
        case 3:
            return header + std::string(8, '\xFF') + q.wire;
        case 4:
            return answer(q, {record(type_a, "abc")});
        case 5:
            return answer(q, {record(type_a, "abcde")});
        case 6:
            return answer(q, {a_record(1).substr(0, 11)});
        case 7:
            return answer(q, {std::string{"\xC0\x0C"}});
        case 8:
            return answer(q, {record(5, std::string{"\xC0\x0C"})});  // a CNAME to itself
        case 9:
            return header + big_endian(0x00010001, 4) + big_endian(0, 4) + q.wire + "\xC0\xFF";
        case 10:
            return answer(q, {std::string(400, '\xC0')});
        default:
            return answer(q, {record(type_aaaa, std::string(3, 'x'))});
        }
    };
    for (int kind = 0; kind <= 12; ++kind) {
        INFO(kind);
        Fixture f{
            [&](const DnsQuestion& q) { return q.name == "v4.test" ? ordinary(q) : std::vector{garbage(kind, q)}; },
            {.timeout = 250ms, .tries = 1}};
        CHECK(f.resolve("garbage.test").error());
        CHECK(f.resolve("v4.test").value == Addresses{make_address("192.0.2.1")});
    }
}

TEST_CASE("a server list that c-ares can't read is an error at once", "[io][resolver]")
{
    asio::io_context io;
    const asio::ip::udp::endpoint any{asio::ip::udp::v6(), 53};
    CHECK_NOTHROW(Resolver{io.get_executor(), {.servers = {any, {make_address("127.0.0.1"), 5353}}}});
}
