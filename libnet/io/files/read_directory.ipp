#pragma once

#include <libnet/io/files/read_directory.hpp>
#include <libnet/io/loop/last_error.hpp>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace libnet::inline v0::io {

namespace detail {

/// A directory that is read.
struct ReadDirectory {
    const RootDirectory& root;
    std::string_view name;  // relative to the root
    int descriptor;
    const WithheldFiles& withheld;
};

/// What is known of an entry; nothing: it is not to be shown.
LIBNETXX_DECL std::optional<engine::DirectoryEntry> look_at_entry(const ReadDirectory& in, const char* name)
{
    struct stat status;
    if (::fstatat(in.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
    std::string path{in.name};
    if (!path.empty()) path += '/';
    path += name;
    engine::FileFacts facts;
    if (S_ISLNK(status.st_mode)) {
        const auto target = in.root.look_at(path);
        if (!target) return std::nullopt;
        facts = *target;
    } else {
        if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return std::nullopt;
        facts = facts_of(status);
    }
    const bool is_directory = facts.kind == engine::FileKind::directory;
    const bool withheld = !is_directory && !in.withheld.empty() &&
                          (in.withheld.holds_name(path) || in.withheld.holds_file(facts.device, facts.inode));
    if (withheld) return std::nullopt;
    return engine::DirectoryEntry{
        .name = name, .kind = facts.kind, .size = is_directory ? 0 : facts.size, .modified = facts.modified};
}

}  // namespace detail

LIBNETXX_DECL boost::system::result<engine::DirectoryContent> read_directory(const RootDirectory& root,
                                                                             std::string_view name, std::size_t limit,
                                                                             const WithheldFiles& withheld)
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
        auto entry = detail::look_at_entry({root, name, descriptor, withheld}, next->d_name);
        if (entry) content.entries.push_back(*std::move(entry));
    }
}

}  // namespace libnet::inline v0::io
