#pragma once
// Whether a log could be opened, found out without making one: for --check, which must leave nothing behind that belongs to
// another user than the service.
//
//   apps::require_writable("access log", "/var/log/httpd.log");

#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace libnet::apps {

/// Why the caller can't write to this file, or make it where there is none: an errno(3), 0: it can.
inline int why_not_writable(const std::string& file)
{
    const auto able = [](const char* path, int what) { return ::faccessat(AT_FDCWD, path, what, AT_EACCESS) == 0; };
    std::error_code unknown;
    if (std::filesystem::is_directory(file, unknown)) return EISDIR;
    if (able(file.c_str(), W_OK)) return 0;
    if (errno != ENOENT) return errno;
    const std::filesystem::path path{file};
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
    return able(folder.c_str(), W_OK | X_OK) ? 0 : errno;
}

/// @throws std::system_error "access log 'FILE'", of `what` "access log": the caller can't write to it
inline void require_writable(std::string_view what, const std::string& file)
{
    if (const int why = why_not_writable(file); why != 0)
        throw std::system_error{why, std::generic_category(), std::string{what} + " '" + file + "'"};
}

}  // namespace libnet::apps
