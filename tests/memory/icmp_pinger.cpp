// Memory that runs out under a pinger: at each of its allocations in turn, wherever it is.

#include <libnet/icmp_pinger.hpp>
#include <libnet/testing/failing_memory.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/fails_at_every_step.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <variant>

namespace icmp_pinger_tests {

using namespace std::chrono_literals;
using namespace libnet;
using namespace libnet::test;
using libnet::testing::FailingMemory;
namespace asio = boost::asio;

namespace {

/// A caller with streams and single pings, for whom memory may run out anywhere.
struct Talk {
    Talk() : pinger{io.get_executor(), {.interval = 1ms, .timeout = 200ms}} {}

    /// Does something that may run out of memory.
    template <typename Act>
    void attempt(Act&& act)
    {
        try {
            act();
        } catch (const std::bad_alloc&) {
            ++thrown;
        }
    }

    void add()
    {
        attempt([this] {
            pinger.add(host(targets + 2), {.count = 3, .windows = true});
            ++targets;
        });
    }
    void ask_for_event()
    {
        attempt([this] { asio::co_spawn(io, pinger.next(), on_end()); });
    }
    void ping()
    {
        attempt([this] { asio::co_spawn(io, pinger.ping(host(++pings)), on_end()); });
    }
    void poll()
    {
        attempt([this] {
            io.restart();
            io.poll();
        });
    }

    /// Until nothing is left to be done: at most two timeouts, unless something hangs.
    void run()
    {
        for (int i = 0; i < 100; ++i) {
            const int before = thrown;
            attempt([this] {
                io.restart();
                io.run_for(5s);
            });
            if (thrown == before) break;
        }
        CHECK(io.stopped());
    }

    /// Memory is there again: everything works as before, and the streams have their ends.
    void check()
    {
        run();
        std::optional<PingOutcome> outcome;
        std::size_t events = 0;
        bool done = false;
        asio::co_spawn(io, pinger.ping(host(1)), [&](std::exception_ptr, PingOutcome result) { outcome = result; });
        asio::co_spawn(io, count_events(events), [&](std::exception_ptr failed) { done = !failed; });
        run();
        CHECK((outcome && std::holds_alternative<PingReply>(*outcome)));
        CHECK(done);
    }

    asio::awaitable<void> count_events(std::size_t& events)
    {
        for (;;) {
            const auto event = co_await pinger.next();
            if (!event) co_return;
            ++events;
        }
    }

    struct OnEnd {
        Talk* talk;
        template <typename Result>
        void operator()(const std::exception_ptr&, const Result&) const
        {
            ++talk->ends;
        }
    };
    OnEnd on_end() { return {this}; }

    static asio::ip::address host(int number)
    {
        return asio::ip::address_v4{0x7F000000U + static_cast<unsigned>(number)};
    }

    asio::io_context io;
    IcmpPinger pinger;
    int targets = 0, pings = 0, ends = 0, thrown = 0;
};

bool can_ping()
{
    try {
        const Talk talk;
        return true;
    } catch (const boost::system::system_error& error) {
        WARN("SKIPPED: " << error.what());
        return false;
    }
}

}  // namespace

TEST_CASE("a pinger loses nothing but what memory fails, at each of its allocations", "[memory][icmp_pinger]")
{
    if (!can_ping()) return;
    std::size_t failures = 0;
    Conversation<Talk> conversation;
    conversation.steps = {
        {"a target is added", [](Talk& t) { t.add(); }},
        {"an event is asked for", [](Talk& t) { t.ask_for_event(); }},
        {"the event loop turns", [](Talk& t) { t.poll(); }},
        {"a ping is asked for", [](Talk& t) { t.ping(); }},
        {"the event loop runs", [](Talk& t) { t.run(); }},
    };
    for (std::size_t which = 1; which <= 48; ++which)
        conversation.failures.push_back({"allocation " + std::to_string(which) + " fails", [which, &failures](Talk& t) {
                                             const FailingMemory memory{which};
                                             t.add();
                                             t.ask_for_event();
                                             t.ping();
                                             t.poll();
                                             t.ask_for_event();
                                             t.run();
                                             if (memory.failed()) ++failures;
                                         }});
    conversation.succeeded = conversation.failed = [](Talk& t) { t.check(); };
    fails_at_every_step(conversation);
    CHECK(failures > 100);
}

}  // namespace icmp_pinger_tests
