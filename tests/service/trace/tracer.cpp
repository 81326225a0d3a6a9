#include <libnet/tracer.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <cmath>
#include <exception>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <vector>

namespace tracer_tests {

namespace asio = boost::asio;

using namespace libnet;
using namespace std::chrono_literals;
using asio::ip::udp;

namespace {

const auto loopback4 = asio::ip::make_address("127.0.0.1");
const auto loopback6 = asio::ip::make_address("::1");

/// A port on which a socket listens, and nothing answers: whatever is sent there is ignored.
struct SilentHost {
    explicit SilentHost(asio::io_context& io) : socket{io, {loopback4, 0}} {}
    std::uint16_t port() const { return socket.local_endpoint().port(); }
    udp::socket socket;
};

/// A port that nothing listens on: it was free a moment ago, and the kernel gives it out again as late as it can.
std::uint16_t closed_port(asio::io_context& io, const asio::ip::address& address)
{
    return udp::socket{io, {address, 0}}.local_endpoint().port();
}

/// What a coroutine came to.
template <typename T>
struct Result {
    std::optional<T> value;
    std::exception_ptr failure;

    boost::system::error_code error() const
    try {
        if (failure) std::rethrow_exception(failure);
        return {};
    } catch (const boost::system::system_error& thrown) {
        return thrown.code();
    }
};

template <typename T>
auto store(Result<T>& result)
{
    return [&result](std::exception_ptr failure, T value) {
        result.failure = failure;
        if (!failure) result.value = std::move(value);
    };
}

TracePath trace(asio::io_context& io, Tracer& tracer, const asio::ip::address& target)
{
    Result<TracePath> result;
    asio::co_spawn(io, tracer.trace(target), store(result));
    io.restart();
    io.run();
    if (result.failure) std::rethrow_exception(result.failure);
    return result.value.value();
}

asio::awaitable<std::vector<TraceEvent>> all_events(Tracer& tracer)
{
    std::vector<TraceEvent> events;
    while (auto event = co_await tracer.next()) events.push_back(std::move(*event));
    co_return events;
}

std::vector<TraceEvent> all_events(asio::io_context& io, Tracer& tracer)
{
    Result<std::vector<TraceEvent>> result;
    asio::co_spawn(io, all_events(tracer), store(result));
    io.restart();
    io.run();
    if (result.failure) std::rethrow_exception(result.failure);
    return std::move(result.value).value();
}

std::ptrdiff_t open_descriptors() { return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {}); }

bool not_permitted(const boost::system::system_error& error)
{
    return error.code() == boost::system::errc::operation_not_permitted;
}

}  // namespace

TEST_CASE("this host is one hop away, with every kind of probe and both versions of IP", "[service][trace]")
{
    const auto method = GENERATE(TraceProbe::udp, TraceProbe::udp_constant, TraceProbe::icmp, TraceProbe::tcp);
    const auto target = GENERATE(loopback4, loopback6);
    const auto access = GENERATE(TraceAccess::automatic, TraceAccess::datagram);
    const auto classic = GENERATE(false, true);
    asio::io_context io;
    const bool to_port = method == TraceProbe::udp_constant || method == TraceProbe::tcp;
    const std::uint16_t port = to_port ? closed_port(io, target) : 0;
    Tracer tracer{io.get_executor(), {.method = method, .port = port, .classic = classic, .access = access}};
    try {
        const auto path = trace(io, tracer, target);
        INFO(path);
        CHECK(path.reached());
        CHECK(path.target == target);
        CHECK(path.access != TraceAccess::automatic);
        CHECK(tracer.counters().answered >= 3);
        CHECK(tracer.counters().forged == 0);
        REQUIRE(path.hops.size() == 1);
        CHECK(path.hops[0].ttl == 1);
        REQUIRE(path.hops[0].probes.size() == 3);
        for (std::uint8_t number = 1; const auto& outcome : path.hops[0].probes) {
            const auto* hop = std::get_if<TraceHop>(&outcome);
            REQUIRE(hop);
            CHECK(hop->probe == number++);
            CHECK(hop->from == target);
            CHECK(hop->rtt > 0ns);
            CHECK(hop->kind == TraceAnswer::reached);
            CHECK(hop->annotation.empty());
        }
    } catch (const boost::system::system_error& error) {
        if (method != TraceProbe::icmp || !not_permitted(error)) throw;
        WARN("SKIPPED: " << error.what());
    }
}

