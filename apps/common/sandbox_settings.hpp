#pragma once
// Which files a daemon needs while it serves, reads its configuration again, and is upgraded.
//
//   daemon.sandbox_paths = apps::files_of_daemon(table, daemon);      // and those of the program
//   apps::add_file(daemon.sandbox_paths.read, options.root);
//   ...
//   apps::enter_sandbox(name, daemon, has_predecessor);

#include <apps/common/daemon_options.hpp>
#include <apps/common/guard_settings.hpp>
#include <apps/common/option_values.hpp>
#include <apps/common/options.hpp>
#include <apps/common/output.hpp>
#include <apps/common/tls_settings.hpp>
#include <libnet/sandbox.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace libnet::apps {

namespace detail {

inline std::filesystem::path folder_of(const std::filesystem::path& file)
{
    return file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
}

/// Whether a file is in /, of which a rule about its directory would allow everything.
inline bool is_in_top(const std::filesystem::path& file)
{
    std::error_code failed;
    return std::filesystem::equivalent(folder_of(file), "/", failed);
}

inline std::string folder_to_allow(const std::filesystem::path& file)
{
    return is_in_top(file) ? file.string() : folder_of(file).string();
}

}  // namespace detail

/// The directory of a file that may be replaced by another of its name, but for one in /, which is itself meant; nothing where
/// there is no name.
inline void add_folder_of(std::vector<std::string>& paths, const std::filesystem::path& file)
{
    if (file.empty()) return;
    paths.push_back(detail::folder_to_allow(file));
    std::error_code failed;
    const auto real = std::filesystem::canonical(file, failed);  // in /etc/letsencrypt/live there are links
    if (!failed) paths.push_back(detail::folder_to_allow(real));
}

/// Those of every daemon: its configuration and logs, the sockets, certificates, users and rules, and what the system's libraries
/// want.
inline SandboxPaths files_of_daemon(const Options& table, const DaemonOptions& daemon, const TlsSettings& tls,
                                    const GuardSettings& guard)
{
    SandboxPaths paths;
    paths.read = {"/etc", "/proc", "/sys/fs/cgroup", "/dev/urandom", "/run/systemd", "/var/lib/sss"};
    paths.run = {"/usr", "/lib", "/lib64", "/bin"};
    paths.write = {"/dev/null"};
    add_folder_of(paths.run, std::filesystem::path{"/proc/self/exe"});
    for (const auto& file : table.given("config")) add_folder_of(paths.read, file);
    for (const auto* const list : {&tls.certificates, &tls.keys})
        for (const auto& file : *list) add_folder_of(paths.read, file);
    for (const auto& file : {tls.options.client_ca_file, guard.access.users_file, guard.access.rules_file})
        add_folder_of(paths.read, file);
    for (const auto& log : daemon.more_logs) add_folder_of(paths.write, log);
    if (daemon.access_log != "-" && daemon.access_log != "none") add_folder_of(paths.write, daemon.access_log);
    for (const auto& place : daemon.listen) add_folder_of(paths.write, place.path);
    if (daemon.admin) add_folder_of(paths.write, daemon.admin->path);
    return paths;
}

namespace detail {

/// Says which files can't be replaced, as those in other directories can.
inline void warn_of_top(std::string_view program, const SandboxPaths& paths)
{
    std::set<std::string> told;
    for (const auto* const list : {&paths.read, &paths.run, &paths.write})
        for (const auto& path : *list) {
            std::error_code unknown;
            const auto kind = std::filesystem::status(path, unknown).type();
            const bool is_file =
                kind != std::filesystem::file_type::not_found && kind != std::filesystem::file_type::directory;
            if (!is_file || !is_in_top(path) || !told.insert(path).second) continue;
            complain(
                program,
                fmt::format("--sandbox: '{}' lies in /: it is reached, but not what takes its place later: give it "
                            "a directory of its own",
                            printable(path)),
                DiagnosticLevel::warning);
        }
}

}  // namespace detail

/// --sandbox: from now on it reaches these files only. A process with a predecessor has its restrictions, too, and where the
/// kernel allows no further ones, these alone.
/// @throws std::system_error the kernel refuses
inline void enter_sandbox(std::string_view program, const DaemonOptions& daemon, bool has_predecessor)
{
    if (!daemon.sandbox) return;
    detail::warn_of_top(program, daemon.sandbox_paths);
    try {
        if (restrict_files(daemon.sandbox_paths)) return;
    } catch (const std::system_error& error) {
        if (!has_predecessor || error.code() != std::errc::argument_list_too_long) throw;
        return report(program,
                      "--sandbox: the restrictions of the processes before it stay, and the kernel allows no more");
    }
    complain(program,
             "--sandbox: the kernel has no Landlock (Linux 5.13 and later, lsm=landlock): nothing is restricted",
             DiagnosticLevel::warning);
}

}  // namespace libnet::apps
