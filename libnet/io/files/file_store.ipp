#pragma once

#include <libnet/engine/files/validators.hpp>
#include <libnet/io/files/file_store.hpp>
#include <libnet/io/loop/random_key.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/wait_traits.hpp>

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
    engine::FileTime now;
    StoredFile file = StoredFile::failed(engine::LookUpFailure::overloaded);
    Renewal renewal = Renewal::same;

    void operator()()
    {
        renewal = root.renew(Waiting::allowed);
        file = *load_file(root, name, small_file, now, Waiting::allowed);
    }
};

/// A file that was asked for again is hashed in the background up to this size, a gibibyte: a minute's work.
inline constexpr std::uint64_t most_hashed_later = std::uint64_t{1} << 30;

/// How long after its first look-up a file counts as asked for again. One client's HEAD and GET are no such thing.
inline constexpr std::chrono::seconds asked_again{1};

/// How long a file counts as one that changes all the time.
inline constexpr std::chrono::seconds restless_time{1};

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
      root_looked_at_{share.clock.steady()},
      cache_{detail::with_fewer_descriptors(limits), random_key()},
      not_found_{new SharedFile{StoredFile::failed(engine::LookUpFailure::not_found)}},
      forbidden_{new SharedFile{StoredFile::failed(engine::LookUpFailure::forbidden)}}
{}

LIBNETXX_DECL FilePointer FileStore::find(std::string_view name, engine::CacheUse* use)
{
    const auto now = share_.clock.steady();
    if (!may_trust_root(now)) return nullptr;
    FilePointer known;
    if (auto* const entry = cache_.find(name)) {
        known = entry->value;
        hash_if_asked_again(known, name, now);
        const bool must_confirm = cache_.must_confirm(*entry, now);
        if (!must_confirm || still_true(*known, name)) {
            if (must_confirm) cache_.confirm(*entry, now);
            note(use, engine::CacheUse::hit);
            return known;
        }
    } else if (auto nothing = find_absent(name, now)) {
        note(use, engine::CacheUse::hit);
        return nothing;
    }
    note(use, engine::CacheUse::miss);
    const auto time = share_.file_time();
    auto loaded = load_file(root_, name, detail::small_file, time, Waiting::refused);
    if (loaded && detail::is_overloaded(*loaded) && cache_.give_up_descriptors()) {
        note_changes(true);
        loaded = load_file(root_, name, detail::small_file, time, Waiting::refused);
    }
    if (!loaded || wants_to_settle(*loaded, name, now)) return nullptr;
    if (wants_hash(*loaded) && !share_.hashing.hashes().find(loaded->facts)) return nullptr;
    if (known && detail::is_overloaded(*loaded)) return known;  // a little old is better than nothing
    return keep(name, *std::move(loaded), now);
}

LIBNETXX_DECL Task<FilePointer> FileStore::load(std::string_view name)
{
    auto begun = share_.clock.steady();
    StoredFile file;
    co_await look_up(name, file);
    if (wants_to_settle(file, name, begun)) {
        co_await wait_until_settled(file.facts);
        begun = share_.clock.steady();
        co_await look_up(name, file);
        if (!file.facts.settled)
            restless_[hash_of(name) % restless_.size()] = {hash_of(name), begun + detail::restless_time};
    }
    if (wants_hash(file)) co_await share_.hashing.hash(file);
    co_return keep(name, std::move(file), begun);
}

/// Looks a name up in a thread that may wait.
LIBNETXX_DECL Task<> FileStore::look_up(std::string_view name, StoredFile& file)
{
    const auto now = share_.clock.steady();
    detail::PatientLookUp look_up{root_, name, share_.file_time()};
    auto done = share_.threads.run(look_up, asio::deferred);
    co_await std::move(done);
    root_looked_at_ = now;
    if (look_up.renewal == Renewal::renewed) begin_anew();
    file = std::move(look_up.file);
}