TEST_CASE("a service that replies to the probes is reached", "[service][trace]")
{
    asio::io_context io;
    udp::socket service{io, {loopback4, 0}};
    std::vector<char> datagram(64);
    udp::endpoint client;
    std::function<void()> reply = [&] {
        service.async_receive_from(asio::buffer(datagram), client, [&](boost::system::error_code failed, std::size_t) {
            if (failed) return;
            boost::system::error_code closed;
            service.send_to(asio::buffer("whatever"), client, 0, closed);
            reply();
        });
    };
    reply();

    Tracer tracer{io.get_executor(), {.method = TraceProbe::udp_constant, .port = service.local_endpoint().port()}};
    Result<TracePath> result;
    asio::co_spawn(io, tracer.trace(loopback4), [&](std::exception_ptr failure, TracePath path) {
        store(result)(failure, std::move(path));
        service.close();
    });
    io.run();
    REQUIRE(result.value);
    CHECK(result.value->reached());
    CHECK(result.value->hops.size() == 1);
}

TEST_CASE("a host that never answers is traced up to max_ttl", "[service][trace]")
{
    asio::io_context io;
    SilentHost silent{io};
    Tracer tracer{
        io.get_executor(),
        {.method = TraceProbe::udp_constant, .max_ttl = 2, .probes = 2, .timeout = 20ms, .port = silent.port()}};
    const auto target = tracer.add(loopback4);
    CHECK(tracer.path(target) == TracePath{.target = loopback4});

    const auto events = all_events(io, tracer);
    REQUIRE(events.size() == 5);
    CHECK(events[0] == TraceEvent{TraceLost{target, 1, 1}});
    CHECK(events[1] == TraceEvent{TraceLost{target, 1, 2}});
    CHECK(events[2] == TraceEvent{TraceLost{target, 2, 1}});
    CHECK(events[3] == TraceEvent{TraceLost{target, 2, 2}});
    const auto* path = std::get_if<TraceDone>(&events[4]);
    REQUIRE(path);
    CHECK(path->target == target);
    CHECK(path->path.stop_reason == TraceStop::max_ttl);
    CHECK(path->path.hops.size() == 2);
    CHECK_THROWS_AS(tracer.path(target), std::out_of_range);
}

TEST_CASE("several targets are traced at the same time, each in its order", "[service][trace]")
{
    asio::io_context io;
    Tracer tracer{io.get_executor(), {.probes = 2}};
    std::set<TraceTarget> targets;
    for (const auto& address : {loopback4, loopback6, loopback4}) targets.insert(tracer.add(address));
    CHECK(targets.size() == 3);

    std::map<TraceTarget, int> seen;
    for (const auto& event : all_events(io, tracer)) {
        const auto target = std::visit([](const auto& told) { return told.target; }, event);
        const auto* hop = std::get_if<TraceHop>(&event);
        const int number = ++seen[target];
        if (number <= 2) CHECK((hop && hop->probe == number));
        else CHECK(std::holds_alternative<TraceDone>(event));
    }
    CHECK(seen.size() == 3);
    for (const auto& [target, count] : seen) CHECK(count == 3);
}

TEST_CASE("a hundred traces may share one tracer", "[service][trace]")
{
    asio::io_context io;
    Tracer tracer{io.get_executor(), {.probes = 1}};
    std::vector<Result<TracePath>> results(100);
    for (auto& result : results) asio::co_spawn(io, tracer.trace(loopback4), store(result));
    io.run();
    for (const auto& result : results) CHECK((result.value && result.value->reached()));
}

