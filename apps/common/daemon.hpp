#pragma once
// Runs a server class as a daemon: a thread per server object, signals, access log.
//
//   int main(int argc, char** argv)
//   {
//       apps::DaemonOptions daemon{.address = boost::asio::ip::address_v6::any(), .port = 8080};
//       libnet::StaticFileServerOptions options;
//       apps::Options table{"httpd++", "[ROOT]", "Serves the files under ROOT."};
//       add_options(table.group("Server"), daemon, "address to listen on (every one)");
//       if (const auto exit_code = table.read(argc, argv)) return *exit_code;
//       return apps::serve<libnet::StaticFileServer>("httpd++", "serving " + root, daemon, options);
//   }
//
// Once it listens, it says so on standard error: "httpd++: serving public on 127.0.0.1:8080".
//
//   SIGINT, SIGTERM    the first: take no more connections, let the requests in hand end, and exit with 0
//                      the second: end now
//   SIGUSR1            open the access log again, after a rotation
//   SIGHUP             read again what the daemon can read again; what is wrong is complained of, and nothing changes
//   SIGPIPE            ignored: it is only a client that has gone; and SIGXFSZ: it is only the log

#include <apps/common/access_log.hpp>
#include <apps/common/access_log_batch.hpp>
#include <apps/common/daemon_options.hpp>
#include <apps/common/listen_check.hpp>
#include <apps/common/output.hpp>
#include <apps/common/stop_signals.hpp>
#include <libnet/access_record.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <sys/resource.h>

namespace libnet::apps {

namespace asio = boost::asio;

/// The exit code of a daemon that can't start, or has to give up.
constexpr int exit_not_serving = 1;

namespace detail {

/// One server with its event loop. Only `run` and `stop` are for other threads.
template <typename Server>
class Worker {
public:
    template <typename ServerOptions>
    Worker(const ServerOptions& options, AccessLog& log)
        : log_{log, io_},
          server_{io_.get_executor(), logging(options, log)}
    {
        // Already here, so that a `stop` that comes before `run` finds something to stop.
        const auto on_done = [this](std::exception_ptr thrown) {
            failure_ = thrown;
            io_.stop();
        };
        asio::co_spawn(io_, server_.run(), asio::bind_cancellation_slot(stop_.slot(), on_done));
    }

    asio::ip::tcp::endpoint local_endpoint() const { return server_.local_endpoint(); }

    /// Serves until it is stopped. Returns what went wrong, or null.
    std::exception_ptr run()
    try {
        io_.run();
        log_.flush();
        return stopping_ ? nullptr : failure_;  // a server that is told to stop at once may throw operation_aborted
    } catch (...) {
        return std::current_exception();
    }

    /// From any thread, before `run` and after it, too.
    void stop(asio::cancellation_type how)
    {
        asio::post(io_, [this, how] {
            stopping_ = true;
            stop_.emit(how);
        });
    }

private:
    template <typename ServerOptions>
    ServerOptions logging(ServerOptions options, const AccessLog& log)
    {
        if (log) options.on_access = [this](const AccessRecord& record) { log_.add(record); };
        return options;
    }

    asio::cancellation_signal stop_;  // outlives the coroutine, which holds on to its slot
    asio::io_context io_{1};
    AccessLogBatch log_;
    Server server_;
    std::exception_ptr failure_;
    bool stopping_ = false;
};

/// Runs every worker in a thread of its own until all have ended.
template <typename Server>
class Supervisor {
public:
    Supervisor(std::string program, std::deque<Worker<Server>>& workers, AccessLog& log,
               std::function<void()> on_reload)
        : program_{std::move(program)},
          workers_{workers},
          log_{log},
          on_reload_{std::move(on_reload)}
    {
        wait_for_reopen();
        if (!on_reload_) return;
        reload_.add(SIGHUP);
        wait_for_reload();
    }