LIBNETXX_DECL Task<FilePointer> FileStore::hash(std::string_view name, std::array<std::uint64_t, 4> digests)
{
    const auto begun = share_.clock.steady();
    StoredFile file;
    co_await look_up(name, file);
    if (can_hash(file, digests)) co_await share_.hashing.hash(file);
    co_return keep(name, std::move(file), begun);
}

LIBNETXX_DECL bool FileStore::can_hash(const StoredFile& file, const std::array<std::uint64_t, 4>& digests) const
{
    return file.descriptor && file.facts.settled && !file.facts.hash && share_.hashing.hashes().knows_any(digests);
}

/// In the background.
LIBNETXX_DECL void FileStore::hash_if_asked_again(const FilePointer& file, std::string_view name, Cache::Time now)
{
    const auto& facts = file->facts;
    if (!file->descriptor || facts.hash || file->to_be_hashed || now - file->found_at < detail::asked_again) return;
    if (!facts.settled || facts.size > detail::most_hashed_later) return;
    // Once it is, what is known of the name is looked up anew, with the hash. No answer changes by that.
    file->to_be_hashed = share_.hashing.hash_later(file, [this, key = std::string{name}] { cache_.forget(key); });
}

/// Whether the time stamps of a file don't tell its next change yet, but will in a moment.
LIBNETXX_DECL bool FileStore::wants_to_settle(const StoredFile& file, std::string_view name, Cache::Time now) const
{
    if (!file.descriptor || file.facts.settled) return false;
    const auto hash = hash_of(name);
    const auto& restless = restless_[hash % restless_.size()];
    return restless.name != hash || restless.until < now;
}

LIBNETXX_DECL Task<> FileStore::wait_until_settled(const engine::FileFacts& facts)
{
    using Clock = std::chrono::steady_clock;
    const auto age = share_.file_time() - facts.changed;
    const auto rest = std::min<Clock::duration>(stamp_granularity - age, stamp_granularity);  // whatever the clock says
    asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor> timer{share_.executor,
                                                                                rest + std::chrono::milliseconds{1}};
    co_await timer.async_wait(use_tuple);
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

/// Whether the content has to be read for its hash before it is answered with. Not while the next change might not show in
/// the facts.
LIBNETXX_DECL bool FileStore::wants_hash(const StoredFile& file) const
{
    return file.found && file.facts.kind == engine::FileKind::regular && !file.in_memory() && file.facts.settled &&
           file.facts.size <= engine::most_tagged_by_content;
}

/// Hands out what was found, and remembers it if that is of use to others. `begun`: when the look-up was.
LIBNETXX_DECL FilePointer FileStore::keep(std::string_view name, StoredFile loaded, Cache::Time begun)
{
    if (detail::is_overloaded(loaded)) note_changes(cache_.give_up_descriptors());
    if (is_withheld(loaded, name)) loaded = StoredFile::failed(engine::LookUpFailure::not_found);
    if (!loaded.found) return keep_absence(name, loaded.failure, begun);
    // What is sent from memory is what was hashed, whatever becomes of the file meanwhile.
    if (loaded.in_memory()) loaded.facts.hash = hash_of(loaded.content());
    else if (loaded.descriptor && loaded.facts.settled) add_hash(loaded.facts);
    loaded.found_at = begun;

    const FilePointer file{new SharedFile{std::move(loaded)}};
    note_changes(forget(name));
    const bool may_have_changed = watch(name) || !file->facts.settled;
    const engine::FileWeight weight{.descriptors = file->descriptor ? 1U : 0U,
                                    .bytes = file->in_memory() ? file->facts.size : 0};
    cache_.put(name, file, weight, may_have_changed ? Cache::Time{} : begun);
    return file;
}

/// Adds what is known of the content.
LIBNETXX_DECL void FileStore::add_hash(engine::FileFacts& facts) const
{
    auto& hashes = share_.hashing.hashes();
    if (!facts.hash) facts.hash = hashes.find(facts);
    if (facts.hash && facts.size > engine::most_tagged_by_content)
        facts.former = hashes.former_states(facts, *facts.hash);
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