TEST_CASE("a target that this host can't send to is an outcome", "[service][trace]")
{
    asio::io_context io;
    const auto method = GENERATE(TraceProbe::udp, TraceProbe::udp_constant);
    Tracer tracer{io.get_executor(), {.method = method}};
    const auto path =
        trace(io, tracer, asio::ip::make_address("127.255.255.255"));  // broadcast: not without SO_BROADCAST
    CHECK(path.stop_reason == TraceStop::send_failed);
    CHECK(path.error == asio::error::access_denied);
    CHECK(path.hops.empty());
}

TEST_CASE("a cancelled trace leaves nothing behind", "[service][trace]")
{
    const auto before = open_descriptors();
    {
        asio::io_context io;
        SilentHost silent{io};
        const auto method = GENERATE(TraceProbe::udp, TraceProbe::udp_constant);
        Tracer tracer{io.get_executor(), {.method = method, .first_ttl = 1, .port = silent.port()}};
        asio::cancellation_signal stop;
        Result<TracePath> result;
        asio::co_spawn(io, tracer.trace(loopback4), asio::bind_cancellation_slot(stop.slot(), store(result)));
        asio::post(io, [&] { stop.emit(asio::cancellation_type::terminal); });
        io.run();  // would last for seconds, if anything were still waiting
        CHECK(result.error() == asio::error::operation_aborted);
    }
    CHECK(open_descriptors() == before);
}

TEST_CASE("cancelling next loses no target: a later call goes on", "[service][trace]")
{
    asio::io_context io;
    SilentHost silent{io};
    Tracer tracer{io.get_executor(),
                  {.method = TraceProbe::udp_constant, .max_ttl = 1, .timeout = 100ms, .port = silent.port()}};
    tracer.add(loopback4);
    asio::cancellation_signal stop;
    Result<std::optional<TraceEvent>> result;
    asio::co_spawn(io, tracer.next(), asio::bind_cancellation_slot(stop.slot(), store(result)));
    asio::post(io, [&] { stop.emit(asio::cancellation_type::terminal); });
    io.run();
    CHECK(result.error() == asio::error::operation_aborted);
    CHECK(all_events(io, tracer).size() == 4);
}

TEST_CASE("a tracer that is destroyed ends what waits for it", "[service][trace]")
{
    asio::io_context io;
    SilentHost silent{io};
    auto tracer = std::make_unique<Tracer>(io.get_executor(),
                                           TraceOptions{.method = TraceProbe::udp_constant, .port = silent.port()});
    tracer->add(loopback4);
    Result<TracePath> traced, late;
    Result<std::optional<TraceEvent>> next;
    asio::co_spawn(io, tracer->trace(loopback4), store(traced));
    asio::co_spawn(io, tracer->next(), store(next));
    auto not_begun = tracer->trace(loopback4);
    asio::post(io, [&] { tracer.reset(); });
    io.run();
    CHECK(traced.error() == asio::error::operation_aborted);
    CHECK(next.error() == asio::error::operation_aborted);

    asio::co_spawn(io, std::move(not_begun), store(late));
    io.restart();
    io.run();
    CHECK(late.error() == asio::error::operation_aborted);
}

TEST_CASE("a tracer with nothing to do is done at once and lets no caller wait", "[service][trace]")
{
    asio::io_context io;
    Tracer tracer{io.get_executor()};
    CHECK(all_events(io, tracer).empty());
    tracer.add(loopback4);
    io.restart();
    CHECK(io.run() == 0);  // adding alone starts nothing
}

