// The exporter as a class; tests/apps/ping has what it exports, by the program.

#include <libnet/icmp_pinger.hpp>
#include <libnet/ping_exporter.hpp>
#include <tests/support/can_ping.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ping_exporter_tests {

using namespace std::chrono_literals;
using namespace libnet;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

asio::awaitable<std::string> get(tcp::endpoint server, std::string path)
{
    const auto executor = co_await asio::this_coro::executor;
    tcp::socket socket{executor};
    co_await socket.async_connect(server, asio::use_awaitable);
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
    std::string answer;
    boost::system::error_code end;
    co_await asio::async_read(socket, asio::dynamic_buffer(answer), asio::redirect_error(asio::use_awaitable, end));
    co_return answer;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("an exporter in a program of one's own answers, tells its diagnostics what is wrong, and stops",
          "[service][exporter]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    std::vector<std::string> told;
    PingExporterOptions options{.port = 0, .targets = {"127.0.0.1", "x.invalid"}, .ping = {.interval = 10ms}};
    options.diagnostics = [&told](DiagnosticLevel level, std::string_view text) {
        told.push_back(std::string{name_of(level)} + ": " + std::string{text});
    };
    PingExporter exporter{io.get_executor(), options};
    asio::cancellation_signal stop;
    bool ended = false;
    asio::co_spawn(io, exporter.run(), asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr failure) {
                       CHECK(failure == nullptr);
                       ended = true;
                   }));
    std::string metrics, probe;
    asio::co_spawn(
        io,
        [](const PingExporter& server, std::string& metrics_text, std::string& probe_text) -> asio::awaitable<void> {
            const auto place = server.local_endpoint();
            while (!contains(metrics_text, "smokeping_response_ttl{")) metrics_text = co_await get(place, "/metrics");
            probe_text = co_await get(place, "/probe?target=127.0.0.1");
        }(exporter, metrics, probe),
        [&](std::exception_ptr failure) {
            CHECK(failure == nullptr);
            stop.emit(asio::cancellation_type::total);
        });
    io.run();  // ends: nothing of the exporter is left running
    CHECK(ended);
    CHECK(contains(metrics, "libnet_ping_unresolved{host=\"x.invalid\"} 1\n"));
    CHECK(contains(probe, "probe_success 1\n"));
    REQUIRE(told.size() == 1);
    CHECK(told[0].starts_with("warning: x.invalid: "));
    CHECK(exporter.local_endpoint() == tcp::endpoint{});
}

TEST_CASE("an exporter that is destroyed while it runs ends", "[service][exporter]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    std::optional<PingExporter> exporter{std::in_place, io.get_executor(),
                                         PingExporterOptions{.port = 0, .targets = {"127.0.0.1"}}};
    bool ended = false;
    asio::co_spawn(io, exporter->run(), [&](std::exception_ptr) { ended = true; });
    asio::post(io, [&] { exporter.reset(); });
    io.run();
    CHECK(ended);
}

TEST_CASE("an exporter that can't be made says why", "[service][exporter]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    tcp::acceptor other{io, {asio::ip::address_v4::loopback(), 0}};
    const PingExporterOptions taken{.port = other.local_endpoint().port()},
        no_range{.port = 0, .targets = {"10.0.0.0/33"}};
    try {
        const PingExporter exporter{io.get_executor(), taken};
        FAIL("it listens");
    } catch (const boost::system::system_error& error) {
        CHECK(error.code() == asio::error::address_in_use);
        CHECK(std::string{error.what()}.starts_with("cannot listen on 127.0.0.1:"));
    }
    CHECK_THROWS_AS((PingExporter{io.get_executor(), no_range}), std::invalid_argument);
}

}  // namespace ping_exporter_tests
