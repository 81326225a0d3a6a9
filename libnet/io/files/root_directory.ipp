#pragma once

#include <libnet/io/files/root_directory.hpp>
#include <libnet/io/loop/last_error.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace libnet::inline v0::io {

namespace detail {

/// O_NONBLOCK: opening a FIFO would wait for a writer else. O_NOCTTY: a terminal must not become ours.
inline constexpr int open_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

/// A descriptor that stands for a file which isn't opened: to open a device may be enough to set it going, and a FIFO's
/// writer waits for it.
inline constexpr int place_flags = O_PATH | O_CLOEXEC;

/// Opens what a descriptor stands for, whatever its name means by now.
LIBNETXX_DECL boost::system::result<FileDescriptor> open_place(const FileDescriptor& place)
{
    const auto path = "/proc/self/fd/" + std::to_string(place.get());
    FileDescriptor descriptor{::open(path.c_str(), open_flags)};
    if (!descriptor) return last_error();
    return descriptor;
}

using NameBuffer = std::array<char, PATH_MAX>;

inline boost::system::error_code error_of(int number) noexcept { return {number, boost::system::system_category()}; }

/// A null-terminated copy. A name that holds a NUL would be cut there, so it is refused.
LIBNETXX_DECL boost::system::result<void> copy_name(std::string_view name, NameBuffer& buffer)
{
    if (name.size() >= buffer.size()) return error_of(ENAMETOOLONG);
    if (name.find('\0') != name.npos) return error_of(EINVAL);
    std::ranges::copy(name, buffer.begin());
    buffer[name.size()] = '\0';
    return {};
}

/// What the kernel shall refuse.
LIBNETXX_DECL unsigned resolve_flags(Symlinks symlinks) noexcept
{
    switch (symlinks) {
    case Symlinks::inside:
        break;
    case Symlinks::none:
        return RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    case Symlinks::any:
        return RESOLVE_NO_MAGICLINKS;
    }
    return RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
}

/// Whether a name leads up or away by itself, without any link.
LIBNETXX_DECL bool leads_up(std::string_view name) noexcept
{
    if (name.starts_with('/')) return true;
    while (!name.empty()) {
        const auto component = name.substr(0, name.find('/'));
        if (component == "..") return true;
        name.remove_prefix(std::min(component.size() + 1, name.size()));
    }
    return false;
}

/// openat2(2), which glibc doesn't wrap. A rename anywhere on the machine during a look-up with ".." in it makes the
/// kernel say EAGAIN: it can't be sure. Under a storm of renames we do the same after a few attempts. Where waiting is
/// refused, EAGAIN also means that the kernel would have to ask the disk.
LIBNETXX_DECL FileDescriptor open_resolved(int root, const char* name, int flags, Symlinks symlinks,
                                           Waiting waiting = Waiting::allowed)
{
    const bool waits = waiting == Waiting::allowed;
    open_how how{};
    how.flags = static_cast<unsigned>(flags);
    how.resolve = resolve_flags(symlinks) | (waits ? 0U : RESOLVE_CACHED);
    long descriptor = -1;
    for (int attempt = 0; attempt < (waits ? 16 : 1) && descriptor < 0; ++attempt) {
        descriptor = ::syscall(SYS_openat2, root, name, &how, sizeof how);
        if (descriptor < 0 && errno != EAGAIN && errno != EINTR) break;
    }
    if (descriptor < 0 && !waits && errno == EINVAL) errno = EAGAIN;  // Linux before 5.12 can't say
    return FileDescriptor{static_cast<int>(descriptor)};
}

/// Opens a directory anywhere, to pass through. Without openat2, or before Linux 5.12, it may wait all the same.
LIBNETXX_DECL FileDescriptor open_directory(const std::string& path, Waiting waiting)
{
    constexpr int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    if (waiting == Waiting::refused) {
        open_how how{};
        how.flags = static_cast<unsigned>(flags);
        how.resolve = RESOLVE_CACHED;
        const auto descriptor = ::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how);
        if (descriptor >= 0 || errno == EAGAIN || errno == ENOENT) return FileDescriptor{static_cast<int>(descriptor)};
    }
    return FileDescriptor{::open(path.c_str(), flags)};
}

/// What openat2 with RESOLVE_BENEATH does, from calls that every kernel has.
///
/// Each component is opened in the directory before it with O_NOFOLLOW, so that nothing swapped in between can lead
/// out. A link's text is put before the names still to come. ".." starts again at the root with the real names walked
/// so far less one: its entry ".." in the file system is never used, for a directory that is moved away while we stand
/// in it has another parent.
class BeneathWalk {
public:
    /// `flags` are those of the last component.
    BeneathWalk(int root, std::string_view name, Symlinks symlinks, int flags)
        : root_{root},
          symlinks_{symlinks},
          flags_{flags}
    {
        push(name);
    }