TEST_CASE("options out of their range are refused", "[service][trace]")
{
    asio::io_context io;
    const auto options = GENERATE(
        TraceOptions{.first_ttl = 0}, TraceOptions{.first_ttl = 31}, TraceOptions{.max_ttl = 0},
        TraceOptions{.probes = 0}, TraceOptions{.window = 0}, TraceOptions{.timeout = 0ms},
        TraceOptions{.timeout = 25h}, TraceOptions{.here_factor = -1}, TraceOptions{.near_factor = NAN},
        TraceOptions{.method = static_cast<TraceProbe>(99)}, TraceOptions{.flows = 0}, TraceOptions{.flows = 17},
        TraceOptions{.probes = 200, .flows = 2}, TraceOptions{.classic = true, .flows = 2}, TraceOptions{.gap = -1ns},
        TraceOptions{.gap = 2min}, TraceOptions{.rate = -1}, TraceOptions{.rate = NAN},
        TraceOptions{.access = static_cast<TraceAccess>(3)}, TraceOptions{.flows = 2, .share_hops = true},
        TraceOptions{.flows = 4, .source_port = 65533}, TraceOptions{.flow_label = 1U << 20},
        TraceOptions{.payload_size = 15}, TraceOptions{.payload_size = 65001});
    try {
        Tracer tracer{io.get_executor(), options};
        FAIL("accepted");
    } catch (const boost::system::system_error& error) {
        CHECK(error.code() == asio::error::invalid_argument);
    }
}

TEST_CASE("a probe is as long as traceroute's", "[service][trace]")
{
    CHECK(trace_probe_size(loopback4) == 60);
    CHECK(trace_probe_size(loopback6) == 80);
}

namespace {

/// A name server or STUN server that answers questions, and nothing else.
asio::awaitable<void> answer_questions(udp::socket& socket, std::size_t& answered)
{
    std::array<unsigned char, 1500> octets{};
    for (;;) {
        udp::endpoint from;
        const auto size = co_await socket.async_receive_from(asio::buffer(octets), from, asio::use_awaitable);
        const bool dns = size == 35 && octets[5] == 1 && octets[12] == 17;
        const bool stun = size == 40 && octets[1] == 1 && octets[4] == 0x21 && octets[5] == 0x12;
        if (!dns && !stun) continue;
        ++answered;
        if (dns) octets[2] = 0x80;
        if (stun) {
            octets[0] = 1;              // a success
            octets[2] = octets[3] = 0;  // without attributes
        }
        const std::size_t length = dns ? size : 20;
        co_await socket.async_send_to(asio::buffer(octets, length), from, asio::use_awaitable);
    }
}

}  // namespace

TEST_CASE("a service that only answers its own questions is reached, and says to which probe", "[service][trace]")
{
    const std::uint16_t port = GENERATE(std::uint16_t{53}, std::uint16_t{3478});
    const auto access = GENERATE(TraceAccess::datagram, TraceAccess::automatic);
    const auto host = asio::ip::make_address("127.77.5.3");
    asio::io_context io;
    udp::socket socket{io, udp::v4()};
    boost::system::error_code failed;
    socket.bind({host, port}, failed);
    if (failed) {
        WARN("SKIPPED: port " << port << ": " << failed.message());
        return;
    }
    std::size_t answered = 0;
    asio::co_spawn(io, answer_questions(socket, answered), asio::detached);
    Tracer tracer{io.get_executor(), {.method = TraceProbe::udp_constant, .port = port, .access = access}};
    Result<TracePath> result;
    asio::co_spawn(io, tracer.trace(host), [&](std::exception_ptr failure, TracePath path) {
        result.failure = failure;
        result.value = std::move(path);
        io.stop();
    });
    io.run();
    REQUIRE_FALSE(result.failure);
    CHECK(result.value->reached());
    CHECK(result.value->hops.size() == 1);
    CHECK(answered >= 3);
    CHECK(tracer.counters().anonymous == 0);
    CHECK(tracer.counters().forged == 0);
}

}  // namespace tracer_tests
