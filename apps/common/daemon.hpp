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
// Once it listens, it says so on standard error: "httpd++: serving public on 127.0.0.1:8080", and
// where it has a scheme, its URL.
//
//   SIGINT, SIGTERM    the first: take no more connections, let the requests in hand end, and exit with 0
//                      the second: end now
//   SIGUSR1            open the access log again, after a rotation
//   SIGQUIT            as SIGTERM
//   SIGUSR2            ignored, as long as it means nothing
//   SIGHUP             read again what the daemon can read again; what is wrong is complained of, and nothing changes
//   SIGPIPE            ignored: it is only a client that has gone; and SIGXFSZ: it is only the log

#include <apps/common/daemon_options.hpp>
#include <apps/common/held_signals.hpp>
#include <apps/common/on_signal.hpp>
#include <apps/common/output.hpp>
#include <apps/common/run.hpp>
#include <libnet/access_log.hpp>
#include <libnet/diagnostics.hpp>
#include <libnet/io/tcp/endpoint_text.hpp>
#include <libnet/server_group.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <csignal>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <malloc.h>
#include <sys/resource.h>

namespace libnet::apps {

namespace asio = boost::asio;

/// The exit code of a daemon that can't start, or has to give up.
constexpr int exit_not_serving = 1;

namespace detail {

inline std::string_view hint_for(const boost::system::error_code& failure)
{
    if (failure == asio::error::address_in_use) return ": choose another --port, or end the program that has it";
    if (failure == asio::error::access_denied)
        return ": a port below 1024 takes the capability CAP_NET_BIND_SERVICE: choose another --port";
    if (failure == boost::system::errc::address_not_available) return ": this machine has no such --bind address";
    return "";
}

inline void reload(const std::string& program, const std::function<void()>& on_reload)
try {
    on_reload();
    complain(program, "reloaded");
} catch (const std::exception& error) {
    complain(program, fmt::format("not reloaded: {}; nothing has changed", reason_of(error)));
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

/// Gives large pieces of memory back to the system as soon as they are free. By default glibc keeps them once it has seen
/// some, and a server stays as large as it was in its worst minute.
inline void give_memory_back() noexcept
{
#ifdef __GLIBC__
    ::mallopt(M_MMAP_THRESHOLD, 128 * 1024);
#endif
}

/// ", http://localhost:8080/": where a browser on this machine finds it.
inline std::string shown_url(const std::string& scheme, const asio::ip::tcp::endpoint& endpoint)
{
    if (scheme.empty()) return {};
    if (!endpoint.address().is_unspecified()) return fmt::format(", {}://{}/", scheme, io::to_text(endpoint));
    return fmt::format(", {}://localhost:{}/", scheme, endpoint.port());
}

/// Serves to its end, which a signal brings. Completes with 0. `what` is said when the signals are waited for.
template <typename Server>
asio::awaitable<int> serve_until_stopped(ServerGroup<Server>& group, const std::string& program, std::string_view what,
                                         const DaemonOptions& daemon, AccessLog* log)
{
    const auto executor = co_await asio::this_coro::executor;
    std::optional<OnSignal> reopens, reloads, quits;
    reopens.emplace(executor, SIGUSR1, [log] {
        if (log != nullptr) log->reopen();
    });
    if (daemon.on_reload) reloads.emplace(executor, SIGHUP, [&] { reload(program, daemon.on_reload); });
    quits.emplace(executor, SIGQUIT, [] { std::raise(SIGTERM); });
    release_signals();
    const auto endpoint = group.local_endpoint();
    complain(program, fmt::format("{} on {}{}", what, io::to_text(endpoint), shown_url(daemon.scheme, endpoint)));
    co_await group.run();
    co_return 0;
}

}  // namespace detail

/// Runs `daemon.threads` objects of the class `Server` until a signal stops them, and returns the exit code: 0, or 1
/// with a line "program: what: why" on standard error when they can't start. See ServerGroup for what a `Server` is, and
/// which of its options are set here; so is `diagnostics`, where there is one. `what` is what it says of itself: "serving public".
template <typename Server, typename ServerOptions>
int serve(const std::string& program, std::string_view what, const DaemonOptions& daemon, ServerOptions options)
try {
    hold_signals();
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGUSR2, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a log that may not grow is a log that fails
    detail::raise_descriptor_limit();
    detail::give_memory_back();
    const auto to_stderr = [&program](DiagnosticLevel, std::string_view text) { complain(program, text); };
    std::optional<AccessLog> opened;
    if (daemon.access_log != "none") opened.emplace(daemon.access_log, to_stderr);
    AccessLog* const log = opened ? &*opened : nullptr;

    options.address = daemon.address;
    options.port = daemon.port;
    if constexpr (requires { options.diagnostics; }) options.diagnostics = to_stderr;
    ServerGroup<Server> group{options, {.threads = daemon.threads, .access_log = log}};
    const auto on_stop = [&program] {
        complain(program, "stopping once the requests in hand are answered; a second signal stops at once");
    };
    return detail::run_until_done(detail::serve_until_stopped(group, program, what, daemon, log), on_stop);
} catch (const boost::system::system_error& error) {
    const auto why = reason_of(error);
    complain(program,
             why.starts_with("cannot listen") ? fmt::format("{}{}", why, detail::hint_for(error.code())) : why);
    return exit_not_serving;
} catch (const std::exception& error) {
    complain(program, reason_of(error));
    return exit_not_serving;
}

}  // namespace libnet::apps
