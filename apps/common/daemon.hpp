#pragma once
// A program that is a libnet::Daemon: its options, their configuration read again, and its words.
//
//   struct Program {                                    // what makes httpd++ httpd++
//       using Server = libnet::StaticFileServer;
//       static constexpr std::string_view name = "httpd++";
//       apps::DaemonOptions daemon;
//       libnet::StaticFileServerOptions options;
//       apps::Options table{...};
//       Program();                                      // fills the table
//       apps::Changes prepare(const Program* before, apps::Faults& faults);   // reads the files that the options name
//       void check_files(apps::Faults& faults) const;   // for --check: tries what `prepare` doesn't
//       std::string what() const;                       // "serving public"
//   };
//   int main(int argc, char** argv) { return apps::run_daemon<Program>(argc, argv); }
//
// Once it listens, it says so on standard error, a line for each place: "httpd++: serving public on 127.0.0.1:8080", and
// where it has a scheme, its URL.
//
//   SIGINT, SIGTERM    the first: take no more connections, let the requests under way end, and exit with 0
//                      the second: end now
//   SIGQUIT            as SIGTERM
//   SIGHUP             read the configuration again, and what it names; what is wrong is complained of, and nothing changes
//   SIGUSR1            open the access log, and the program's other ones, again, after a rotation
//   SIGUSR2            start the program anew on the same sockets; when that serves, end with the last connection
//   SIGPIPE            ignored: it is only a client that has gone; and SIGXFSZ: it is only the log

#include <apps/common/cannot_listen.hpp>
#include <apps/common/complaint_log.hpp>
#include <apps/common/daemon_options.hpp>
#include <apps/common/daemon_sockets.hpp>
#include <apps/common/faults.hpp>
#include <apps/common/log_check.hpp>
#include <apps/common/output.hpp>
#include <apps/common/sandbox_settings.hpp>
#include <apps/common/spoken_places.hpp>
#include <apps/common/system_calls.hpp>
#include <apps/pages/live_pages.hpp>
#include <libnet/daemon.hpp>
#include <libnet/diagnostics.hpp>
#include <libnet/privileges.hpp>

#include <boost/asio/awaitable.hpp>
#include <fmt/format.h>

#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace libnet::apps {

namespace asio = boost::asio;

/// The exit code of a daemon that can't start, or has to give up.
constexpr int exit_not_serving = exit_not_possible;

/// What is to be done when everything that was read is good: then all of it changes at once.
using Changes = std::vector<std::function<void()>>;

/// What a daemon can do beside serving.
template <typename Server>
struct DaemonHooks {
    /// Reads the configuration again and has the daemon serve by it; throws what is wrong with it, and then nothing has
    /// changed. Empty: SIGHUP does nothing.
    std::function<asio::awaitable<void>(Daemon<Server>&)> reload{};

    /// Opens other logs again, at SIGUSR1; empty: there are none.
    std::function<void()> reopen{};

    /// The command line, by which a successor is started at SIGUSR2; empty: the signal does nothing.
    std::vector<std::string> arguments{};
};

