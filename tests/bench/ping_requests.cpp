// What a co_await pinger.ping() costs: coroutines ask one pinger, again and again. A random share of the pings goes to
// a host that doesn't answer, and is cancelled.
//
//   bench_ping_requests ALIVE SILENT [PINGS [COROUTINES [CANCELLED_PERCENT]]]          1000000 64 30
//
// Tells the CPU time of one, and the heap allocations in the second half of the run: the steady state.

#include <libnet/icmp_pinger.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <random>
#include <utility>

#include <sys/resource.h>

namespace {

std::uint64_t allocations = 0;

}  // namespace

// Not inlined, for g++ 12 takes malloc and delete, seen side by side, for a mistake.
[[gnu::noinline]] void* operator new(std::size_t size)
{
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

namespace asio = boost::asio;

struct Run {
    std::uint64_t pings, asked = 0, answered = 0, cancelled = 0;
    std::uint64_t allocations_at_half = 0;
    unsigned percent;
    asio::ip::address alive, silent;
    std::minstd_rand random{1};
};

/// After some turns of the event loop, before, while or after the ping is under way.
void cancel_soon(const asio::any_io_executor& executor, asio::cancellation_signal& cancel, unsigned turns)
{
    asio::post(executor, [executor, &cancel, turns] {
        if (turns == 0) cancel.emit(asio::cancellation_type::terminal);
        else cancel_soon(executor, cancel, turns - 1);
    });
}

asio::awaitable<void> ask(libnet::IcmpPinger& pinger, Run& run)
{
    const auto executor = co_await asio::this_coro::executor;
    asio::cancellation_signal cancel;
    while (run.asked < run.pings) {
        if (++run.asked == run.pings / 2) run.allocations_at_half = allocations;
        const bool answers = run.random() % 100 >= run.percent;
        if (!answers) cancel_soon(executor, cancel, run.random() % 8);
        auto token = asio::bind_cancellation_slot(cancel.slot(), asio::as_tuple(asio::use_awaitable));
        auto ping = pinger.ping(answers ? run.alive : run.silent);
        const auto result = co_await asio::co_spawn(executor, std::move(ping), std::move(token));
        ++(std::get<0>(result) ? run.cancelled : run.answered);
    }
}

double seconds(const timeval& time)
{
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc < 3) {
        std::fprintf(stderr, "usage: bench_ping_requests ALIVE SILENT [PINGS [COROUTINES [PERCENT]]]\n");
        return 2;
    }
    const auto argument = [&](int index, std::uint64_t otherwise) {
        return argc > index ? std::strtoull(argv[index], nullptr, 10) : otherwise;
    };
    Run run{.pings = argument(3, 1'000'000),
            .percent = static_cast<unsigned>(argument(5, 30)),
            .alive = asio::ip::make_address(argv[1]),
            .silent = asio::ip::make_address(argv[2])};
    asio::io_context io{1};
    libnet::IcmpPinger pinger{io.get_executor()};
    for (std::uint64_t i = 0; i < argument(4, 64); ++i) asio::co_spawn(io, ask(pinger, run), asio::detached);
    io.run();

    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto each = 1e6 / static_cast<double>(run.pings);
    std::printf(
        "%llu answered, %llu cancelled; user %.2f us, system %.2f us a ping; %llu allocations in the second half\n",
        static_cast<unsigned long long>(run.answered), static_cast<unsigned long long>(run.cancelled),
        seconds(usage.ru_utime) * each, seconds(usage.ru_stime) * each,
        static_cast<unsigned long long>(allocations - run.allocations_at_half));
}
