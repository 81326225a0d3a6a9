#pragma once
// Several servers of one kind at the same addresses, each in a thread of its own: how a daemon uses more cores than one, and
// changes what it serves without closing a connection.

#include <libnet/access_log.hpp>
#include <libnet/impl/server/server_thread.hpp>
#include <libnet/io/tcp/connection_budget.hpp>
#include <libnet/io/tcp/listening_sockets.hpp>
#include <libnet/server_counters.hpp>
#include <libnet/server_now.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace libnet::inline v0 {

/// Options of a ServerGroup.
struct ServerGroupOptions {
    unsigned threads = 1;             ///< each with an io_context and servers of its own; 0 counts as 1
    AccessLog* access_log = nullptr;  ///< takes the requests of all, and must outlive the group; null: there is none
};

/// Runs several objects of the class `Server` as one.
///
///     AccessLog log{"access.log"};
///     ServerGroup<StaticFileServer> group{StaticFileServerOptions{.root = "public", .port = 8080},
///                                         {.threads = 4, .access_log = &log}};
///     co_await group.run();
///
/// `Server` has a constructor (io_context::executor_type, Options, ip::tcp::acceptor) and `awaitable<void> run()`, which
/// drains when it is cancelled with `total`. Where it has `connections()`, these are counted; without `retire()`, it drains
/// where another one takes its place. Of its options, the group uses `address`, `port` and `defer_accept`, and sets
/// `on_access`, which it passes on, where there is one. There is a server for each thread and each place, or for each
/// thread, where its constructor takes a `std::vector<ip::tcp::acceptor>` as well, as that of a PingExporter does;
/// `max_connections` counts for all of them together, where the options have `shared_connections`. Another limit that
/// an option sets is for each of them. What else the options hold is shared by all threads: callbacks must be safe for
/// that.
template <typename Server>
class ServerGroup {
public:
    /// Listens at `options.address` and `options.port`, and makes the servers.
    /// @throws boost::system::system_error "cannot listen on ADDRESS:PORT" with what bind(2) reports, also when another
    ///         program has the port and would share it; whatever the constructor of `Server` throws
    template <typename Options>
    explicit ServerGroup(Options options, ServerGroupOptions group = {})
        : ServerGroup{options, group, listen(options, group)}
    {}

    /// The same with sockets that listen already; `Options` may be an OptionsByPlace, here and in `replace`.
    template <typename Options>
    ServerGroup(const Options& options, const ServerGroupOptions& group, io::ListeningSockets sockets)
        : sockets_{std::move(sockets)}
    {
        const auto threads = std::max(group.threads, 1U);
        connections_->limit(detail::connection_limit(options));
        for (unsigned i = 0; i < threads; ++i) {
            auto& thread = threads_.emplace_back(sockets_.of_thread(i, threads), sockets_.places_of_thread(i, threads),
                                                 connections_, group.access_log);
            thread.prepare(options);
            thread.commit();  // already here, so that a `stop` that comes before `run` finds something to stop
        }
    }
    ServerGroup(const ServerGroup&) = delete;
    ServerGroup& operator=(const ServerGroup&) = delete;

    /// Where they listen; the first place.
    boost::asio::ip::tcp::endpoint local_endpoint() const { return places_.front().endpoint; }

    /// All places, with the ports that the kernel chose.
    const std::vector<io::ListenPlace>& places() const noexcept { return places_; }

    /// The sockets, for a process that is to go on with them.
    const io::ListeningSockets& sockets() const noexcept { return sockets_; }

    /// No other process serves any more: see io::ListeningSockets::take_over.
    void take_over() { sockets_.take_over(); }

    /// Starts the threads and waits until all servers have ended; call it once, and keep the group until it completes.
    ///
    /// Completes after a cancellation, which is passed on to the servers: `total` lets the requests under way end, `terminal`
    /// doesn't. A server that gives up takes the others with it, since a part that goes on would hide the fault: they drain, then
    /// what it threw is thrown. A coroutine that is destroyed meanwhile stops them at once, and waits for their threads.
    boost::asio::awaitable<void> run();