    FileDescriptor open()
    {
        while (error_ == 0 && !pending_.empty()) {
            const std::string component = std::move(pending_.back());
            pending_.pop_back();
            if (component == "..") up();
            else if (component != ".") down(component);
        }
        if (error_ == 0 && !file_) reopen();  // the name ended in ".", ".." or a slash
        errno = error_;
        return error_ == 0 ? std::move(file_) : FileDescriptor{};
    }

private:
    static constexpr int max_links = 40;    // the kernel's limit
    static constexpr int max_steps = 8192;  // links may multiply the names to walk

    int current() const { return directory_ ? directory_.get() : root_; }

    /// Puts the components of a name before those that are pending.
    void push(std::string_view name)
    {
        if (name.starts_with('/')) {
            error_ = EXDEV;
            return;
        }
        const auto first = static_cast<std::ptrdiff_t>(pending_.size());
        const bool needs_directory = name.ends_with('/');
        while (!name.empty()) {
            const auto component = name.substr(0, name.find('/'));
            if (!component.empty()) pending_.emplace_back(component);
            name.remove_prefix(std::min(component.size() + 1, name.size()));
        }
        if (needs_directory) pending_.emplace_back(".");
        std::reverse(pending_.begin() + first, pending_.end());
    }

    void up()
    {
        if (walked_.empty()) {
            error_ = EXDEV;
            return;
        }
        walked_.pop_back();
        directory_.reset();
        const auto names = std::move(walked_);
        walked_.clear();
        for (const auto& name : names)
            if (error_ == 0) enter(name);
    }

    void down(const std::string& name)
    {
        if (!pending_.empty()) {
            if (!enter(name) && error_ == ENOTDIR) follow(name);
            return;
        }
        file_ = FileDescriptor{::openat(current(), name.c_str(), flags_ | O_NOFOLLOW)};
        if (file_ && !is_link(file_)) return;
        error_ = file_ ? ELOOP : errno;
        file_.reset();
        if (error_ == ELOOP || error_ == ENOTDIR) follow(name);
    }

    /// With O_PATH a link itself can be opened.
    static bool is_link(const FileDescriptor& file)
    {
        struct stat status;
        return ::fstat(file.get(), &status) == 0 && S_ISLNK(status.st_mode);
    }

    /// Goes into a real directory.
    bool enter(const std::string& name)
    {
        if (++steps_ > max_steps) {
            error_ = ELOOP;
            return false;
        }
        constexpr int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        FileDescriptor next{::openat(current(), name.c_str(), flags)};
        if (!next) {
            error_ = errno;
            return false;
        }
        directory_ = std::move(next);
        walked_.push_back(name);
        return true;
    }

    /// Takes the text of a link; keeps the error when it is none.
    void follow(const std::string& name)
    {
        NameBuffer text;
        const auto size = ::readlinkat(current(), name.c_str(), text.data(), text.size());
        if (size < 0) return;
        error_ = 0;
        if (++links_ > max_links || symlinks_ == Symlinks::none) error_ = ELOOP;
        else if (size == 0) error_ = ENOENT;
        else if (static_cast<std::size_t>(size) == text.size()) error_ = ENAMETOOLONG;
        else push({text.data(), static_cast<std::size_t>(size)});
    }

    /// Opens the directory we stand in as it is wanted; so far it was only passed through.
    void reopen()
    {
        file_ = FileDescriptor{::openat(current(), ".", flags_)};
        if (!file_) error_ = errno;
    }

    int root_;
    Symlinks symlinks_;  // not `any`
    int flags_;
    FileDescriptor directory_;  // where we stand; none: in the root
    FileDescriptor file_;
    std::vector<std::string> walked_;   // real names from the root to here
    std::vector<std::string> pending_;  // names to come, the next one last
    int links_ = 0;
    int steps_ = 0;
    int error_ = 0;
};

}  // namespace detail

