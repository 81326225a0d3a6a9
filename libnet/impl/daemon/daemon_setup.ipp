#pragma once
// Bodies of libnet/impl/daemon/daemon_setup.hpp.

#include <libnet/base/printable.hpp>
#include <libnet/impl/daemon/daemon_setup.hpp>
#include <libnet/privileges.hpp>
#include <libnet/sandbox.hpp>

#include <boost/system/system_error.hpp>

#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace libnet::inline v0::detail {

LIBNETXX_DECL void open_place(io::ListeningSockets& sockets, const ListenPlace& place, bool for_admin,
                              const io::ListeningOptions& options, std::vector<io::FileDescriptor>& adopted)
try {
    sockets.open(place, options, adopted);
} catch (const boost::system::system_error& error) {
    throw ListenFailure{error, place, for_admin};
}

/// Listens at every place. The sockets that the service manager has made count instead of what the options say; those of the
/// predecessor that are at its places are taken out of the inheritance.
LIBNETXX_DECL io::ListeningSockets listen_at_places(const DaemonOptions& daemon, bool defer_accept,
                                                    io::Inheritance& inheritance)
{
    io::ListeningSockets sockets;
    auto given = io::take_service_sockets();
    if (given.empty()) given = std::move(inheritance.service);
    for (auto& socket : given) sockets.adopt(std::move(socket), daemon.listen);
    if (!sockets.empty()) return sockets;
    if (daemon.listen.empty()) throw std::invalid_argument{"listen: there is no place to listen at"};
    const io::ListeningOptions options{.threads = daemon.threads, .defer_accept = defer_accept};
    for (const auto& place : daemon.listen) open_place(sockets, place, false, options, inheritance.sockets);
    return sockets;
}

/// The Unix sockets among these places belong to who the daemon will be, unless the service manager has made them.
LIBNETXX_DECL void give_sockets(const io::ListeningSockets& sockets, const std::vector<ListenPlace>& places,
                                const Identity& identity)
{
    if (!sockets.given().empty()) return;
    for (const auto& place : places)
        if (place.is_unix()) give_socket(place.path, identity);
}

/// Says which files can't be replaced, as those in other directories can.
LIBNETXX_DECL void warn_of_top(const SandboxPaths& paths, const std::string& option, const base::Diagnostics& say)
{
    std::set<std::string> told;
    for (const auto* const list : {&paths.read, &paths.run, &paths.write})
        for (const auto& path : *list) {
            std::error_code unknown;
            const auto kind = std::filesystem::status(path, unknown).type();
            const bool is_file =
                kind != std::filesystem::file_type::not_found && kind != std::filesystem::file_type::directory;
            if (!is_file || !is_in_top(path) || !told.insert(path).second) continue;
            say.tell(DiagnosticLevel::warning, option + ": '" + base::printable(path) +
                                                   "' lies in /: it is reached, but not what takes its place later: "
                                                   "give it a directory of its own");
        }
}

/// From now on it reaches these files only. A process with a predecessor has its restrictions, too, and where the
/// kernel allows no further ones, these alone.
LIBNETXX_DECL void enter_sandbox(const SandboxPaths& paths, const std::string& option, bool has_predecessor,
                                 const base::Diagnostics& say)
{
    warn_of_top(paths, option, say);
    try {
        if (restrict_files(paths)) return;
    } catch (const std::system_error& error) {
        if (!has_predecessor || error.code() != std::errc::argument_list_too_long) throw;
        return say.tell(DiagnosticLevel::info,
                        option + ": the restrictions of the processes before it stay, and the kernel allows no more");
    }
    say.tell(DiagnosticLevel::warning,
             option + ": the kernel has no Landlock (Linux 5.13 and later, lsm=landlock): nothing is restricted");
}

LIBNETXX_DECL DaemonParts set_up_daemon(const DaemonOptions& daemon, bool defer_accept, const base::Diagnostics& say)
{
    DaemonParts parts;
    parts.inheritance = io::take_inheritance();
    parts.sockets = listen_at_places(daemon, defer_accept, parts.inheritance);
    if (daemon.admin) open_place(parts.admin_sockets, *daemon.admin, true, {}, parts.inheritance.sockets);
    parts.inheritance.sockets.clear();  // at places that are no longer wanted
    if (daemon.access_log != "none") {
        const auto tell = [say](DiagnosticLevel level, std::string_view text) { say.tell(level, text); };
        parts.log = std::make_unique<AccessLog>(daemon.access_log, tell, daemon.log_format);
        if (daemon.access_log != "-") give_file(daemon.access_log, daemon.identity);
    }
    for (const auto& file : daemon.more_logs) give_file(file, daemon.identity);
    give_sockets(parts.sockets, daemon.listen, daemon.identity);
    if (daemon.admin) give_sockets(parts.admin_sockets, {*daemon.admin}, daemon.identity);
    assume(daemon.identity);  // nothing is left that takes more rights
    if (daemon.sandbox)
        enter_sandbox(*daemon.sandbox, daemon.option_prefix + "sandbox", static_cast<bool>(parts.inheritance.ready),
                      say);
    return parts;
}

}  // namespace libnet::inline v0::detail
