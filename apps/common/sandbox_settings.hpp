#pragma once
// Which files a daemon needs while it serves, reads its configuration again, and is upgraded.
//
//   daemon.sandbox_paths = apps::files_of_daemon(table, daemon);      // and those of the program
//   apps::add_file(daemon.sandbox_paths.read, options.root);
//   ...
//   apps::enter_sandbox(name, daemon);

#include <apps/common/daemon_options.hpp>
#include <apps/common/guard_settings.hpp>
#include <apps/common/options.hpp>
#include <apps/common/output.hpp>
#include <apps/common/tls_settings.hpp>
#include <libnet/sandbox.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace libnet::apps {

/// The directory of a file that may be replaced by another of its name; nothing where there is no name.
inline void add_folder_of(std::vector<std::string>& paths, const std::filesystem::path& file)
{
    if (file.empty()) return;
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
    paths.push_back(folder.string());
    std::error_code failed;
    const auto real = std::filesystem::canonical(file, failed);  // in /etc/letsencrypt/live there are links
    if (!failed && real.has_parent_path()) paths.push_back(real.parent_path().string());
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

/// --sandbox: from now on it reaches these files only.
/// @throws std::system_error the kernel refuses
inline void enter_sandbox(std::string_view program, const DaemonOptions& daemon)
{
    if (!daemon.sandbox || restrict_files(daemon.sandbox_paths)) return;
    complain(program,
             "--sandbox: the kernel has no Landlock (Linux 5.13 and later, lsm=landlock): nothing is restricted",
             DiagnosticLevel::warning);
}

}  // namespace libnet::apps
