// Names as targets of a pinger, on a resolver that is a script.

#include <libnet/named_targets.hpp>
#include <tests/support/can_ping.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace named_targets_tests {

namespace asio = boost::asio;

using namespace libnet;
using namespace std::chrono_literals;

namespace {

/// What a name server says to one question after the other; the last answer stays. An error, or an address.
struct Script {
    using Answer = std::pair<boost::system::error_code, std::string>;

    explicit Script(std::deque<Answer> given) : answers{std::move(given)} {}

    NameLookup look_up()
    {
        return [this](std::string name, AddressFamily family) { return answer(std::move(name), family); };
    }

    asio::awaitable<ResolvedName> answer(std::string name, AddressFamily family)
    {
        asked.push_back(std::move(name));
        families.push_back(family);
        if (never) {
            asio::steady_timer forever{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
            co_await forever.async_wait(asio::use_awaitable);
        }
        const Answer now = answers.front();
        if (answers.size() > 1) answers.pop_front();
        if (now.first) throw boost::system::system_error{now.first, "scripted"};
        ResolvedName found;
        if (!now.second.empty()) found.addresses.push_back(asio::ip::make_address(now.second));
        found.ttl = 1h;
        co_return found;
    }

    std::deque<Answer> answers;
    bool never = false;  ///< it answers nothing at all
    std::vector<std::string> asked{};
    std::vector<AddressFamily> families{};
};

/// All events until the streams are done, or `enough` says so.
asio::awaitable<void> collect(IcmpPinger& pinger, std::vector<PingEvent>& events,
                              std::function<bool(const PingEvent&)> enough)
{
    while (const auto event = co_await pinger.next()) {
        events.push_back(*event);
        if (enough && enough(*event)) break;
    }
}

/// Runs until nothing is left that keeps the io_context running.
std::vector<PingEvent> events_of(asio::io_context& io, IcmpPinger& pinger,
                                 std::function<bool(const PingEvent&)> enough = {})
{
    std::vector<PingEvent> events;
    std::exception_ptr failure;
    asio::co_spawn(io, collect(pinger, events, std::move(enough)),
                   [&](std::exception_ptr thrown) { failure = thrown; });
    io.restart();
    io.run();
    if (failure) std::rethrow_exception(failure);
    return events;
}

bool is_reply_to(const PingEvent& event, const std::string& address)
{
    const auto* reply = std::get_if<PingReply>(&event);
    return reply != nullptr && reply->to == asio::ip::make_address(address);
}

/// How an operation ended.
template <typename T>
struct Ended {
    std::optional<T> value{};
    boost::system::error_code error{};
    bool ended = false;