    /// Serves by other options from now on. Connections that are open get their next answer by the old ones, and end with it,
    /// so that no request is lost; `address`, `port` and `defer_accept` don't count. While `run` runs, on its executor.
    ///
    /// Throws what the constructor of `Server` throws, and then nothing has changed; `operation_aborted`: the group ends.
    template <typename Options>
    boost::asio::awaitable<void> replace(Options options)
    {
        const auto shared = std::make_shared<const Options>(std::move(options));
        std::exception_ptr failure;
        try {
            auto prepared = in_each([shared](detail::ServerThread<Server>& thread) { thread.prepare(*shared); });
            co_await std::move(prepared);
        } catch (...) {
            failure = std::current_exception();
        }
        auto done = failure ? in_each([](detail::ServerThread<Server>& thread) { thread.forget_prepared(); })
                            : in_each([](detail::ServerThread<Server>& thread) { thread.commit(); });
        co_await std::move(done);
        if (failure) std::rethrow_exception(failure);
        connections_->limit(detail::connection_limit(*shared));
    }

    /// Stops listening, since another process has the sockets, and lets each connection end with its next answer, or when it
    /// has been idle for a second. `run` completes then.
    void retire()
    {
        sockets_.hand_over();
        sockets_.close();
        for (auto& thread : threads_) thread.post([&thread] { thread.retire(); });
    }

    /// For when memory is short: closes idle connections and empties caches, each time that it is called with true, and takes no
    /// more connections while it is held and one is open; others go on.
    void hold_connections(bool held) { connections_->hold(held); }

    /// Has something done with each server, in its own thread. While `run` runs, on its executor.
    /// Throws what the first that failed has thrown, where the others have done it; `operation_aborted`: the group ends.
    boost::asio::awaitable<void> for_each(std::function<void(Server&)> work)
    {
        return in_each([work = std::move(work)](detail::ServerThread<Server>& thread) { thread.for_each(work); });
    }

    /// What all servers have counted. Completes when each thread has answered, so it also shows that they are alive. While
    /// `run` runs, on its executor. Throws `operation_aborted`: the group ends.
    boost::asio::awaitable<ServerCounts> counts()
    {
        struct Sum {
            std::mutex adding;
            ServerCounts counts;
        };
        const auto sum = std::make_shared<Sum>();
        auto counted = in_each([sum](detail::ServerThread<Server>& thread) {
            const auto counts = thread.counts();
            const std::lock_guard alone{sum->adding};
            sum->counts += counts;
        });
        co_await std::move(counted);
        co_return sum->counts;
    }

    /// What all servers are at: caches, pools, and at most so many connections of each. As `counts`.
    boost::asio::awaitable<ServerNow> now(std::size_t most_connections = ServerNow::most_connections)
    {
        struct Sum {
            std::mutex adding;
            ServerNow now;
        };
        const auto sum = std::make_shared<Sum>();
        auto asked = in_each([sum, most_connections](detail::ServerThread<Server>& thread) {
            auto now = thread.now(most_connections);
            const std::lock_guard alone{sum->adding};
            sum->now.add(std::move(now));
        });
        co_await std::move(asked);
        co_return std::move(sum->now);
    }

private:
    /// What the threads tell the coroutine that waits for them.
    struct Ends {
        Ends(const boost::asio::any_io_executor& executor, std::size_t count)
            : news{executor, boost::asio::steady_timer::time_point::max()},
              running{count}
        {}

        boost::asio::steady_timer news;  ///< never expires: is cancelled when a thread has answered
        std::size_t running;
        std::exception_ptr failure;
    };
    using Work = std::function<void(detail::ServerThread<Server>&)>;

