#pragma once

#include <libnet/io/files/file_store.hpp>
#include <libnet/io/loop/random_key.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

#include <sys/resource.h>

namespace libnet::inline v0::io {

namespace detail {

/// Files up to this size are kept in memory, and leave with their head in one call; of larger ones it costs as much to
/// copy them into the kernel as more calls do, and they go by sendfile(2), which needs no memory of ours.
inline constexpr std::uint64_t small_file = 16 * 1024;

LIBNETXX_DECL engine::FileCacheLimits with_fewer_descriptors(engine::FileCacheLimits limits) noexcept
{
    rlimit most{};
    if (::getrlimit(RLIMIT_NOFILE, &most) == 0)
        limits.descriptors = std::min<std::size_t>(limits.descriptors, most.rlim_cur / 8);
    return limits;
}

/// A look-up that may wait.
struct PatientLookUp {
    RootDirectory& root;
    std::string_view name;
    StoredFile file = StoredFile::failed(engine::LookUpFailure::overloaded);
    Renewal renewal = Renewal::same;

    void operator()()
    {
        renewal = root.renew(Waiting::allowed);
        file = *load_file(root, name, small_file, Waiting::allowed);
    }
};

/// Files up to this size are hashed: larger ones take a disk too long.
inline constexpr std::uint64_t most_hashed = 1 << 30;

/// The hashing of a file, which it opens itself: many may wait for their turn.
struct Hashing {
    Hashing(const std::atomic<bool>& closing, const RootDirectory& directory, std::string file_name,
            const engine::FileFacts& file_facts)
        : give_up{closing},
          root{directory},
          name{std::move(file_name)},
          facts{file_facts}
    {}

    const std::atomic<bool>& give_up;
    const RootDirectory& root;
    std::string name;
    engine::FileFacts facts;
    std::optional<std::uint64_t> hash{};

    void operator()()
    {
        const auto opened = root.open(name);
        if (opened && engine::is_same_state(opened->facts, facts)) hash = hash_of(opened->descriptor, facts, give_up);
    }
};

LIBNETXX_DECL bool is_overloaded(const StoredFile& file) noexcept
{
    return !file.found && file.failure == engine::LookUpFailure::overloaded;
}

}  // namespace detail

LIBNETXX_DECL FileStore::FileStore(FileStoreShare& share, const std::string& root, Symlinks symlinks,
                                   engine::FileCacheLimits limits)
    : share_{share},
      root_{root, symlinks},
      root_looked_at_{std::chrono::steady_clock::now()},
      cache_{detail::with_fewer_descriptors(limits), random_key()}
{}

LIBNETXX_DECL FilePointer FileStore::find(std::string_view name)
{
    const auto now = std::chrono::steady_clock::now();
    if (!may_trust_root(now)) return nullptr;
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

LIBNETXX_DECL Task<FilePointer> FileStore::load(std::string_view name)
{
    const auto now = std::chrono::steady_clock::now();
    detail::PatientLookUp look_up{root_, name};
    auto done = share_.threads.run(look_up, asio::deferred);
    co_await std::move(done);
    root_looked_at_ = now;
    if (look_up.renewal == Renewal::renewed) begin_anew();
    co_return keep(name, std::move(look_up.file), now);
}

/// Whether the root is the one that its path stands for, or was a moment ago. False: to look would have to wait.
LIBNETXX_DECL bool FileStore::may_trust_root(Cache::Time now)
{
    if (now - root_looked_at_ < std::chrono::seconds{1}) return true;
    const auto renewal = root_.renew(Waiting::refused);
    if (renewal == Renewal::unknown) return false;
    root_looked_at_ = now;
    if (renewal == Renewal::renewed) begin_anew();
    return true;
}

/// The root is another one.
LIBNETXX_DECL void FileStore::begin_anew()
{
    watch_.reset();
    note_changes(cache_.forget_beneath({}));
}

/// Whether a look without waiting shows what is known already.
LIBNETXX_DECL bool FileStore::still_true(const StoredFile& file, std::string_view name) const
{
    if (file.found && !file.settled) return false;
    const auto facts = root_.look_at(name, Waiting::refused);
    if (facts) return file.found && engine::is_same_state(*facts, file.facts);
    return !file.found && failure_of(facts.error()) == file.failure;
}

/// Hands out what was found, and remembers it if that is of use to others. `begun`: when the look-up was.
LIBNETXX_DECL FilePointer FileStore::keep(std::string_view name, StoredFile loaded, Cache::Time begun)
{
    using engine::LookUpFailure;
    if (detail::is_overloaded(loaded)) note_changes(cache_.give_up_descriptors());
    add_hash(name, loaded);
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

/// Adds the hash of the content, or sees to it that it will be there some time. Not while the next change might not
/// show in the facts.
LIBNETXX_DECL void FileStore::add_hash(std::string_view name, StoredFile& file)
{
    if (!file.found || !file.settled || file.facts.kind != engine::FileKind::regular) return;
    auto& hash = file.facts.hash;
    hash = share_.hashes.find(file.facts);
    if (hash) return;
    if (file.in_memory()) share_.hashes.put(file.facts, *(hash = hash_of(file.content())));
    else if (file.facts.size <= detail::most_hashed) begin_hash(name, file.facts);
}

/// Has a large file read and hashed. When that is done the name is forgotten, and looked up anew with the hash.
LIBNETXX_DECL void FileStore::begin_hash(std::string_view name, const engine::FileFacts& facts)
{
    if (!share_.hashes.begin(facts)) return;
    auto job = std::make_shared<detail::Hashing>(share_.closing, root_, std::string{name}, facts);
    auto& work = *job;
    share_.hashing.run(work, [this, job = std::move(job), alive = std::weak_ptr{alive_}] {
        if (alive.expired()) return;
        share_.hashes.end(job->facts);
        if (!job->hash) return;
        share_.hashes.put(job->facts, *job->hash);
        note_changes(cache_.forget(job->name));
    });
}

LIBNETXX_DECL void FileStore::rest()
{
    watch_.reset();
    cache_.forget_beneath({});
}

}  // namespace libnet::inline v0::io