namespace detail {

/// Says why it can't serve, and returns the exit code.
inline int complain_of_start(const std::string& program, const std::exception& error)
{
    complain(program, reason_of(error));
    return exit_not_serving;
}

/// In the words of the option that has named the place.
inline CannotListen in_words(const ListenFailure& failure, const DaemonOptions& daemon)
{
    const auto option = failure.is_for_admin() ? "admin" : daemon.listen.empty() ? "port" : "listen";
    return {failure, failure.place(), option};
}

/// In a sandbox, the system calls that a daemon doesn't make are refused. It serves without that, too.
inline void close_kernel(const std::string& program, const DaemonOptions& daemon)
{
    if (!daemon.sandbox || !can_refuse_system_calls) return;
    try {
        refuse_system_calls();
    } catch (const std::system_error& error) {
        complain(program, fmt::format("--sandbox: no system calls are refused: {}", reason_of(error)),
                 DiagnosticLevel::warning);
    }
}

/// What the library is told.
inline libnet::DaemonOptions library_options(const std::string& program, std::string_view what,
                                             const DaemonOptions& daemon)
{
    libnet::DaemonOptions options{.name = program, .what = std::string{what}, .scheme = daemon.scheme};
    options.listen = daemon.listen;
    if (options.listen.empty()) options.listen.push_back({.endpoint = {daemon.address, daemon.port}});
    options.threads = daemon.threads;
    options.access_log = daemon.access_log;
    options.log_format = daemon.log_format;
    options.more_logs = daemon.more_logs;
    options.diagnostics = [program](DiagnosticLevel level, std::string_view text) { complain(program, text, level); };
    options.option_prefix = "--";
    options.drain = daemon.drain;
    options.admin = daemon.admin;
    options.page = [names = daemon.page_names](HttpEndpoint& endpoint, const LiveSource& source) {
        mount_live_page(endpoint, "admin", source, page_hosts(names));
    };
    options.max_memory = daemon.max_memory;
    options.identity = daemon.identity;
    if (daemon.sandbox) options.sandbox = daemon.sandbox_paths;
    return options;
}

}  // namespace detail

/// Runs objects of the class `Server` in `daemon.threads` threads until a signal stops them, and returns the exit code: 0,
/// or 1 with a line "program: what: why" on standard error when they can't start. See ServerGroup for what a `Server` is.
/// `what` is what it says of itself: "serving public".
template <typename Server, typename ServerOptions>
int serve(const std::string& program, std::string_view what, const DaemonOptions& daemon, ServerOptions options,
          DaemonHooks<Server> hooks = {})
try {
    prepare_daemon();
    std::optional<ComplaintLog> diagnostics;  // outlives all that complains
    auto settings = detail::library_options(program, what, daemon);
    settings.on_settled = [&program, &daemon, &diagnostics] {
        detail::close_kernel(program, daemon);
        diagnostics.emplace(daemon.diagnostics);
    };
    settings.reopen_logs = std::move(hooks.reopen);
    settings.arguments = std::move(hooks.arguments);
    auto served =
        with_places([&] { return std::make_unique<Daemon<Server>>(std::move(options), std::move(settings)); });
    if (hooks.reload) served->on_reload([&hooks, &served] { return hooks.reload(*served); });
    return served->run();
} catch (const ListenFailure& failure) {
    return detail::complain_of_start(program, detail::in_words(failure, daemon));
} catch (const std::exception& error) {
    return detail::complain_of_start(program, error);
}

