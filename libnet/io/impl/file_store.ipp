#pragma once

#include <libnet/io/file_store.hpp>
#include <libnet/io/random_key.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include <sys/resource.h>

namespace libnet::io {

namespace detail {

/// Files up to this size are kept in memory, and leave with their head in one call; larger ones go by sendfile(2).
inline constexpr std::uint64_t small_file = 64 * 1024;

LIBNET_DECL engine::FileCacheLimits with_fewer_descriptors(engine::FileCacheLimits limits) noexcept
{
    rlimit most{};
    if (::getrlimit(RLIMIT_NOFILE, &most) == 0)
        limits.descriptors = std::min<std::size_t>(limits.descriptors, most.rlim_cur / 8);
    return limits;
}

/// A look-up that may wait.
struct PatientLookUp {
    const RootDirectory& root;
    std::string_view name;
    StoredFile file = StoredFile::failed(engine::LookUpFailure::overloaded);

    void operator()() { file = *load_file(root, name, small_file, Waiting::allowed); }
};

LIBNET_DECL bool is_overloaded(const StoredFile& file) noexcept
{
    return !file.found && file.failure == engine::LookUpFailure::overloaded;
}

}  // namespace detail

LIBNET_DECL FileStore::FileStore(FileStoreShare& share, const std::string& root, engine::FileCacheLimits limits)
    : share_{share},
      root_{root},
      cache_{detail::with_fewer_descriptors(limits), random_key()}
{}

LIBNET_DECL FilePointer FileStore::find(std::string_view name)
{
    const auto now = std::chrono::steady_clock::now();
    FilePointer known;
    if (auto* const entry = cache_.find(name)) {
        if (!cache_.must_confirm(*entry, now)) return entry->value;
        if (still_true(*entry->value, name)) {
            cache_.confirm(*entry, now);
            return entry->value;
        }
        known = entry->value;
    }
    auto loaded = load_file(root_, name, detail::small_file, Waiting::refused);
    if (loaded && detail::is_overloaded(*loaded) && cache_.give_up_descriptors()) {
        note_changes(true);
        loaded = load_file(root_, name, detail::small_file, Waiting::refused);
    }
    if (!loaded) return nullptr;
    if (known && detail::is_overloaded(*loaded)) return known;  // a little old is better than nothing
    return keep(name, *std::move(loaded), now);
}

LIBNET_DECL Task<FilePointer> FileStore::load(std::string_view name)
{
    const auto now = std::chrono::steady_clock::now();
    detail::PatientLookUp look_up{root_, name};
    auto done = share_.threads.run(look_up, asio::deferred);
    co_await std::move(done);
    co_return keep(name, std::move(look_up.file), now);
}

/// Whether a look without waiting shows what is known already.
LIBNET_DECL bool FileStore::still_true(const StoredFile& file, std::string_view name) const
{
    if (file.found && !file.settled) return false;
    const auto facts = root_.look_at(name, Waiting::refused);
    if (facts) return file.found && *facts == file.facts;
    return !file.found && failure_of(facts.error()) == file.failure;
}

/// Hands out what was found, and remembers it if that is of use to others. `begun`: when the look-up was.
LIBNET_DECL FilePointer FileStore::keep(std::string_view name, StoredFile loaded, Cache::Time begun)
{
    using engine::LookUpFailure;
    if (detail::is_overloaded(loaded)) note_changes(cache_.give_up_descriptors());
    const FilePointer file{new SharedFile{std::move(loaded)}};
    note_changes(cache_.forget(name));
    const bool passing = file->failure == LookUpFailure::overloaded || file->failure == LookUpFailure::failed;
    if (!file->found && passing) return file;

    if (!watch_)
        watch_.emplace(
            share_.executor, root_, [this](std::string_view changed) { note_changes(cache_.forget(changed)); },
            [this](std::string_view directory) { note_changes(cache_.forget_beneath(directory)); });
    const bool may_have_changed = watch_->watch(name) || (file->found && !file->settled);
    const engine::FileWeight weight{.descriptors = file->descriptor ? 1U : 0U,
                                    .bytes = file->in_memory() ? file->facts.size : 0};
    cache_.put(name, file, weight, may_have_changed ? Cache::Time{} : begun);
    return file;
}

LIBNET_DECL void FileStore::rest()
{
    watch_.reset();
    cache_.forget_beneath({});
}

}  // namespace libnet::io
