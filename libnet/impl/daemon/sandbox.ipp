#pragma once

#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/sandbox.hpp>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace libnet::inline v0 {

namespace detail {

// Of the second and the third version, which older headers don't name.
inline constexpr std::uint64_t landlock_refer = std::uint64_t{1} << 13, landlock_truncate = std::uint64_t{1} << 14;

inline constexpr std::uint64_t landlock_reads = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
inline constexpr std::uint64_t landlock_runs = landlock_reads | LANDLOCK_ACCESS_FS_EXECUTE;
inline constexpr std::uint64_t landlock_writes =
    landlock_reads | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | landlock_refer | landlock_truncate;

/// What a rule about a file that is no directory may say.
inline constexpr std::uint64_t landlock_of_files =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE | landlock_truncate;

/// All that this version of Landlock knows, up to the third.
LIBNETXX_DECL std::uint64_t landlock_rights(long version) noexcept
{
    const int bits = version >= 3 ? 15 : version == 2 ? 14 : 13;
    return (std::uint64_t{1} << bits) - 1;
}

LIBNETXX_DECL void landlock_allow(int ruleset, const std::string& path, std::uint64_t rights)
{
    const io::FileDescriptor beneath{::open(path.c_str(), O_PATH | O_CLOEXEC)};
    struct stat file {};
    if (!beneath || ::fstat(beneath.get(), &file) != 0) return;
    if (!S_ISDIR(file.st_mode)) rights &= landlock_of_files;
    landlock_path_beneath_attr rule{};
    rule.allowed_access = rights;
    rule.parent_fd = beneath.get();
    if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
        throw std::system_error{errno, std::generic_category(), "landlock_add_rule '" + path + "'"};
}

LIBNETXX_DECL std::filesystem::path folder_of(const std::filesystem::path& file)
{
    return file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
}

LIBNETXX_DECL bool is_in_top(const std::filesystem::path& file)
{
    std::error_code failed;
    return std::filesystem::equivalent(folder_of(file), "/", failed);
}

LIBNETXX_DECL std::string folder_to_allow(const std::filesystem::path& file)
{
    return is_in_top(file) ? file.string() : folder_of(file).string();
}

}  // namespace detail

LIBNETXX_DECL void add_folder_of(std::vector<std::string>& paths, const std::filesystem::path& file)
{
    if (file.empty()) return;
    paths.push_back(detail::folder_to_allow(file));
    std::error_code failed;
    const auto real = std::filesystem::canonical(file, failed);  // in /etc/letsencrypt/live there are links
    if (!failed) paths.push_back(detail::folder_to_allow(real));
}

LIBNETXX_DECL bool restrict_files(const SandboxPaths& paths)
{
    const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) return false;
    const auto known = detail::landlock_rights(version);
    landlock_ruleset_attr handled{};
    handled.handled_access_fs = known;
    const io::FileDescriptor ruleset{
        static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0))};
    if (!ruleset) throw std::system_error{errno, std::generic_category(), "landlock_create_ruleset"};
    for (const auto& path : paths.read) detail::landlock_allow(ruleset.get(), path, detail::landlock_reads & known);
    for (const auto& path : paths.run) detail::landlock_allow(ruleset.get(), path, detail::landlock_runs & known);
    for (const auto& path : paths.write) detail::landlock_allow(ruleset.get(), path, detail::landlock_writes & known);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0)
        throw std::system_error{errno, std::generic_category(), "landlock_restrict_self"};
    return true;
}

}  // namespace libnet::inline v0
