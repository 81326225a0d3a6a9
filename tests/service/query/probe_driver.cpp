// What a trace and a search for a path's MTU leave behind when they are cancelled or destroyed, wherever they are.

#include <libnet/impl/probe_driver.hpp>
#include <libnet/path_mtu.hpp>
#include <libnet/tracer.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/fails_at_every_step.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <variant>

namespace probe_driver_tests {

using namespace libnet;
using namespace libnet::test;
namespace asio = boost::asio;

/// A session that has an outcome to tell whenever it is asked.
struct BusySession {
    struct Probe {};
    using Outcome = int;
    using Action = std::variant<engine::action::Send<Probe>, engine::action::Report<int>, engine::action::WaitUntil,
                                engine::action::Done>;

    std::shared_ptr<io::ProbePoll> poll() const { return poll_; }
    void take_answers() {}
    void send(const Probe&) {}
    Action next(engine::action::TimePoint)
    {
        if (++turns % 2 == 0) return engine::action::Send<Probe>{};
        return engine::action::Report<int>{turns};
    }

    std::shared_ptr<io::ProbePoll> poll_;
    int turns = 0;
};

namespace {

const auto loopback = asio::ip::make_address("127.0.0.1");

/// A caller of `next()` of a probing object, again and again.
template <typename Prober>
struct Talk {
    Talk() = default;
    template <typename Make>
    explicit Talk(Make&& make)
    {
        prober = make(io, silent);
    }

    void call()
    {
        if (!prober || calls != ends) return;
        ++calls;
        asio::co_spawn(io, prober->next(),
                       asio::bind_cancellation_slot(signal.slot(), [this](std::exception_ptr failed, auto event) {
                           ++ends;
                           if (event && !failed) ++events;
                           if (failed) errors.push_back(failed);
                       }));
    }

    void run()
    {
        io.restart();
        io.poll();
    }

    asio::cancellation_signal signal;  // before the event loop, whose handlers know it
    asio::io_context io;
    asio::ip::udp::socket silent{io, {asio::ip::make_address_v4("127.0.0.1"), 0}};  ///< answers nothing
    std::unique_ptr<Prober> prober;
    int calls = 0, ends = 0, events = 0;
    std::vector<std::exception_ptr> errors;
};

bool is_aborted(const std::exception_ptr& failed)
try {
    std::rethrow_exception(failed);
} catch (const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
}

std::ptrdiff_t open_descriptors() { return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {}); }

template <typename Prober, typename Make>
void fail_everywhere(Make make)
{
    using Subject = Talk<Prober>;
    const auto open = open_descriptors();
    Conversation<Subject> talk;
    talk.begin = [make] { return std::make_unique<Subject>(make); };
    for (int i = 0; i < 3; ++i) {
        talk.steps.push_back({"an event is asked for", [](Subject& t) { t.call(); }});
        talk.steps.push_back({"the event loop runs", [](Subject& t) { t.run(); }});
    }
    talk.failures = {{"it is cancelled",
                      [](Subject& t) {
                          t.signal.emit(asio::cancellation_type::terminal);
                          t.run();
                      }},
                     {"the object is gone", [](Subject& t) {
                          t.prober.reset();
                          t.run();
                      }}};
    talk.failed = [](Subject& t) {
        CHECK(t.ends == t.calls);
        for (const auto& failed : t.errors) CHECK(is_aborted(failed));
        t.run();
        CHECK(t.io.stopped());  // nothing is left that would keep it running
    };
    talk.destroyed = [open] { CHECK(open_descriptors() <= open + 3); };  // an io_context's own may come once
    CHECK(fails_at_every_step(talk) > 20);
}

asio::awaitable<void> take_for_ever(std::shared_ptr<BusySession> session)
{
    for (;;) co_await detail::next_outcome(session);
}

}  // namespace

TEST_CASE("who always has something to do lets others have their turn, and is cancelled as anyone else",
          "[service][trace]")
{
    asio::io_context io;
    const auto session = std::make_shared<BusySession>();
    session->poll_ = std::make_shared<io::ProbePoll>(io.get_executor());
    asio::cancellation_signal stop;
    std::exception_ptr ended;
    asio::co_spawn(io, take_for_ever(session),
                   asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr failed) { ended = failed; }));
    asio::post(io, [&] { stop.emit(asio::cancellation_type::terminal); });
    io.run();
    REQUIRE(ended);
    CHECK(is_aborted(ended));
    CHECK(session->turns < 200);
}

TEST_CASE("a trace can be cancelled and destroyed anywhere", "[service][trace]")
{
    const auto method = GENERATE(TraceProbe::udp, TraceProbe::udp_constant);
    fail_everywhere<Tracer>([method](asio::io_context& io, asio::ip::udp::socket& silent) {
        auto tracer = std::make_unique<Tracer>(
            io.get_executor(),
            TraceOptions{.method = method, .max_ttl = 1, .probes = 2, .port = silent.local_endpoint().port()});
        tracer->add(loopback);
        return tracer;
    });
}

TEST_CASE("a search for a path's MTU can be cancelled and destroyed anywhere", "[service][path_mtu]")
{
    try {
        fail_everywhere<PathMtuFinder>([](asio::io_context& io, asio::ip::udp::socket&) {
            return std::make_unique<PathMtuFinder>(io.get_executor(), loopback, PathMtuOptions{});
        });
    } catch (const boost::system::system_error& error) {
        WARN("SKIPPED: " << error.what());
    }
}

}  // namespace probe_driver_tests