LIBNETXX_DECL RootDirectory::RootDirectory(const std::string& path, Symlinks symlinks, LookUpMethod method)
    : path_{path},
      root_{detail::open_directory(path, Waiting::allowed)},
      symlinks_{symlinks},
      method_{LookUpMethod::walk}
{
    if (!root_) throw boost::system::system_error{last_error(), path};
    if (method == LookUpMethod::walk) return;
    if (detail::open_resolved(root_.get(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC, symlinks))
        method_ = LookUpMethod::kernel;
    else if (method == LookUpMethod::kernel) throw boost::system::system_error{last_error(), "openat2"};
}

LIBNETXX_DECL Renewal RootDirectory::renew(Waiting waiting)
{
    const auto fresh = detail::open_directory(path_, waiting);
    if (!fresh && errno == EAGAIN) return Renewal::unknown;
    struct stat there, here;
    if (!fresh || ::fstat(fresh.get(), &there) != 0 || ::fstat(root_.get(), &here) != 0) return Renewal::same;
    if (there.st_dev == here.st_dev && there.st_ino == here.st_ino) return Renewal::same;
    const bool renewed = ::dup3(fresh.get(), root_.get(), O_CLOEXEC) >= 0;  // under a number that never changes
    return renewed ? Renewal::renewed : Renewal::same;
}

LIBNETXX_DECL boost::system::result<FileDescriptor> RootDirectory::open_with(std::string_view name, int flags,
                                                                             Waiting waiting) const
{
    if (name.empty()) name = ".";
    detail::NameBuffer buffer;
    if (const auto copied = detail::copy_name(name, buffer); !copied) return copied.error();
    if (method_ == LookUpMethod::walk && waiting == Waiting::refused) return detail::error_of(EAGAIN);
    if (symlinks_ == Symlinks::any && detail::leads_up(name)) return detail::error_of(EXDEV);
    FileDescriptor descriptor;
    if (method_ == LookUpMethod::kernel)
        descriptor = detail::open_resolved(root_.get(), buffer.data(), flags, symlinks_, waiting);
    else if (symlinks_ == Symlinks::any) descriptor = FileDescriptor{::openat(root_.get(), buffer.data(), flags)};
    else descriptor = detail::BeneathWalk{root_.get(), name, symlinks_, flags}.open();
    if (!descriptor) return last_error();
    return descriptor;
}

LIBNETXX_DECL boost::system::result<OpenedFile> RootDirectory::open(std::string_view name, Waiting waiting) const
{
    const auto place = open_with(name, detail::place_flags, waiting);
    if (!place) return place.error();
    if (const auto kind = facts_of(*place); !kind) return kind.error();
    auto descriptor = detail::open_place(*place);
    if (!descriptor && descriptor.error() == boost::system::errc::no_such_file_or_directory)
        descriptor = open_with(name, detail::open_flags, waiting);  // there is no /proc here
    if (!descriptor) return descriptor.error();
    const auto facts = facts_of(*descriptor);
    if (!facts) return facts.error();
    return OpenedFile{std::move(*descriptor), *facts};
}

LIBNETXX_DECL boost::system::result<engine::FileFacts> RootDirectory::look_at(std::string_view name,
                                                                              Waiting waiting) const
{
    const auto descriptor = open_with(name, detail::place_flags, waiting);
    if (!descriptor) return descriptor.error();
    return facts_of(*descriptor);
}

LIBNETXX_DECL boost::system::result<FileDescriptor> RootDirectory::find_directory(std::string_view name,
                                                                                  Waiting waiting) const
{
    return open_with(name, detail::place_flags | O_DIRECTORY, waiting);
}

LIBNETXX_DECL boost::system::result<engine::FileFacts> facts_of(const FileDescriptor& file) noexcept
{
    struct stat status;
    if (::fstat(file.get(), &status) != 0) return last_error();
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return detail::error_of(ENXIO);
    return facts_of(status);
}

LIBNETXX_DECL engine::FileFacts facts_of(const struct stat& status) noexcept
{
    const auto time_of = [](const timespec& time) { return engine::file_time(time.tv_sec, time.tv_nsec); };
    return {.kind = S_ISREG(status.st_mode) ? engine::FileKind::regular : engine::FileKind::directory,
            .size = static_cast<std::uint64_t>(status.st_size),
            .modified = time_of(status.st_mtim),
            .device = status.st_dev,
            .inode = status.st_ino,
            .changed = time_of(status.st_ctim)};
}

LIBNETXX_DECL engine::LookUpFailure failure_of(const boost::system::error_code& error) noexcept
{
    switch (error.value()) {
    case EACCES:
    case EPERM:
        return engine::LookUpFailure::forbidden;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
        return engine::LookUpFailure::overloaded;
    case ENOENT:
    case ENOTDIR:
    case EXDEV:
    case ELOOP:
    case ENAMETOOLONG:
    case EINVAL:
    case ENXIO:
    case ENODEV:
        return engine::LookUpFailure::not_found;
    default:
        return engine::LookUpFailure::failed;
    }
}

}  // namespace libnet::inline v0::io
