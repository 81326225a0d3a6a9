// A dial that goes wrong, or is given up, at any of its steps.

#include <libnet/io/connect/connector.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/fails_at_every_step.hpp>
#include <tests/support/resolver_fixture.hpp>

#include <memory>
#include <optional>
#include <string>

namespace connector_steps_tests {

using namespace libnet::tests;
using namespace libnet::io;
using namespace std::chrono_literals;
using libnet::test::Conversation, libnet::test::fails_at_every_step;
using End = Dial::End;

namespace {

const auto loopback = asio::ip::make_address("127.0.0.1");

/// One dial to a host that listens, with a name server that knows it.
struct Talk {
    Talk()
    {
        ConnectorOptions options;
        options.resolver.servers = {server.endpoint()};
        options.resolve_timeout = 500ms;
        connector.emplace(poll, std::move(options));
    }

    void begin()
    {
        const auto port = acceptor.is_open() ? acceptor.local_endpoint().port() : std::uint16_t{1};
        dial = std::make_unique<Dial>(*connector, "both.test", port, libnet::engine::ClientKey{}, nullptr,
                                      [this] { ++told; });
    }

    /// One event, if there is one that comes soon.
    void turn()
    {
        io.restart();
        io.run_one_for(20ms);
    }

    /// Whatever is under way comes to its end.
    void finish()
    {
        for (int i = 0; i < 200 && dial && !dial->done(); ++i) turn();
    }

    asio::io_context io{1};
    SocketPoll poll{io.get_executor()};
    asio::ip::tcp::acceptor acceptor{io, {loopback, 0}};
    DnsServer server{io, ordinary};
    std::optional<Connector> connector;
    std::unique_ptr<Dial> dial;
    int told = 0;
};

}  // namespace

TEST_CASE("a dial that fails or is given up at any step is told once at most, and leaves nothing", "[io][connector]")
{
    Conversation<Talk> talk;
    talk.steps.push_back({"it begins", [](Talk& t) { t.begin(); }});
    for (int i = 1; i <= 8; ++i) talk.steps.push_back({"event " + std::to_string(i), [](Talk& t) { t.turn(); }});
    talk.steps.push_back({"it ends", [](Talk& t) { t.finish(); }});
    talk.failures.push_back({"it is given up", [](Talk& t) {
                                 const int before = t.told;
                                 t.dial.reset();
                                 for (int i = 0; i < 5; ++i) t.turn();
                                 CHECK(t.told == before);
                             }});
    talk.failures.push_back({"the host stops listening", [](Talk& t) { t.acceptor.close(); }});
    talk.failures.push_back({"another one begins", [](Talk& t) {
                                 Dial other{*t.connector, "missing.test", 1, {}, nullptr, [] {}};
                                 while (!other.done()) t.turn();
                                 CHECK(other.end() == End::no_name);
                             }});
    talk.succeeded = [](Talk& t) {
        REQUIRE(t.dial->done());
        CHECK(t.dial->end() == End::connected);
        CHECK(t.dial->take());
        CHECK(t.told == 1);
    };
    talk.failed = [](Talk& t) {
        t.finish();
        if (t.dial) CHECK(t.dial->done());
        CHECK(t.told <= 1);
    };
    CHECK(fails_at_every_step(talk) == 1 + 11 * 4);
}

}  // namespace connector_steps_tests
