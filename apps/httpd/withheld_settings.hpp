#pragma once
// The files of httpd++ itself, which it doesn't serve, should they lie in a root.
//
//   options.hash_file = apps::hash_file(site.hash_file, daemon);
//   options.withheld = apps::withheld_files(tls, access, daemon);
//   apps::warn_of_withheld(options);

#include <apps/common/daemon_options.hpp>
#include <apps/common/option_values.hpp>
#include <apps/common/output.hpp>
#include <apps/common/tls_settings.hpp>
#include <apps/httpd/access_settings.hpp>
#include <libnet/io/files/withheld_files.hpp>
#include <libnet/static_file_server_options.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

namespace libnet::apps {

/// Where hashes of files are kept: in the file that was given, else beside an access log that is a file, where files can be
/// made; empty: nowhere.
inline std::string hash_file(const std::string& given, const DaemonOptions& daemon)
{
    if (!given.empty()) return given == "none" ? std::string{} : given;
    if (daemon.access_log == "-" || daemon.access_log == "none") return {};
    const std::filesystem::path log{daemon.access_log};
    std::error_code failed;
    if (std::filesystem::exists(log, failed) && !std::filesystem::is_regular_file(log, failed)) return {};
    const auto folder = log.has_parent_path() ? log.parent_path() : std::filesystem::path{"."};
    return ::access(folder.c_str(), W_OK) == 0 ? daemon.access_log + ".hashes" : std::string{};
}

/// Those that hold secrets: users, rules, keys (and certificates, where these have the keys in them), the log.
inline std::vector<std::string> withheld_files(const TlsSettings& tls, const AccessSettings& access,
                                               const DaemonOptions& daemon)
{
    auto files = tls.keys.empty() ? tls.certificates : tls.keys;
    for (const auto& file : {access.access.users_file, access.access.tokens_file, access.access.rules_file})
        if (!file.empty()) files.push_back(file);
    if (daemon.access_log != "-" && daemon.access_log != "none") files.push_back(daemon.access_log);
    return files;
}

/// Says which of them lie in a root.
inline void warn_of_withheld(const StaticFileServerOptions& options)
{
    std::set<std::string> told;
    const auto warn = [&](const std::string& root) {
        const io::WithheldFiles withheld{options.withheld, root};
        for (const auto& file : withheld.inside())
            if (told.insert(file).second)
                complain("httpd++", fmt::format("'{}' lies in '{}': it isn't served, but should lie elsewhere",
                                                printable(file), printable(root)));
    };
    warn(options.root);
    for (const auto& host : options.hosts) warn(host.root);
}

}  // namespace libnet::apps
