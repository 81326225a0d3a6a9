#pragma once
// The files that a process can reach, cut down to those that it needs: Landlock, landlock(7).

#include <libnet/config.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace libnet::inline v0 {

/// Directories with all that is below them, and single files. A name that isn't there is left out.
struct SandboxPaths {
    std::vector<std::string> read{};   ///< is read
    std::vector<std::string> run{};    ///< is read and executed: programs, libraries
    std::vector<std::string> write{};  ///< is read, written, made, renamed and removed
};

namespace detail {

/// Whether a file is in /, of which a rule about its directory would allow everything.
bool is_in_top(const std::filesystem::path& file);

}  // namespace detail

/// Adds the directory of a file that may be replaced by another of its name, but for one in /, which is itself meant; and, where
/// it is a link, that of what it leads to. Nothing where there is no name.
void add_folder_of(std::vector<std::string>& paths, const std::filesystem::path& file);

/// From now on this thread, those that it starts and programs that they execute reach these files only, for good; what is open
/// stays open. Call it before there are threads. It sets no_new_privs (prctl(2)), as the kernel wants. It says nothing of
/// sockets, nor of signals and other processes.
///
/// Returns false where the kernel has no Landlock: then nothing is restricted.
/// @throws std::system_error what the kernel reports otherwise; E2BIG: the process is restricted 16 times already, by itself and
///         by those that have started it, and the kernel allows no more
bool restrict_files(const SandboxPaths& paths);

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/daemon/sandbox.ipp>
#endif