    auto store()
    {
        return [this](boost::system::error_code code, T result) {
            ended = true;
            error = code;
            if (!code) value = std::move(result);
        };
    }
};

}  // namespace

TEST_CASE("a name is asked for when a caller waits, and its address pinged", "[service][named_targets]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    Script script{{{{}, "127.0.0.1"}}};
    IcmpPinger pinger{io.get_executor(), {.interval = 1ms, .timeout = 20s}};
    pinger.resolve_by(script.look_up());
    const auto target = pinger.add("host.test", {.count = 3});
    io.run();
    CHECK(script.asked.empty());

    const auto events = events_of(io, pinger);
    CHECK(script.asked == std::vector<std::string>{"host.test"});
    REQUIRE(events.size() == 3);
    for (const auto& event : events) CHECK(is_reply_to(event, "127.0.0.1"));
    CHECK(pinger.statistics(target).received == 3);
    CHECK(pinger.statistics(target).send_errors == 0);
}

TEST_CASE("literal addresses and localhost need no name server", "[service][named_targets]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    IcmpPinger pinger{io.get_executor(), {.interval = 1ms, .timeout = 20s}};
    pinger.add("127.0.0.1", {.count = 1});
    pinger.add("localhost", {.count = 1}, AddressFamily::ipv4);
    const auto events = events_of(io, pinger);
    REQUIRE(events.size() == 2);
    for (const auto& event : events) CHECK(is_reply_to(event, "127.0.0.1"));
}

TEST_CASE("probes to a name without an address end as errors, and so does the stream", "[service][named_targets]")
{
    if (!test::can_ping()) return;
    const auto [told, code] = GENERATE(table<boost::system::error_code, boost::system::error_code>(
        {{asio::error::host_not_found, asio::error::host_not_found},
         {boost::system::error_code{}, asio::error::host_not_found},  // an answer without an address
         {asio::error::timed_out, asio::error::host_not_found_try_again}}));
    asio::io_context io;
    Script script{{{told, ""}}};
    IcmpPinger pinger{io.get_executor(), {.interval = 1ms}};
    pinger.resolve_by(script.look_up());
    const auto target = pinger.add("host.test", {.count = 2});
    const auto events = events_of(io, pinger);
    REQUIRE(events.size() == 2);
    for (const auto& event : events) {
        const auto* failed = std::get_if<PingSendError>(&event);
        REQUIRE(failed != nullptr);
        CHECK(failed->target == target);
        CHECK(failed->error == code);
        CHECK(failed->to.is_unspecified());
    }
    CHECK(pinger.statistics(target).send_errors == 2);
}

TEST_CASE("what is no host name at all is not asked for", "[service][named_targets]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    IcmpPinger pinger{io.get_executor()};
    pinger.add("no host\x1b", {.count = 1});
    pinger.add("", {.count = 1});
    const auto events = events_of(io, pinger);
    REQUIRE(events.size() == 2);
    for (const auto& event : events) {
        REQUIRE(std::holds_alternative<PingSendError>(event));
        CHECK(std::get<PingSendError>(event).error == asio::error::host_not_found);
    }
}

TEST_CASE("a name that gets an address after all is pinged from then on, and follows it", "[service][named_targets]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    Script script{{{asio::error::timed_out, ""}, {{}, "127.0.0.1"}}};
    IcmpPinger pinger{io.get_executor(), {.interval = 1ms, .timeout = 20s}};
    pinger.resolve_by(script.look_up(), 10ms);
    const auto target = pinger.add("host.test");
    const auto events = events_of(io, pinger, [&script](const PingEvent& event) {
        if (is_reply_to(event, "127.0.0.1")) script.answers.front() = Script::Answer{{}, "127.0.0.2"};
        return is_reply_to(event, "127.0.0.2");
    });
    REQUIRE(events.size() > 2);
    CHECK(std::holds_alternative<PingSendError>(events.front()));
    std::size_t first = 0;
    for (const auto& event : events) first += is_reply_to(event, "127.0.0.1") ? 1U : 0U;
    CHECK(first > 0);
    CHECK(pinger.statistics(target).received >= 2);
}

TEST_CASE("the address that a name had stays while questions fail", "[service][named_targets]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    Script script{{{{}, "127.0.0.1"}, {asio::error::host_not_found, ""}}};
    IcmpPinger pinger{io.get_executor(), {.interval = 1ms, .timeout = 20s}};
    pinger.resolve_by(script.look_up(), 1ms);
    pinger.add("host.test");
    const auto events = events_of(io, pinger, [&](const PingEvent&) { return script.asked.size() >= 4; });
    for (const auto& event : events) CHECK(is_reply_to(event, "127.0.0.1"));
}

TEST_CASE("a target by name is removed as others are, before and after its answer", "[service][named_targets]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    Script script{{{{}, "127.0.0.1"}}};
    IcmpPinger pinger{io.get_executor(), {.interval = 1ms, .timeout = 20s}};
    pinger.resolve_by(script.look_up(), 1ms);
    const auto early = pinger.add("early.test");
    const auto late = pinger.add("late.test");
    CHECK(pinger.remove(early));
    CHECK(!pinger.remove(early));
    CHECK(!events_of(io, pinger, [](const PingEvent&) { return true; }).empty());
    CHECK(pinger.remove(late));
    CHECK(events_of(io, pinger).empty());
    CHECK_THROWS_AS(pinger.statistics(late), std::out_of_range);
}

TEST_CASE("a pinger that goes while its name is asked for ends what waits", "[service][named_targets]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    Script script{{{{}, "127.0.0.1"}}};
    script.never = true;
    auto pinger = std::make_unique<IcmpPinger>(io.get_executor());
    pinger->resolve_by(script.look_up());
    pinger->add("host.test");
    Ended<std::optional<PingEvent>> next;
    pinger->async_next(next.store());
    while (script.asked.empty()) io.run_one();
    pinger.reset();
    while (!next.ended) io.run_one();
    CHECK(next.error == asio::error::operation_aborted);
}

TEST_CASE("one probe to a name: its outcome, or why there is no address", "[service][named_targets]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    Script script{{{{}, "127.0.0.1"}, {asio::error::host_not_found, ""}, {{}, ""}}};
    IcmpPinger pinger{io.get_executor(), {.timeout = 20s}};
    pinger.resolve_by(script.look_up());
    Ended<PingOutcome> found, unknown, empty;
    pinger.async_ping("a.test", AddressFamily::any, found.store());
    pinger.async_ping("b.test", AddressFamily::ipv4, unknown.store());
    pinger.async_ping("c.test", AddressFamily::ipv6, empty.store());
    io.run();
    REQUIRE(found.value);
    CHECK(std::holds_alternative<PingReply>(*found.value));
    CHECK(unknown.error == asio::error::host_not_found);
    CHECK(empty.error == asio::error::no_data);
    CHECK(script.asked == std::vector<std::string>{"a.test", "b.test", "c.test"});
    CHECK(script.families[1] == AddressFamily::ipv4);
    CHECK(script.families[2] == AddressFamily::ipv6);
}

TEST_CASE("every type of cancellation ends the question of a single probe", "[service][named_targets]")
{
    if (!test::can_ping()) return;
    const auto type =
        GENERATE(asio::cancellation_type::total, asio::cancellation_type::partial, asio::cancellation_type::terminal);
    asio::io_context io;
    Script script{{{{}, "127.0.0.1"}}};
    script.never = true;
    IcmpPinger pinger{io.get_executor()};
    pinger.resolve_by(script.look_up());
    Ended<PingOutcome> ended;
    asio::cancellation_signal cancel;
    pinger.async_ping("host.test", AddressFamily::any, asio::bind_cancellation_slot(cancel.slot(), ended.store()));
    while (script.asked.empty()) io.run_one();
    asio::post(io, [&] { cancel.emit(type); });
    io.run();
    CHECK(ended.error == asio::error::operation_aborted);
}

TEST_CASE("a resolver is replaced before the first name only, and by a good refresh", "[service][named_targets]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    Script script{{{{}, "127.0.0.1"}}};
    IcmpPinger pinger{io.get_executor()};
    CHECK_THROWS_AS(pinger.resolve_by(script.look_up(), 0ns), boost::system::system_error);
    pinger.resolve_by(script.look_up(), 1s);
    CHECK_THROWS_AS(pinger.resolve_by(script.look_up()), std::logic_error);
    CHECK_THROWS_AS(pinger.add("host.test", {.timeout = 0ns}), boost::system::system_error);
    Tracer tracer{io.get_executor()};
    tracer.resolve_by(script.look_up());
    CHECK_THROWS_AS(tracer.resolve_by(script.look_up()), std::logic_error);
}

TEST_CASE("the path to a name is traced, or it is said why there is no address", "[service][named_targets]")
{
    asio::io_context io;
    Script script{{{{}, "127.0.0.1"}, {asio::error::timed_out, ""}}};
    Tracer tracer{io.get_executor(), {.timeout = 20s}};
    tracer.resolve_by(script.look_up());
    Ended<TracePath> found, unknown;
    tracer.async_trace("a.test", AddressFamily::any, found.store());
    io.run();
    io.restart();
    tracer.async_trace("b.test", AddressFamily::any, unknown.store());
    io.run();
    REQUIRE(found.value);
    CHECK(found.value->target == asio::ip::make_address("127.0.0.1"));
    CHECK(found.value->reached());
    CHECK(unknown.error == asio::error::timed_out);
}

}  // namespace named_targets_tests