    template <typename Options>
    static io::ListeningSockets listen(const Options& options, const ServerGroupOptions& group)
    {
        io::ListeningOptions listening{.threads = group.threads};
        if constexpr (requires { options.defer_accept; }) listening.defer_accept = options.defer_accept;
        io::ListeningSockets sockets;
        std::vector<io::FileDescriptor> none;
        sockets.open({.endpoint = {options.address, options.port}}, listening, none);
        return sockets;
    }

    void stop(boost::asio::cancellation_type how)
    {
        sockets_.close();
        for (auto& thread : threads_) thread.stop(how);
    }

    /// Has work done in each thread, and completes when all have done it. Throws what the first that failed has thrown.
    boost::asio::awaitable<void> in_each(Work work);

    /// A thread that can't be started must not leave the others running for ever.
    struct StopAll {
        ServerGroup& group;
        ~StopAll() { group.stop(boost::asio::cancellation_type::terminal); }
    };

    void on_end(Ends& ends, const std::exception_ptr& failure)
    {
        if (failure && !ends.failure) {
            ends.failure = failure;
            stop(boost::asio::cancellation_type::total);
        }
        --ends.running;
        ends.news.cancel();
        ending_ = true;
        for (const auto& waiting : asked_)
            if (const auto asked = waiting.lock()) asked->news.cancel();  // this thread won't answer
    }

    io::ListeningSockets sockets_;
    const std::vector<io::ListenPlace> places_ = sockets_.places();
    const std::shared_ptr<io::ConnectionBudget> connections_ = std::make_shared<io::ConnectionBudget>(0);
    std::deque<detail::ServerThread<Server>> threads_;  ///< they stay where they are
    std::vector<std::weak_ptr<Ends>> asked_;            ///< those who wait for answers of all threads
    bool ending_ = false;                               ///< a thread has ended
};

template <typename Server>
boost::asio::awaitable<void> ServerGroup<Server>::run()
{
    constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    constexpr auto none = boost::asio::cancellation_type::none;
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto state = co_await boost::asio::this_coro::cancellation_state;

    const auto ends = std::make_shared<Ends>(executor, threads_.size());
    std::vector<std::jthread> threads;
    const StopAll on_exit{*this};
    const std::weak_ptr<Ends> weak = ends;  // what is posted may be destroyed later than the timer's service
    for (auto& server : threads_)
        threads.emplace_back([this, &server, executor, weak] {
            const auto failure = server.run();
            boost::asio::post(executor, [this, weak, failure] {
                if (const auto still = weak.lock()) on_end(*still, failure);
            });
        });

    auto told = none;
    while (ends->running > 0) {
        co_await ends->news.async_wait(token);
        const bool at_once = (state.cancelled() & boost::asio::cancellation_type::terminal) != none;
        const auto how = at_once ? boost::asio::cancellation_type::terminal : state.cancelled();
        if (how == none || how == told) continue;
        stop(how);
        told = how;
    }
    if (ends->failure) std::rethrow_exception(ends->failure);
}

template <typename Server>
boost::asio::awaitable<void> ServerGroup<Server>::in_each(Work work)
{
    constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto answers = std::make_shared<Ends>(executor, threads_.size());
    std::erase_if(asked_, [](const std::weak_ptr<Ends>& asked) { return asked.expired(); });
    asked_.push_back(answers);
    const std::weak_ptr<Ends> weak = answers;
    for (auto& thread : threads_)
        thread.post([&thread, work, executor, weak] {
            std::exception_ptr failure;
            try {
                work(thread);
            } catch (...) {
                failure = std::current_exception();
            }
            boost::asio::post(executor, [weak, failure] {
                const auto still = weak.lock();
                if (!still) return;
                --still->running;
                if (failure && !still->failure) still->failure = failure;
                still->news.cancel();
            });
        });
    while (answers->running > 0 && !ending_) co_await answers->news.async_wait(token);
    if (answers->failure) std::rethrow_exception(answers->failure);
    if (answers->running > 0)
        throw boost::system::system_error{boost::asio::error::operation_aborted, "the servers end"};
}

}  // namespace libnet::inline v0