    /// Returns what made a worker give up, or null.
    std::exception_ptr run()
    {
        running_ = workers_.size();
        std::vector<std::jthread> threads;
        const StopAll on_exit{*this};  // a thread that can't be started must not leave the others running for ever
        for (auto& worker : workers_)
            threads.emplace_back([this, &worker] {
                const auto failure = worker.run();
                asio::post(control_, [this, failure] { on_end(failure); });
            });
        control_.run();
        return failure_;
    }

private:
    struct StopAll {
        Supervisor& supervisor;
        ~StopAll() { supervisor.stop(asio::cancellation_type::terminal); }
    };

    void stop(asio::cancellation_type how)
    {
        for (auto& worker : workers_) worker.stop(how);
    }

    void on_signal(asio::cancellation_type how)
    {
        if (how == asio::cancellation_type::total)
            complain(program_, "stopping once the requests in hand are answered; a second signal stops at once");
        stop(how);
    }

    /// A server that gives up takes the others with it: half a daemon would hide the fault.
    void on_end(const std::exception_ptr& failure)
    {
        if (failure && !failure_) {
            failure_ = failure;
            stop(asio::cancellation_type::total);
        }
        if (--running_ == 0) control_.stop();
    }

    void wait_for_reopen()
    {
        reopen_.async_wait([this](boost::system::error_code failed, int) {
            if (failed) return;
            log_.reopen();
            wait_for_reopen();
        });
    }

    void wait_for_reload()
    {
        reload_.async_wait([this](boost::system::error_code failed, int) {
            if (failed) return;
            reload();
            wait_for_reload();
        });
    }

    void reload()
    try {
        on_reload_();
        complain(program_, "reloaded");
    } catch (const std::exception& error) {
        complain(program_, fmt::format("not reloaded: {}", reason_of(error)));
    }

    std::string program_;
    std::deque<Worker<Server>>& workers_;
    AccessLog& log_;
    std::function<void()> on_reload_;
    asio::io_context control_{1};
    asio::signal_set reopen_{control_, SIGUSR1};
    asio::signal_set reload_{control_};
    StopSignals stop_signals_{control_, [this](asio::cancellation_type how) { on_signal(how); }};
    std::size_t running_ = 0;
    std::exception_ptr failure_;
};

template <typename Server, typename ServerOptions>
void serve_until_stopped(const std::string& program, std::string_view what, const DaemonOptions& daemon,
                         ServerOptions options)
{
    AccessLog log{program, daemon.access_log};
    options.address = check_listen({daemon.address, daemon.port}).address();
    options.port = daemon.port;
    options.reuse_port = daemon.threads > 1;

    std::deque<Worker<Server>> workers;
    while (workers.size() < daemon.threads) {
        workers.emplace_back(options, log);
        options.port = workers.front().local_endpoint().port();  // the one that the kernel chose, where it was 0
    }
    Supervisor<Server> supervisor{program, workers, log, daemon.on_reload};
    complain(program, fmt::format("{} on {}", what, to_text(workers.front().local_endpoint())));
    if (const auto failure = supervisor.run()) std::rethrow_exception(failure);
}

/// Takes all the descriptors that the process may have. What a shell grants at first, often 1024, is meant for programs
/// that use select(2).
inline void raise_descriptor_limit() noexcept
{
    rlimit descriptors{};
    if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return;
    descriptors.rlim_cur = descriptors.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &descriptors);
}

}  // namespace detail

/// Runs `daemon.threads` objects of the class `Server` until a signal stops them, and returns the exit code: 0, or 1
/// with a line "program: what: why" on standard error when they can't start.
///
/// `Server` has a constructor (io_context::executor_type, ServerOptions), `local_endpoint()` and `awaitable<void>
/// run()`, which drains when it is cancelled with `total`. Of its options, this sets `address`, `port`, `reuse_port`
/// and `on_access`. `what` is what it says of itself: "serving public".
template <typename Server, typename ServerOptions>
int serve(const std::string& program, std::string_view what, const DaemonOptions& daemon, const ServerOptions& options)
try {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a log that may not grow is a log that fails
    detail::raise_descriptor_limit();
    detail::serve_until_stopped<Server>(program, what, daemon, options);
    return 0;
} catch (const std::exception& error) {
    complain(program, reason_of(error));
    return exit_not_serving;
}

}  // namespace libnet::apps
