#pragma once
// The rights of a process, given up when it has what it needed them for: ports below 1024, keys, logs.

#include <libnet/config.hpp>

#include <string>

namespace libnet::inline v0 {

/// Who a process is from some moment on.
struct Identity {
    std::string user{};   ///< a name, or a number; empty: as it is
    std::string group{};  ///< likewise; empty: the user's own, with the other groups that the user is in
    bool raw_sockets =
        false;  ///< it keeps CAP_NET_RAW, where it has it, and programs that it executes have it, too: for probes
};

/// Gives a file to the user that the process is going to be, so that it can open it again: a log. A link, or a file with
/// several names, is left alone: in a directory that others write to it may be another user's.
void give_file(const std::string& path, const Identity& identity);

/// Gives the file of a Unix socket to the user and group that the process is going to be, so that its mode is about
/// them, and that it can remove it, where the directory is the user's. What is no socket, or has several names, is left
/// alone.
void give_socket(const std::string& path, const Identity& identity);

/// Whether there is such a user and group.
/// @throws std::invalid_argument there is none
void check_identity(const Identity& identity);

/// Becomes another user and group, for good: its capabilities are gone (but see Identity::raw_sockets), and no program that
/// it executes gets any (no_new_privs, prctl(2)). Where it is that user already, only the latter. Without a user or a group, only no_new_privs
/// is set. Call it before there are threads, since capabilities belong to each.
/// @throws std::invalid_argument there is no such user or group
/// @throws std::system_error there is no right to become it
void assume(const Identity& identity);

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/daemon/privileges.ipp>
#endif
