#pragma once
// A directory that nothing opened through it can leave.

#include <libnet/config.hpp>
#include <libnet/engine/files/file_facts.hpp>
#include <libnet/engine/files/site_options.hpp>
#include <libnet/io/loop/file_descriptor.hpp>

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include <sys/stat.h>

namespace libnet::inline v0::io {

/// How names are looked up.
enum class LookUpMethod {
    automatic,  ///< `kernel` where it is available, else `walk`
    kernel,     ///< openat2(2) with RESOLVE_BENEATH: one system call, no race; Linux 5.6
    walk,       ///< component by component, symbolic links resolved here; for kernels and sandboxes without openat2
};

/// Whether a call may wait for a disk.
enum class Waiting : std::uint8_t {
    allowed,
    refused,  ///< what would have to wait fails with `resource_unavailable_try_again`
};

/// A file or directory that was found.
struct OpenedFile {
    FileDescriptor descriptor;
    engine::FileFacts facts;
};

/// What became of a look at the root's path.
enum class Renewal : std::uint8_t {
    same,     ///< the root is what it was
    renewed,  ///< it is another one
    unknown,  ///< waiting is refused, and would be needed
};

/// The directory that a file server serves, held by one descriptor: renaming it doesn't matter, until `renew` is asked
/// to look at the path again.
///
/// Symbolic links are followed as `Symlinks` says: as long as every step of the way stays beneath the root, which an
/// absolute link never does, wherever it points; or none; or any. Magic links (/proc/self/fd/1) are never followed.
/// What is mounted in the root belongs to it, and so do hard links: a user who may write in the root decides what is
/// served.
///
/// With `Symlinks::any` the kernel can't be told to stay beneath the root. A name then keeps below it because it has no
/// "..": from each directory the next component leads down, unless it is a link. Nothing protects from those who can
/// make links in the root, or in what links lead to. Without openat2 magic links are followed, too.
class RootDirectory {
public:
    /// @throws boost::system::system_error  the path doesn't exist, is no directory or may not be read; with
    ///         `LookUpMethod::kernel` also `function_not_supported`
    explicit RootDirectory(const std::string& path, Symlinks symlinks = Symlinks::inside,
                           LookUpMethod method = LookUpMethod::automatic);

    /// Opens a regular file or a directory for reading. An empty name is the root itself.
    ///
    /// Never blocks on what it finds: FIFOs, sockets and devices are refused, and not even opened. Errors:
    /// `no_such_file_or_directory`, `not_a_directory`,
    /// `cross_device_link` (it would leave the root; with `Symlinks::any` also a ".." that would not),
    /// `too_many_symbolic_link_levels` (with `Symlinks::none` a single one),
    /// `filename_too_long`, `no_such_device_or_address` (neither file nor directory), `permission_denied`,
    /// `too_many_files_open`, `resource_unavailable_try_again` (renames nearby kept the kernel from being sure, several
    /// times in a row) and whatever else openat2(2) reports.
    boost::system::result<OpenedFile> open(std::string_view name, Waiting waiting = Waiting::allowed) const;

    /// What is known of a regular file or a directory, which need not be readable. Errors: as for `open`.
    boost::system::result<engine::FileFacts> look_at(std::string_view name, Waiting waiting = Waiting::allowed) const;

    /// A descriptor that stands for a directory and can't be read from. Errors: as for `open`.
    boost::system::result<FileDescriptor> find_directory(std::string_view name, Waiting waiting) const;

    /// Looks whether the path stands for another directory by now: the root was removed and made anew, another one was
    /// renamed to its place, or a link on the way was turned. Then names are looked up there from now on, also by calls of
    /// other threads that are under way. A path that leads nowhere changes nothing.
    Renewal renew(Waiting waiting);

    /// Which method is in use: never `automatic`.
    LookUpMethod method() const noexcept { return method_; }

private:
    boost::system::result<FileDescriptor> open_with(std::string_view name, int flags, Waiting waiting) const;

    std::string path_;
    FileDescriptor root_;
    Symlinks symlinks_;
    LookUpMethod method_;
};

/// What is known of an open file. Error `no_such_device_or_address`: it is neither a regular file nor a directory.
boost::system::result<engine::FileFacts> facts_of(const FileDescriptor& file) noexcept;

/// The same of what stat(2) reports of a regular file or a directory.
engine::FileFacts facts_of(const struct stat& status) noexcept;

/// What an error of `RootDirectory::open` means to the one who decides about the answer.
engine::LookUpFailure failure_of(const boost::system::error_code& error) noexcept;

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/files/root_directory.ipp>
#endif