namespace detail {

/// Options that are about what a running daemon has already.
constexpr std::string_view unchangeable[] = {"port",        "bind",    "listen",    "threads", "access-log",
                                             "drain",       "admin",   "page-name", "user",    "group",
                                             "diagnostics", "sandbox", "max-memory"};

/// Reads everything again, and has the daemon serve by it.
template <typename Program>
asio::awaitable<void> reload(std::unique_ptr<Program>& current, std::vector<std::string> arguments,
                             Daemon<typename Program::Server>& daemon)
{
    const std::string name{Program::name};
    auto next = std::make_unique<Program>();
    next->table.load(arguments);
    next->daemon.access_log = current->daemon.access_log;  // these can't change, and others are made of them
    next->daemon.drain = current->daemon.drain;
    Faults faults;
    const auto changes = next->prepare(current.get(), faults);
    faults.raise();
    bool is_other = !next->table.same_as(current->table);
    if constexpr (requires { next->is_other_than(*current); }) is_other = is_other || next->is_other_than(*current);
    if (is_other) {
        auto replaced = with_places([&] { return daemon.replace(next->options); });
        co_await std::move(replaced);
    }
    for (const auto& change : changes) change();
    daemon.replace_log_format(next->daemon.log_format);
    for (const auto option : unchangeable)
        if (!next->table.same_option(current->table, option))
            complain(name, fmt::format("--{} can't change while it runs: restart it, or send SIGUSR2", option),
                     DiagnosticLevel::warning);
    current = std::move(next);
}

/// --check: looks for a log that can't be written, a user that doesn't exist.
template <typename Program>
void check_surroundings(const Program& program, Faults& faults)
{
    const auto& daemon = program.daemon;
    const auto& table = program.table;
    table.attempt(faults, {"user"}, [&] { check_identity({.user = daemon.identity.user}); });
    table.attempt(faults, {"group"}, [&] { check_identity({.group = daemon.identity.group}); });
    table.attempt(faults, {"access-log"}, [&] {
        if (daemon.access_log != "none" && daemon.access_log != "-") require_writable("access log", daemon.access_log);
    });
    for (const auto& log : daemon.more_logs)
        table.attempt(faults, {"event-log"}, [&] { require_writable("event log", log); });
    if constexpr (requires { program.check_files(faults); }) program.check_files(faults);
}

/// --check: tries what reading alone doesn't show, and says all that is wrong. It makes no files but those of Unix sockets, which
/// go again.
template <typename Program>
int check(Program& program, Faults& faults)
{
    const std::string name{Program::name};
    const auto& daemon = program.daemon;
    const auto on_use = [&name](const CannotListen& error) {
        report(name, fmt::format("{}, which is as it should be while it serves", error.why()));
    };
    auto sockets = try_to_listen_at(daemon, program.table, faults, on_use);
    try_to_listen_for_admin(daemon, program.table, faults, on_use);
    check_surroundings(program, faults);
    if (!faults.empty()) return program.table.complain(faults);
    if constexpr (requires { program.options.hash_file; }) {
        const auto file = std::exchange(program.options.hash_file, {});
        const int why = file.empty() ? 0 : why_not_writable(file);
        if (why != 0) complain(name, fmt::format("hashes of files are not kept: {}: {}", file, std::strerror(why)));
    }
    libnet::detail::ServerSurroundings around;
    around.diagnostics = [name](DiagnosticLevel level, std::string_view text) { complain(name, text, level); };
    with_places([&] {
        const libnet::detail::GroupService<typename Program::Server> tried{
            std::move(program.options), std::move(around), {}, std::move(sockets)};
        return true;
    });
    report(name, "the configuration is good");
    return 0;
}

}  // namespace detail

/// The whole of a daemon's main: reads the options, and serves until a signal ends it; at SIGHUP it does the first again.
/// Returns the exit code: 0, 1 when it can't start, 2 for wrong usage.
template <typename Program>
int run_daemon(int argc, char** argv)
{
    using Server = typename Program::Server;
    prepare_daemon();
    const std::string name{Program::name};
    auto current = std::make_unique<Program>();
    Faults faults;
    if (const auto exit_code = current->table.read(argc, argv, faults)) return *exit_code;
    if (!faults.empty() && !current->daemon.check) return current->table.complain(faults);
    try {
        current->prepare(nullptr, faults);
        if (current->daemon.check) return detail::check(*current, faults);
        if (!faults.empty()) return current->table.complain(faults);
        if constexpr (requires { current->instead_of_serving(); })
            if (const auto exit_code = current->instead_of_serving()) return *exit_code;
    } catch (const std::exception& error) {
        return detail::complain_of_start(name, error);
    }
    const std::vector<std::string> command{argv, argv + argc};
    const std::vector<std::string> arguments{command.begin() + 1, command.end()};
    DaemonHooks<Server> hooks;
    hooks.reload = [&current, arguments](Daemon<Server>& daemon) { return detail::reload(current, arguments, daemon); };
    hooks.arguments = command;
    if constexpr (requires { current->reopen_logs(); }) hooks.reopen = [&current] { current->reopen_logs(); };
    const auto daemon = current->daemon;  // a reload replaces what is current
    return serve<Server>(name, current->what(), daemon, current->options, std::move(hooks));
}

}  // namespace libnet::apps
