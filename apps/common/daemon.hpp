#pragma once
// Runs a server class as a daemon: threads, signals, access log, configuration.
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
//   SIGINT, SIGTERM    the first: take no more connections, let the requests in hand end, and exit with 0
//                      the second: end now
//   SIGQUIT            as SIGTERM
//   SIGHUP             read the configuration again, and what it names; what is wrong is complained of, and nothing changes
//   SIGUSR1            open the access log, and the program's other ones, again, after a rotation
//   SIGUSR2            start the program anew on the same sockets; when that serves, end with the last connection
//   SIGPIPE            ignored: it is only a client that has gone; and SIGXFSZ: it is only the log

#include <apps/common/daemon_life.hpp>
#include <apps/common/daemon_options.hpp>
#include <apps/common/daemon_sockets.hpp>
#include <apps/common/diagnostics_log.hpp>
#include <apps/common/faults.hpp>
#include <apps/common/held_signals.hpp>
#include <apps/common/log_check.hpp>
#include <apps/common/output.hpp>
#include <apps/common/run.hpp>
#include <apps/common/sandbox_settings.hpp>
#include <apps/common/spoken_places.hpp>
#include <apps/common/standard_descriptors.hpp>
#include <libnet/access_log.hpp>
#include <libnet/diagnostics.hpp>
#include <libnet/io/tcp/inherited_sockets.hpp>
#include <libnet/privileges.hpp>
#include <libnet/server_group.hpp>

#include <boost/asio/awaitable.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <malloc.h>
#include <sys/resource.h>

namespace libnet::apps {

/// The exit code of a daemon that can't start, or has to give up.
constexpr int exit_not_serving = exit_not_possible;

/// What is to be done when everything that was read is good: then all of it changes at once.
using Changes = std::vector<std::function<void()>>;

namespace detail {

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

inline void prepare_process() noexcept
{
    open_standard_descriptors();
    hold_signals();
    for (const int ignored : {SIGPIPE, SIGXFSZ}) std::signal(ignored, SIG_IGN);  // a log that may not grow only fails
    raise_descriptor_limit();
    give_memory_back();
}

/// Says why it can't serve, and returns the exit code.
inline int complain_of_start(const std::string& program, const std::exception& error)
{
    complain(program, reason_of(error));
    return exit_not_serving;
}

template <typename Options>
bool defers_accept(const Options& options)
{
    if constexpr (requires { options.defer_accept; }) return options.defer_accept;
    else return false;
}

/// Servers of several threads and places are made of the same options, and complain of the same file: once is enough.
class ToldOnce {
public:
    /// Whether it is to be told.
    bool is_new(std::string_view text)
    {
        if (!text.starts_with("hashes of files are not kept: ")) return true;
        const std::lock_guard alone{mutex_};
        return std::exchange(told_, text) != text;
    }

private:
    std::mutex mutex_;
    std::string told_;
};

/// What every server of a daemon gets, whenever it is made.
template <typename Options>
void complete(Options& options, const std::string& program, const DaemonOptions& daemon)
{
    if constexpr (requires { options.drain_timeout; }) options.drain_timeout = daemon.drain;
    if constexpr (requires { options.diagnostics; })
        options.diagnostics = [program, told = std::make_shared<ToldOnce>()](DiagnosticLevel level,
                                                                             std::string_view text) {
            if (told->is_new(text)) complain(program, text, level);
        };
    if constexpr (requires { options.on_access; })
        if (daemon.traffic)
            options.on_access = [traffic = daemon.traffic](const AccessRecord& record) { traffic->record(record); };
}

}  // namespace detail

/// Runs objects of the class `Server` in `daemon.threads` threads until a signal stops them, and returns the exit code: 0,
/// or 1 with a line "program: what: why" on standard error when they can't start. See ServerGroup for what a `Server` is.
/// `what` is what it says of itself: "serving public".
template <typename Server, typename ServerOptions>
int serve(const std::string& program, std::string_view what, const DaemonOptions& daemon, ServerOptions options,
          DaemonHooks<Server> hooks = {})
try {
    detail::prepare_process();
    const auto to_stderr = [&program](DiagnosticLevel level, std::string_view text) { complain(program, text, level); };
    auto inheritance = io::take_inheritance();
    auto sockets = listen_at(daemon, detail::defers_accept(options), inheritance);
    auto admin_sockets = listen_for_admin(daemon, inheritance);
    inheritance.sockets.clear();                // at places that are no longer wanted
    std::optional<DiagnosticsLog> diagnostics;  // outlives all that complains
    std::optional<AccessLog> opened;
    if (daemon.access_log != "none") opened.emplace(daemon.access_log, to_stderr, daemon.log_format);
    AccessLog* const log = opened ? &*opened : nullptr;
    if (log != nullptr && daemon.access_log != "-") give_file(daemon.access_log, daemon.identity);
    for (const auto& file : daemon.more_logs) give_file(file, daemon.identity);
    give_sockets(sockets, daemon.listen, daemon.identity);
    if (daemon.admin) give_sockets(admin_sockets, {*daemon.admin}, daemon.identity);
    assume(daemon.identity);  // nothing is left that takes more rights
    enter_sandbox(program, daemon, static_cast<bool>(inheritance.ready));
    diagnostics.emplace(daemon.diagnostics);

    detail::complete(options, program, daemon);
    const auto places = sockets.places();
    ServerGroup<Server> group{
        by_place(options, places), {.threads = daemon.threads, .access_log = log}, std::move(sockets)};
    DaemonLife<Server> life{program, std::string{what}, daemon, group, log, std::move(admin_sockets), std::move(hooks)};
    const int exit_code = detail::run_until_done(life.run(inheritance), [&life] { life.on_stop(); });
    for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT}) std::signal(signal, SIG_IGN);  // it ends already
    return exit_code;
} catch (const std::exception& error) {
    return detail::complain_of_start(program, error);
}

