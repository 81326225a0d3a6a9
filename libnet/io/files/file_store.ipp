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

/// Files up to this size are hashed before they are answered with: a millisecond of work, and less to read than a GET
/// would have to.
inline constexpr std::uint64_t most_hashed = 1 << 20;

/// So many wait for a hash; who comes then goes without.
inline constexpr std::size_t most_hashing = 256;

/// The hashing of a file, unless somebody else has done it meanwhile.
struct Hashing {
    FileStoreShare& share;
    StoredFile& file;

    void operator()()
    {
        auto& hash = file.facts.hash;
        hash = share.hashes.find(file.facts);
        if (hash) return;
        hash = hash_of(file.descriptor, file.facts, share.closing);
        if (hash) share.hashes.put(file.facts, *hash);
    }
};

LIBNETXX_DECL bool is_overloaded(const StoredFile& file) noexcept
{
    return !file.found && file.failure == engine::LookUpFailure::overloaded;
}

}  // namespace detail

LIBNETXX_DECL FileStore::FileStore(FileStoreShare& share, const std::string& root, Symlinks symlinks,
                                   engine::FileCacheLimits limits, WithheldFiles withheld)
    : share_{share},
      number_{share.absences.add_store()},
      root_{root, symlinks},
      withheld_{std::move(withheld)},
      root_looked_at_{std::chrono::steady_clock::now()},
      cache_{detail::with_fewer_descriptors(limits), random_key()},
      not_found_{new SharedFile{StoredFile::failed(engine::LookUpFailure::not_found)}},
      forbidden_{new SharedFile{StoredFile::failed(engine::LookUpFailure::forbidden)}}
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
    } else if (auto nothing = find_absent(name, now)) {
        return nothing;
    }
    auto loaded = load_file(root_, name, detail::small_file, Waiting::refused);
    if (loaded && detail::is_overloaded(*loaded) && cache_.give_up_descriptors()) {
        note_changes(true);
        loaded = load_file(root_, name, detail::small_file, Waiting::refused);
    }
    if (!loaded || (wants_hash(*loaded) && !share_.hashes.find(loaded->facts))) return nullptr;
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
    if (wants_hash(look_up.file) && share_.hashing_waits < detail::most_hashing) {
        detail::Hashing hashing{share_, look_up.file};
        auto hashed = share_.hashing.run(hashing, asio::deferred);
        ++share_.hashing_waits;
        co_await std::move(hashed);
        --share_.hashing_waits;
    }
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
    note_changes(forget_beneath({}));
}

LIBNETXX_DECL bool FileStore::forget(std::string_view name)
{
    const bool was_there = cache_.forget(name);
    return share_.absences.forget(number_, name) || was_there;
}

LIBNETXX_DECL bool FileStore::forget_beneath(std::string_view directory)
{
    const bool were_there = cache_.forget_beneath(directory);
    return share_.absences.forget_beneath(number_, directory) || were_there;
}

/// What is remembered, and still true, of a name that stands for nothing; null: it may stand for something.
LIBNETXX_DECL FilePointer FileStore::find_absent(std::string_view name, Cache::Time now)
{
    auto* const entry = share_.absences.find(number_, name);
    if (entry == nullptr) return nullptr;
    if (share_.absences.must_confirm(*entry, now)) {
        if (!still_absent(entry->value, name)) return nullptr;
        share_.absences.confirm(*entry, now);
    }
    return absent(entry->value);
}

LIBNETXX_DECL FilePointer FileStore::absent(engine::LookUpFailure failure) const
{
    return failure == engine::LookUpFailure::forbidden ? forbidden_ : not_found_;
}

/// Whether a look without waiting shows what is known already.
LIBNETXX_DECL bool FileStore::still_true(const StoredFile& file, std::string_view name) const
{
    if (!file.facts.settled) return false;
    const auto facts = root_.look_at(name, Waiting::refused);
    return facts && engine::is_same_state(*facts, file.facts);
}

LIBNETXX_DECL bool FileStore::still_absent(engine::LookUpFailure failure, std::string_view name) const
{
    const auto facts = root_.look_at(name, Waiting::refused);
    return !facts && failure_of(facts.error()) == failure;
}

LIBNETXX_DECL bool FileStore::is_withheld(const StoredFile& file, std::string_view name) const
{
    if (withheld_.empty() || !file.found || file.facts.kind != engine::FileKind::regular) return false;
    return withheld_.holds_name(name) || withheld_.holds_file(file.facts.device, file.facts.inode);
}

/// Whether the content has to be read for its hash, which is not known yet. Not while the next change might not show in
/// the facts.
LIBNETXX_DECL bool FileStore::wants_hash(const StoredFile& file) const
{
    return file.found && file.facts.kind == engine::FileKind::regular && !file.in_memory() && file.facts.settled &&
           file.facts.size <= detail::most_hashed;
}

/// Hands out what was found, and remembers it if that is of use to others. `begun`: when the look-up was.
LIBNETXX_DECL FilePointer FileStore::keep(std::string_view name, StoredFile loaded, Cache::Time begun)
{
    if (detail::is_overloaded(loaded)) note_changes(cache_.give_up_descriptors());
    if (is_withheld(loaded, name)) loaded = StoredFile::failed(engine::LookUpFailure::not_found);
    if (!loaded.found) return keep_absence(name, loaded.failure, begun);
    // What is sent from memory is what was hashed, whatever becomes of the file meanwhile.
    if (loaded.in_memory()) loaded.facts.hash = hash_of(loaded.content());
    else if (wants_hash(loaded) && !loaded.facts.hash) loaded.facts.hash = share_.hashes.find(loaded.facts);

    const FilePointer file{new SharedFile{std::move(loaded)}};
    note_changes(forget(name));
    const bool may_have_changed = watch(name) || !file->facts.settled;
    const engine::FileWeight weight{.descriptors = file->descriptor ? 1U : 0U,
                                    .bytes = file->in_memory() ? file->facts.size : 0};
    cache_.put(name, file, weight, may_have_changed ? Cache::Time{} : begun);
    return file;
}

LIBNETXX_DECL FilePointer FileStore::keep_absence(std::string_view name, engine::LookUpFailure failure,
                                                  Cache::Time begun)
{
    using engine::LookUpFailure;
    note_changes(forget(name));
    if (failure == LookUpFailure::overloaded || failure == LookUpFailure::failed)  // it passes
        return FilePointer{new SharedFile{StoredFile::failed(failure)}};
    share_.absences.put(number_, name, failure, watch(name) ? Cache::Time{} : begun);
    return absent(failure);
}

/// Has the kernel tell of changes to what a name stands for. True: it is told only from now on.
LIBNETXX_DECL bool FileStore::watch(std::string_view name)
{
    if (!watch_)
        watch_.emplace(
            share_.executor, root_, [this](std::string_view changed) { note_changes(forget(changed)); },
            [this](std::string_view directory) { note_changes(forget_beneath(directory)); }, share_.diagnostics);
    return watch_->watch(name);
}

LIBNETXX_DECL void FileStore::rest()
{
    watch_.reset();
    forget_beneath({});
}

}  // namespace libnet::inline v0::io
