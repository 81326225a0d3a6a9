#pragma once
// Which files a daemon needs while it serves, reads its configuration again, and is upgraded.
//
//   daemon.sandbox_paths = apps::files_of_daemon(table, daemon);      // and those of the program
//   apps::add_folder_of(daemon.sandbox_paths.read, file);

#include <apps/common/daemon_options.hpp>
#include <apps/common/guard_settings.hpp>
#include <apps/common/options.hpp>
#include <apps/common/tls_settings.hpp>
#include <libnet/sandbox.hpp>

#include <filesystem>

namespace libnet::apps {

using libnet::add_folder_of;

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
    for (const auto& file :
         {tls.options.client_ca_file, guard.access.users_file, guard.access.tokens_file, guard.access.rules_file})
        add_folder_of(paths.read, file);
    for (const auto& log : daemon.more_logs) add_folder_of(paths.write, log);
    if (daemon.access_log != "-" && daemon.access_log != "none") add_folder_of(paths.write, daemon.access_log);
    for (const auto& place : daemon.listen) add_folder_of(paths.write, place.path);
    if (daemon.admin) add_folder_of(paths.write, daemon.admin->path);
    return paths;
}

}  // namespace libnet::apps