namespace detail {

/// Options that are about what a running daemon has already.
constexpr std::string_view unchangeable[] = {"port",        "bind",    "listen",    "threads", "access-log",
                                             "drain",       "admin",   "page-name", "user",    "group",
                                             "diagnostics", "sandbox", "max-memory"};

/// Reads everything again, and has the group serve by it.
template <typename Program>
asio::awaitable<void> reload(std::unique_ptr<Program>& current, std::vector<std::string> arguments,
                             ServerGroup<typename Program::Server>& group, AccessLog* log)
{
    const std::string name{Program::name};
    auto next = std::make_unique<Program>();
    next->table.load(arguments);
    next->daemon.access_log = current->daemon.access_log;  // these can't change, and others are made of them
    next->daemon.drain = current->daemon.drain;
    next->daemon.traffic = current->daemon.traffic;
    Faults faults;
    const auto changes = next->prepare(current.get(), faults);
    faults.raise();
    complete(next->options, name, current->daemon);
    bool is_other = !next->table.same_as(current->table);
    if constexpr (requires { next->is_other_than(*current); }) is_other = is_other || next->is_other_than(*current);
    if (is_other) {
        auto replaced = group.replace(by_place(next->options, group.places()));
        co_await std::move(replaced);
    }
    for (const auto& change : changes) change();
    if (log != nullptr) log->replace(next->daemon.log_format);
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
    complete(program.options, name, daemon);
    if constexpr (requires { program.options.hash_file; }) {
        const auto file = std::exchange(program.options.hash_file, {});
        const int why = file.empty() ? 0 : why_not_writable(file);
        if (why != 0) complain(name, fmt::format("hashes of files are not kept: {}: {}", file, std::strerror(why)));
    }
    const auto places = sockets.places();
    const ServerGroup<typename Program::Server> group{by_place(program.options, places), {}, std::move(sockets)};
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
    detail::prepare_process();
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
    if (current->daemon.admin) current->daemon.traffic = std::make_shared<TrafficWatch>();
    const std::vector<std::string> command{argv, argv + argc};
    const std::vector<std::string> arguments{command.begin() + 1, command.end()};
    DaemonHooks<Server> hooks;
    hooks.reload = [&current, arguments](ServerGroup<Server>& group, AccessLog* log) {
        return detail::reload(current, arguments, group, log);
    };
    hooks.arguments = command;
    if constexpr (requires { current->reopen_logs(); }) hooks.reopen = [&current] { current->reopen_logs(); };
    const auto daemon = current->daemon;  // a reload replaces what is current
    return serve<Server>(name, current->what(), daemon, current->options, std::move(hooks));
}

}  // namespace libnet::apps
