#include <libnet/io/connect/connector.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/resolver_fixture.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/socket.h>

namespace connector_tests {

using namespace libnet::tests;
using namespace libnet::io;
using namespace std::chrono_literals;
using End = Dial::End;

namespace {

const auto loopback = asio::ip::make_address("127.0.0.1");

/// A server that listens, a name server, and a Connector.
struct Net {
    explicit Net(DnsServer::Script script = ordinary, ConnectorOptions options = {}) : server{io, std::move(script)}
    {
        options.resolver.servers = {server.endpoint()};
        connector.emplace(poll, std::move(options));
    }

    std::uint16_t port() const { return acceptor.local_endpoint().port(); }

    /// A dial in progress, and whether its end was told.
    std::unique_ptr<Dial> dial(const std::string& host, libnet::engine::ClientKey client = {}, Dial::Judge judge = {})
    {
        return std::make_unique<Dial>(*connector, host, port(), client, std::move(judge), [this] { ++told; });
    }
    End end_of(const std::string& host, Dial::Judge judge = {})
    {
        const auto dialled = dial(host, {}, std::move(judge));
        while (!dialled->done()) io.run_one();
        last_error = dialled->error();
        return dialled->end();
    }

    asio::io_context io{1};
    SocketPoll poll{io.get_executor()};
    asio::ip::tcp::acceptor acceptor{io, {loopback, 0}};
    DnsServer server;
    std::optional<Connector> connector;
    boost::system::error_code last_error;
    int told = 0;
};

/// As `ordinary`, and of names with "slow" in front the AAAA question is never answered.
std::vector<std::string> without_aaaa(const DnsQuestion& question)
{
    if (!question.name.starts_with("slow")) return ordinary(question);
    if (question.type != type_a) return {};
    return {answer(question, {a_record(0x7F000001)})};
}

}  // namespace

TEST_CASE("a name is looked up, and its host is connected to", "[io][connector]")
{
    Net net;
    const auto dialled = net.dial("both.test");
    while (!dialled->done()) net.io.run_one();
    CHECK(dialled->end() == End::connected);
    CHECK(dialled->take());
    CHECK(net.told == 1);
}

TEST_CASE("ten connections to one name ask two questions in all; so do ten to a name that doesn't exist",
          "[io][connector]")
{
    Net net;
    std::vector<std::unique_ptr<Dial>> dials;
    for (int i = 0; i < 5; ++i) dials.push_back(net.dial("both.test"));
    for (const auto& each : dials)
        while (!each->done()) net.io.run_one();
    for (int i = 0; i < 5; ++i) CHECK(net.end_of("both.test") == End::connected);
    CHECK(net.server.questions.size() == 2);

    for (int i = 0; i < 10; ++i) CHECK(net.end_of("missing.test") == End::no_name);
    CHECK(net.last_error == asio::error::host_not_found);
    CHECK(net.server.questions.size() == 4);
}

TEST_CASE("a name whose AAAA question is never answered is not waited for", "[io][connector]")
{
    ConnectorOptions options;
    options.resolver.timeout = 10s;
    Net net{without_aaaa, std::move(options)};
    CHECK(net.end_of("slow.test") == End::connected);
    CHECK(net.end_of("slow.test") == End::connected);
    CHECK(net.server.questions.size() == 2);
}

TEST_CASE("when the addresses of one family don't answer, late ones of the other are tried", "[io][connector]")
{
    ConnectorOptions options;
    options.resolver = {.timeout = 100ms, .tries = 2};
    int asked = 0;
    // The first AAAA question is lost; 127.0.0.2 refuses, as nothing listens there.
    const auto script = [&asked](const DnsQuestion& question) -> std::vector<std::string> {
        if (question.type == type_a) return {answer(question, {a_record(0x7F000002)})};
        if (++asked == 1) return {};
        return {answer(question, {aaaa_record(0)})};
    };
    Net net{script, std::move(options)};
    asio::ip::tcp::acceptor v6{net.io};
    boost::system::error_code no_ipv6;
    v6.open(asio::ip::tcp::v6(), no_ipv6);
    if (!no_ipv6) v6.bind({asio::ip::make_address("::1"), net.port()}, no_ipv6);
    if (no_ipv6) return;
    v6.listen();
    CHECK(net.end_of("late.test") == End::connected);
}

TEST_CASE("each way to fail is told from the others", "[io][connector]")
{
    ConnectorOptions options;
    options.resolver = {.timeout = 50ms, .tries = 1};
    Net net{ordinary, std::move(options)};
    CHECK(net.end_of("silent.test") == End::no_name);
    CHECK(net.last_error == asio::error::timed_out);
    CHECK(net.end_of("not a name") == End::no_name);
    CHECK(net.last_error == asio::error::host_not_found);
    CHECK(net.end_of("127.0.0.1", [](const auto&) { return false; }) == End::not_allowed);
    net.acceptor.close();
    net.acceptor.open(asio::ip::tcp::v4());
    net.acceptor.bind({loopback, 0});
    CHECK(net.end_of("127.0.0.1") == End::no_connection);
    CHECK(net.last_error == boost::system::errc::connection_refused);
}

TEST_CASE("a loop of aliases is told from a name without an address", "[io][connector]")
{
    constexpr std::uint16_t type_cname = 5;
    const bool fails = GENERATE(true, false);
    Net net{[fails](const DnsQuestion& question) -> std::vector<std::string> {
        const bool turns = question.name == "loop.test" || question.name == "xn--mnchen-3ya.test";
        if (!turns) return ordinary(question);
        if (fails && question.type != type_cname) return {failure(question, Rcode::server_failure)};
        return {answer(question, {record(type_cname, question.wire.substr(0, question.wire.size() - 4))})};
    }};
    for (const std::string name : {"loop.test", "m\u00FCnchen.test"})
        for (int i = 0; i < 2; ++i) {
            CHECK(net.end_of(name) == End::no_name);
            CHECK(net.last_error == boost::system::errc::too_many_symbolic_link_levels);
        }
    CHECK(net.end_of("none.test") == End::no_name);
    CHECK(net.last_error == asio::error::no_data);
}

TEST_CASE("of a name's addresses only those that are allowed are connected to", "[io][connector]")
{
    Net net;
    std::vector<asio::ip::address> judged;
    const auto end = net.end_of("both.test", [&](const asio::ip::address& address) {
        judged.push_back(address);
        return address.is_v4();
    });
    CHECK(end == End::connected);
    CHECK(judged.size() == 2);
}

TEST_CASE("a name has its time, however the name servers behave", "[io][connector]")
{
    ConnectorOptions options;
    options.resolver.timeout = 20s;
    options.resolve_timeout = 10ms;
    Net net{ordinary, std::move(options)};
    CHECK(net.end_of("silent.test") == End::no_name);
    CHECK(net.last_error == boost::system::errc::timed_out);
}

TEST_CASE("who gives up is told nothing", "[io][connector]")
{
    Net net;
    auto dialling = net.dial("both.test");
    SECTION("before the name is asked for") {}
    SECTION("while it is looked up")
    {
        while (net.server.questions.empty()) net.io.run_one();
    }
    dialling.reset();
    CHECK(net.end_of("v4.test", [](const auto&) { return false; }) == End::not_allowed);
    CHECK(net.told == 1);  // of the other
}

TEST_CASE("another client's name is resolved beside thousands that hang, their clients present or gone",
          "[io][connector]")
{
    ConnectorOptions options;
    options.resolver.timeout = options.resolve_timeout = options.names.questions.patience = 1h;
    Net net{ordinary, std::move(options)};
    constexpr libnet::engine::ClientKey attacker{1}, other{2};
    std::vector<std::unique_ptr<Dial>> hanging;
    for (int i = 0; i < 2'000; ++i) hanging.push_back(net.dial("silent" + std::to_string(i) + ".test", attacker));
    while (net.server.questions.empty()) net.io.run_one();
    if (GENERATE(false, true)) hanging.clear();
    const auto stranger = net.dial("both.test", other);
    while (!stranger->done()) net.io.run_one();
    CHECK(stranger->end() == End::connected);
    CHECK(std::ranges::none_of(hanging, &Dial::done));
    CHECK(net.server.questions.size() < 200);  // so many may soon be answered
}

TEST_CASE("a coroutine dials, and may be cancelled", "[io][connector]")
{
    Net net;
    std::exception_ptr failure;
    bool connected = false, ended = false;
    asio::cancellation_signal stop;
    const auto on_end = [&](std::exception_ptr thrown, FileDescriptor socket) {
        failure = thrown;
        connected = static_cast<bool>(socket);
        ended = true;
    };
    SECTION("it gets its connection")
    {
        asio::co_spawn(net.io, dial(*net.connector, "both.test", net.port()), on_end);
        while (!ended) net.io.run_one();
        CHECK(connected);
    }
    SECTION("it is cancelled")
    {
        asio::co_spawn(net.io, dial(*net.connector, "silent.test", net.port()),
                       asio::bind_cancellation_slot(stop.slot(), on_end));
        while (net.server.questions.empty()) net.io.run_one();
        stop.emit(asio::cancellation_type::terminal);
        while (!ended) net.io.run_one();
        CHECK(failure);
    }
}

TEST_CASE("an idle connection is used again, unless the server has closed it or said something", "[io][connector]")
{
    Net net;
    const auto dialled = net.dial("127.0.0.1");
    while (!dialled->done()) net.io.run_one();
    auto server = net.acceptor.accept();
    net.connector->keep_idle("a", std::make_unique<PolledSocket>(net.poll, dialled->take()));
    CHECK_FALSE(net.connector->take_idle("b"));
    SECTION("quiet")
    {
        net.io.poll();
        auto again = net.connector->take_idle("a");
        REQUIRE(again);
        CHECK_FALSE(net.connector->take_idle("a"));
        net.connector->keep_idle("a", std::move(again));
        net.connector->close_idle();
        CHECK_FALSE(net.connector->take_idle("a"));
    }
    SECTION("closed")
    {
        server.close();
        net.io.poll();
        CHECK_FALSE(net.connector->take_idle("a"));
    }
    SECTION("talkative")
    {
        server.send(asio::buffer("HTTP/1.1 408", 12));
        net.io.poll();
        CHECK_FALSE(net.connector->take_idle("a"));
    }
}

}  // namespace connector_tests
