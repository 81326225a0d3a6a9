#pragma once
// Several servers of one kind on one port, each in a thread of its own: how a daemon uses more cores than one.

#include <libnet/access_log.hpp>
#include <libnet/access_record.hpp>
#include <libnet/io/tcp/listen_check.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace libnet::inline v0 {

namespace detail {

/// One server with its event loop. Only `run` and `stop` are for other threads.
template <typename Server>
class ServerThread {
public:
    template <typename Options>
    ServerThread(Options options, AccessLog* log) : server_{io_.get_executor(), logging(std::move(options), log)}
    {
        // Already here, so that a `stop` that comes before `run` finds something to stop.
        const auto on_done = [this](std::exception_ptr thrown) {
            failure_ = thrown;
            io_.stop();
        };
        boost::asio::co_spawn(io_, server_.run(), boost::asio::bind_cancellation_slot(stop_.slot(), on_done));
    }

    boost::asio::ip::tcp::endpoint local_endpoint() const { return server_.local_endpoint(); }

    /// Serves until it is stopped. Returns what went wrong, or null.
    std::exception_ptr run()
    try {
        io_.run();
        if (log_) log_->flush();
        return stopping_ ? nullptr : failure_;  // a server that is told to stop at once may throw operation_aborted
    } catch (...) {
        return std::current_exception();
    }

    /// From any thread, before `run` and after it, too.
    void stop(boost::asio::cancellation_type how)
    {
        boost::asio::post(io_, [this, how] {
            stopping_ = true;
            stop_.emit(how);
        });
    }

private:
    template <typename Options>
    Options logging(Options options, AccessLog* log)
    {
        if (log == nullptr) return options;
        log_ = std::make_unique<AccessLogBatch>(*log, io_);
        options.on_access = [this](const AccessRecord& record) { log_->add(record); };
        return options;
    }

    boost::asio::cancellation_signal stop_;  // outlives the coroutine, which holds on to its slot
    boost::asio::io_context io_{1};
    std::unique_ptr<AccessLogBatch> log_;
    Server server_;
    std::exception_ptr failure_;
    bool stopping_ = false;
};

}  // namespace detail

/// Options of a ServerGroup.
struct ServerGroupOptions {
    unsigned threads = 1;             ///< servers, each with a thread and an io_context of its own; 0 counts as 1
    AccessLog* access_log = nullptr;  ///< takes the requests of all, and must outlive the group; null: nobody does
};

/// Runs several objects of the class `Server` as one.
///
///     AccessLog log{"access.log"};
///     ServerGroup<StaticFileServer> group{StaticFileServerOptions{.root = "public", .port = 8080},
///                                         {.threads = 4, .access_log = &log}};
///     co_await group.run();
///
/// `Server` has a constructor (io_context::executor_type, Options), `local_endpoint()` and `awaitable<void> run()`, which
/// drains when it is cancelled with `total`. Of its options, the group sets `address`, `port`, `share_port`,
/// `reuse_port` and, where there is an access log, `on_access`. What else the options hold is shared by all threads: callbacks must bear it.
template <typename Server>
class ServerGroup {
public:
    /// Makes the servers, which listen from now on. With `::` on a machine without IPv6, they listen at 0.0.0.0.
    /// @throws boost::system::system_error "cannot listen on ADDRESS:PORT" with what bind(2) reports, also when another
    ///         program has the port and would share it; whatever the constructor of `Server` throws
    template <typename Options>
    explicit ServerGroup(Options options, ServerGroupOptions group = {})
    {
        options.address = io::check_listen({options.address, options.port}).address();
        options.share_port = group.threads > 1;
        do {
            servers_.emplace_back(options, group.access_log);
            options.port = local_endpoint().port();  // the one that the kernel chose, where it was 0
            options.share_port = false;
            options.reuse_port = true;
        } while (servers_.size() < group.threads);
    }
    ServerGroup(const ServerGroup&) = delete;
    ServerGroup& operator=(const ServerGroup&) = delete;

    /// Where they all listen.
    boost::asio::ip::tcp::endpoint local_endpoint() const { return servers_.front().local_endpoint(); }

    /// Starts the threads and waits until all servers have ended; call it once, and keep the group until it completes.
    ///
    /// Completes after a cancellation, which is passed on to the servers: `total` lets the requests in hand end, `terminal`
    /// doesn't. A server that gives up takes the others with it, as half a daemon would hide the fault: they drain, then
    /// what it threw is thrown. A coroutine that is destroyed meanwhile stops them at once, and waits for their threads.
    boost::asio::awaitable<void> run();

private:
    /// What the threads tell the coroutine that waits for them.
    struct Ends {
        Ends(const boost::asio::any_io_executor& executor, std::size_t count)
            : news{executor, boost::asio::steady_timer::time_point::max()},
              running{count}
        {}

        boost::asio::steady_timer news;  ///< never expires: is cancelled when a server has ended
        std::size_t running;
        std::exception_ptr failure;
    };

    void stop(boost::asio::cancellation_type how)
    {
        for (auto& server : servers_) server.stop(how);
    }

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
    }

    std::deque<detail::ServerThread<Server>> servers_;  ///< they stay where they are
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

    const auto ends = std::make_shared<Ends>(executor, servers_.size());
    std::vector<std::jthread> threads;
    const StopAll on_exit{*this};
    const std::weak_ptr<Ends> weak = ends;  // what is posted may be destroyed later than the timer's service
    for (auto& server : servers_)
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

}  // namespace libnet::inline v0
