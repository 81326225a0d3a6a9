#pragma once

#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/privileges.hpp>

#include <cerrno>
#include <cstddef>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace libnet::inline v0 {

namespace detail {

struct Account {
    uid_t user = 0;
    gid_t group = 0;
    std::string name{};  ///< empty: it is not in the table of users, and has a number only
};

[[noreturn]] LIBNETXX_DECL void throw_no_right(const std::string& what)
{
    throw std::system_error{errno, std::generic_category(), what};
}

/// The number that a text is, or -1.
LIBNETXX_DECL long long id_of(const std::string& text)
{
    constexpr std::size_t longest = 9;
    const bool is_number = !text.empty() && text.size() <= longest && text.find_first_not_of("0123456789") == text.npos;
    return is_number ? std::stoll(text) : -1;
}

LIBNETXX_DECL Account find_account(const std::string& user)
{
    const auto number = id_of(user);
    const passwd* const entry = number >= 0 ? ::getpwuid(static_cast<uid_t>(number)) : ::getpwnam(user.c_str());
    if (entry != nullptr) return {entry->pw_uid, entry->pw_gid, entry->pw_name};
    if (number < 0) throw std::invalid_argument{"there is no user '" + user + "'"};
    return {static_cast<uid_t>(number), static_cast<gid_t>(number), {}};
}

LIBNETXX_DECL gid_t find_group(const std::string& group)
{
    const auto number = id_of(group);
    if (number >= 0) return static_cast<gid_t>(number);
    const ::group* const entry = ::getgrnam(group.c_str());
    if (entry == nullptr) throw std::invalid_argument{"there is no group '" + group + "'"};
    return entry->gr_gid;
}

/// The numbers that an identity stands for.
LIBNETXX_DECL std::pair<uid_t, gid_t> ids_of(const Identity& identity)
{
    const auto account = identity.user.empty() ? Account{::geteuid(), ::getegid(), {}} : find_account(identity.user);
    return {account.user, identity.group.empty() ? account.group : find_group(identity.group)};
}

/// Gives up the right to get capabilities from a program that is executed, but for CAP_NET_RAW where that is to be kept.
LIBNETXX_DECL void bound_capabilities(bool keeps_raw_sockets) noexcept
{
    constexpr int most = 63;
    for (int capability = 0; capability <= most; ++capability)
        if (capability != CAP_NET_RAW || !keeps_raw_sockets) ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}

/// Gives up every capability, but for CAP_NET_RAW where that is to be kept and is there.
LIBNETXX_DECL void drop_capabilities(bool keeps_raw_sockets)
{
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct present[2]{}, kept[2]{};
    if (keeps_raw_sockets && ::syscall(SYS_capget, &header, present) != 0) throw_no_right("capget");
    kept[0].permitted = present[0].permitted & (1U << CAP_NET_RAW);
    kept[0].effective = kept[0].inheritable = kept[0].permitted;
    header = {_LINUX_CAPABILITY_VERSION_3, 0};
    if (::syscall(SYS_capset, &header, kept) != 0) throw_no_right("capset");
    if (kept[0].permitted != 0) ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0);
}

}  // namespace detail

LIBNETXX_DECL void give_file(const std::string& path, const Identity& identity)
{
    if (identity.user.empty() || ::geteuid() != 0) return;
    const io::FileDescriptor file{::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink != 1) return;
    const auto account = detail::find_account(identity.user);
    const auto group = identity.group.empty() ? account.group : detail::find_group(identity.group);
    if (::fchown(file.get(), account.user, group) != 0) detail::throw_no_right("owner of '" + path + "'");
}

LIBNETXX_DECL void give_socket(const std::string& path, const Identity& identity)
{
    if ((identity.user.empty() && identity.group.empty()) || ::geteuid() != 0) return;
    const io::FileDescriptor file{::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISSOCK(status.st_mode) || status.st_nlink != 1) return;
    const auto [user, group] = detail::ids_of(identity);
    if (::fchownat(file.get(), "", user, group, AT_EMPTY_PATH) != 0) detail::throw_no_right("owner of '" + path + "'");
}

LIBNETXX_DECL void check_identity(const Identity& identity) { detail::ids_of(identity); }

LIBNETXX_DECL void assume(const Identity& identity)
{
    if (!identity.user.empty() || !identity.group.empty()) {
        const auto account =
            identity.user.empty() ? detail::Account{::geteuid(), ::getegid(), {}} : detail::find_account(identity.user);
        const auto group = identity.group.empty() ? account.group : detail::find_group(identity.group);
        const bool changes = account.user != ::geteuid() || group != ::getegid();
        if (changes) {
            const bool by_name = identity.group.empty() && !account.name.empty();
            const int grouped = by_name ? ::initgroups(account.name.c_str(), group) : ::setgroups(1, &group);
            if (grouped != 0) detail::throw_no_right("groups of user '" + identity.user + "'");
            if (::setresgid(group, group, group) != 0) detail::throw_no_right("group '" + identity.group + "'");
        }
        if (account.user != 0) {
            detail::bound_capabilities(identity.raw_sockets);  // as long as there is a right to do so
            if (identity.raw_sockets) ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
            if (changes && ::setresuid(account.user, account.user, account.user) != 0)
                detail::throw_no_right("user '" + identity.user + "'");
            detail::drop_capabilities(identity.raw_sockets);
            ::prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
        }
    }
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

}  // namespace libnet::inline v0
