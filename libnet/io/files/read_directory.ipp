#pragma once

#include <libnet/io/files/read_directory.hpp>
#include <libnet/io/loop/last_error.hpp>

#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace libnet::inline v0::io {

namespace detail {

/// What is known of an entry; nothing: it is not to be shown.
LIBNETXX_DECL std::optional<engine::DirectoryEntry> look_at_entry(const RootDirectory& root, std::string_view directory,
                                                                  int descriptor, const char* name)
{
    struct stat status;
    if (::fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
    engine::DirectoryEntry entry{.name = name};
    if (S_ISLNK(status.st_mode)) {
        std::string path{directory};
        if (!path.empty()) path += '/';
        const auto target = root.open(path += name);
        if (!target) return std::nullopt;
        entry.kind = target->facts.kind;
        entry.size = target->facts.size;
        entry.modified = target->facts.modified;
    } else {
        if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return std::nullopt;
        entry.kind = S_ISREG(status.st_mode) ? engine::FileKind::regular : engine::FileKind::directory;
        entry.size = static_cast<std::uint64_t>(status.st_size);
        entry.modified = engine::FileTime{std::chrono::seconds{status.st_mtim.tv_sec} +
                                          std::chrono::nanoseconds{status.st_mtim.tv_nsec}};
    }
    if (entry.kind == engine::FileKind::directory) entry.size = 0;
    return entry;
}

}  // namespace detail

LIBNETXX_DECL boost::system::result<engine::DirectoryContent> read_directory(const RootDirectory& root,
                                                                             std::string_view name, std::size_t limit)
{
    auto opened = root.open(name);
    if (!opened) return opened.error();
    const auto close = [](DIR* directory) { ::closedir(directory); };
    const std::unique_ptr<DIR, decltype(close)> directory{::fdopendir(opened->descriptor.get()), close};
    if (!directory) return last_error();
    const int descriptor = opened->descriptor.release();  // the stream's now

    engine::DirectoryContent content;
    for (;;) {
        errno = 0;
        const auto* const next = ::readdir(directory.get());
        if (next == nullptr && errno != 0) return last_error();
        if (next == nullptr) return content;
        const std::string_view entry_name{next->d_name};
        if (entry_name == "." || entry_name == "..") continue;
        if (content.entries.size() == limit) {
            content.complete = false;
            return content;
        }
        auto entry = detail::look_at_entry(root, name, descriptor, next->d_name);
        if (entry) content.entries.push_back(*std::move(entry));
    }
}

}  // namespace libnet::inline v0::io
