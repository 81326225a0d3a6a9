#pragma once
// Runs servers as a daemon: sockets that others have made, threads, signals, logs, rights, and an end that loses no request.

#include <libnet/access_log_format.hpp>
#include <libnet/base/owner.hpp>
#include <libnet/config.hpp>
#include <libnet/daemon_options.hpp>
#include <libnet/impl/daemon/daemon_life.hpp>
#include <libnet/impl/daemon/daemon_service.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace libnet::inline v0 {

/// Call it first in `main` of a program that is a daemon:
///
/// - standard input, output and error that are closed are opened on /dev/null, since sockets would get their numbers
/// - SIGHUP, SIGUSR1 and SIGUSR2 wait until there is a Daemon that handles them, and don't end a program that starts just now
/// - SIGPIPE and SIGXFSZ are ignored: a client that has gone, a log that may not grow
/// - it takes all the descriptors that it may have (RLIMIT_NOFILE), and glibc gives large pieces of memory back when they are free
void prepare_daemon() noexcept;

/// Several objects of the class `Server` (see ServerGroup for what that is: StaticFileServer, ForwardProxy, PingExporter,
/// TraceExporter, and others), as a service that runs for years.
///
///     int main(int argc, char** argv)
///     {
///         prepare_daemon();
///         Daemon<StaticFileServer> daemon{read_options(), {.name = "files",
///                                                          .listen = {{.endpoint = {address, 8080}}},
///                                                          .admin = ListenPlace{.endpoint = {localhost, 9090}},
///                                                          .arguments = {argv, argv + argc}}};
///         daemon.on_reload([] { return read_options(); });
///         return daemon.run();
///     }
///
/// Where it listens: at `DaemonOptions::listen`, with a socket for each thread and place, or with the service manager's
/// sockets, or those of the process that it takes over from. It says so once it serves, a line for each place, and
/// tells the service manager (ServiceNotifier: ready, reloading, stopping, watchdog) and its predecessor.
///
/// While `run` runs, signals are:
///
///     SIGINT, SIGTERM    stop(total): no more connections, requests under way end; the second one is stop(terminal)
///     SIGQUIT            as SIGTERM
///     SIGHUP             reload()
///     SIGUSR1            reopen_logs()
///     SIGUSR2            upgrade()
///
/// It doesn't become a background process, writes no PID file, and doesn't restart what has crashed: that is the
/// service manager's. There is no filter of system calls. One object belongs to one thread.
template <typename Server>
class Daemon {
public:
    /// Listens, opens the access log, becomes who it will be, restricts its files, and makes the servers, in this order. Of the
    /// servers' options, `address`, `port` and `threads` don't count, and `diagnostics`, `drain_timeout` and
    /// `on_access` are completed: what they say of themselves goes where the daemon's goes, unless they have a handler
    /// of their own.
    ///
    /// Make one before there are other threads: rights belong to each.
    /// @throws ListenFailure "cannot listen on PLACE" with what socket(2), bind(2) or listen(2) reports
    /// @throws std::system_error a log can't be opened; no right to become that user; the kernel refuses the sandbox
    /// @throws std::invalid_argument there is no such user or group; no place; TLS at a place without a certificate, a redirect
    ///         without a place with TLS; and what the constructor of `Server` throws
    template <typename Options>
    Daemon(Options options, DaemonOptions daemon)
        : life_{std::make_shared<detail::DaemonLife>(std::move(daemon), defers_accept(options))}
    {
        auto service = std::make_unique<Service>(std::move(options), life_->surroundings(), life_->group_options(),
                                                 life_->take_sockets());
        service_ = service.get();
        life_->attach(std::move(service));
    }

    /// What `reload` does: reads the configuration again. `read` returns the servers' new options, which `replace` gets; or it
    /// returns `awaitable<void>`, and does all of it. What it throws says what is wrong: then nothing must have changed.
    template <typename Read>
    void on_reload(Read read)
    {
        using Result = std::invoke_result_t<Read&>;
        if constexpr (std::is_same_v<Result, boost::asio::awaitable<void>>) life_->on_reload(std::move(read));
        else
            life_->on_reload(
                [service = service_, read = std::move(read)]() mutable { return service->replace(read()); });
    }

    /// Serves in this thread, and those of the servers, until a signal ends it. Call it once. Returns 0 then, for `main`.
    ///
    /// Throws what a server has thrown that has given up: the others drain before.
    int run() { return detail::DaemonLife::run(life_.share()); }

    /// The same on the caller's executor, without signals. Call it once, and keep the daemon until it completes.
    ///
    /// Completes after `stop`, or a cancellation of the coroutine, which does the same: `total` lets the requests under
    /// way end for as long as `DaemonOptions::drain` says, `terminal` doesn't. Throws as `run`.
    boost::asio::awaitable<void> serve() { return detail::DaemonLife::serve(life_.share()); }

    /// Ends it, as SIGTERM does. Before `serve` it has that end at once. Where `serve` runs, as are the following.
    void stop(boost::asio::cancellation_type how = boost::asio::cancellation_type::total) { life_->stop(how); }

    /// Does what was given to `on_reload`, as at SIGHUP; nothing, where nothing was. Says then whether that was good. One that is
    /// asked for while another one is under way begins when that has ended.
    void reload() { life_->reload(); }

    /// Opens the access log, and the program's own ones, again, as at SIGUSR1.
    void reopen_logs() { life_->reopen_logs(); }

    /// Starts `DaemonOptions::arguments` on the same sockets, as at SIGUSR2; nothing, where there are none. When that
    /// process serves, this one ends with its last connection; if it doesn't within a minute, it is ended, and this one
    /// goes on.
    void upgrade() { life_->upgrade(); }

    /// Has all servers serve by other options from now on, for who reloads by themselves: as ServerGroup::replace.
    template <typename Options>
    boost::asio::awaitable<void> replace(Options options)
    {
        return service_->replace(std::move(options));
    }

    /// Has something done with each server, in its own thread: as ServerGroup::for_each.
    boost::asio::awaitable<void> for_each(std::function<void(Server&)> work)
    {
        return service_->for_each(std::move(work));
    }

    /// Gives the lines of the access log another form.
    void replace_log_format(AccessLogFormat format) { life_->replace(std::move(format)); }

    /// Where it listens, with the ports that the kernel chose.
    const std::vector<ListenPlace>& places() const { return life_->places(); }

    /// The first of them; unspecified where that is a Unix socket.
    boost::asio::ip::tcp::endpoint local_endpoint() const { return places().front().endpoint; }

    /// Where metrics, health and status are, with the port that the kernel chose; empty: nowhere.
    std::vector<ListenPlace> admin_places() const { return life_->admin_places(); }

private:
    using Service = detail::GroupService<Server>;

    template <typename Options>
    static bool defers_accept(const Options& options)
    {
        if constexpr (requires { options.defer_accept; }) return options.defer_accept;
        else return false;
    }

    base::Owner<detail::DaemonLife> life_;
    Service* service_ = nullptr;  // the life's
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/daemon/daemon_changes.ipp>
#  include <libnet/impl/daemon/prepare_daemon.ipp>
#endif
