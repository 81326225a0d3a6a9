#pragma once

#include <libnet/io/files/stored_file.hpp>
#include <libnet/io/loop/last_error.hpp>
#include <libnet/wire/http/mime.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <utility>

#include <sys/uio.h>

namespace libnet::inline v0::io {

namespace detail {

/// How often a file is read again that changes meanwhile.
inline constexpr int most_attempts = 3;

/// Reads the whole file. False: see errno, which is 0 where it is shorter than it was.
LIBNETXX_DECL bool read_whole(const FileDescriptor& file, char* memory, std::uint64_t size, Waiting waiting) noexcept
{
    for (std::uint64_t at = 0; at < size;) {
        const iovec rest{memory + at, static_cast<std::size_t>(size - at)};
        const int flags = waiting == Waiting::refused ? RWF_NOWAIT : 0;
        const auto got = ::preadv2(file.get(), &rest, 1, static_cast<off_t>(at), flags);
        if (got > 0) at += static_cast<std::uint64_t>(got);
        else if (got == 0) errno = 0;
        if (got <= 0 && errno != EINTR) return false;
    }
    return true;
}

/// Puts the content into memory, unless the file changes meanwhile.
LIBNETXX_DECL boost::system::error_code read_content(StoredFile& file, Waiting waiting)
{
    auto memory = std::make_unique_for_overwrite<char[]>(static_cast<std::size_t>(file.facts.size));
    if (!read_whole(file.descriptor, memory.get(), file.facts.size, waiting)) {
        // Some file systems can't tell whether they would wait.
        const bool would_wait = errno == EAGAIN || errno == EOPNOTSUPP;
        return would_wait && waiting == Waiting::refused ? error_of(EAGAIN) : last_error();
    }
    const auto after = facts_of(file.descriptor);
    if (after && engine::is_same_state(*after, file.facts)) file.memory = std::move(memory);
    return {};
}

/// Looks at the first octets. False also where that would have to wait and may not; see errno.
LIBNETXX_DECL bool look_for_text(const StoredFile& file, Waiting waiting) noexcept
{
    constexpr std::size_t enough = 512;
    if (file.in_memory()) return wire::begins_as_text(file.content().substr(0, enough));
    std::array<char, enough> begin;
    const iovec room{begin.data(), begin.size()};
    errno = 0;
    const auto got = ::preadv2(file.descriptor.get(), &room, 1, 0, waiting == Waiting::refused ? RWF_NOWAIT : 0);
    return got > 0 && wire::begins_as_text({begin.data(), static_cast<std::size_t>(got)});
}

LIBNETXX_DECL boost::system::result<StoredFile> load_once(const RootDirectory& root, std::string_view name,
                                                          std::uint64_t memory_bound, engine::FileTime now,
                                                          Waiting waiting)
{
    auto opened = root.open(name, waiting);
    if (!opened) return opened.error();
    StoredFile file;
    file.found = true;
    file.facts = opened->facts;
    file.facts.settled = is_settled(file.facts.changed, now);
    if (file.facts.kind == engine::FileKind::directory) return file;
    file.descriptor = std::move(opened->descriptor);
    if (file.facts.size <= memory_bound)
        if (const auto error = read_content(file, waiting)) return error;
    if (wire::lacks_extension(name)) {
        file.facts.text = look_for_text(file, waiting);
        const bool would_wait = waiting == Waiting::refused && (errno == EAGAIN || errno == EOPNOTSUPP);
        if (!file.in_memory() && would_wait) return error_of(EAGAIN);
    }
    if (file.in_memory()) file.descriptor.reset();
    return file;
}

}  // namespace detail

LIBNETXX_DECL bool is_settled(engine::FileTime changed, engine::FileTime now) noexcept
{
    return now - changed > stamp_granularity;
}

LIBNETXX_DECL bool was_rewritten(const StoredFile& file) noexcept
{
    const auto now = facts_of(file.descriptor);
    return now &&
           (now->size < file.facts.size || (now->size == file.facts.size && now->modified != file.facts.modified));
}

LIBNETXX_DECL boost::system::result<StoredFile> load_file(const RootDirectory& root, std::string_view name,
                                                          std::uint64_t memory_bound, engine::FileTime now,
                                                          Waiting waiting)
{
    for (int attempt = 1;; ++attempt) {
        auto file = detail::load_once(root, name, memory_bound, now, waiting);
        if (!file && waiting == Waiting::refused && file.error().value() == EAGAIN) return file.error();
        if (!file) return StoredFile::failed(failure_of(file.error()));
        const bool changed = file->facts.size <= memory_bound && !file->in_memory();
        if (!changed || file->facts.kind == engine::FileKind::directory || attempt == detail::most_attempts)
            return file;
    }
}

}  // namespace libnet::inline v0::io
