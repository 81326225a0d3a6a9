#pragma once
// The files of a served directory, as far as they are known: descriptors, facts and small contents.

#include <libnet/base/diagnostics.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/files/file_cache.hpp>
#include <libnet/engine/http/cache_use.hpp>
#include <libnet/io/files/absences.hpp>
#include <libnet/io/files/directory_watch.hpp>
#include <libnet/io/files/file_clock.hpp>
#include <libnet/io/files/hash_queue.hpp>
#include <libnet/io/files/root_directory.hpp>
#include <libnet/io/files/stored_file.hpp>
#include <libnet/io/files/withheld_files.hpp>
#include <libnet/io/loop/disk_threads.hpp>
#include <libnet/io/loop/executor.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::io {

/// What the stores of one event loop share.
struct FileStoreShare {
    explicit FileStoreShare(const Executor& event_loop, engine::FileCacheLimits limits = {},
                            base::Diagnostics complaints = {}, FileClock file_clock = {})
        : diagnostics{std::move(complaints)},
          clock{std::move(file_clock)},
          executor{event_loop},
          threads{event_loop},
          hashing{event_loop},
          absences{limits}
    {}

    /// The time by which files are judged to be old or young.
    engine::FileTime file_time() const { return std::chrono::floor<engine::FileTime::duration>(clock.system()); }

    /// Ends the threads. Afterwards nothing is looked up any more.
    void close()
    {
        threads.close();
        hashing.close();
    }

    const base::Diagnostics diagnostics;
    const FileClock clock;
    Executor executor;
    DiskThreads threads;
    HashQueue hashing;
    Absences absences;
    /// Octets of listings that are in memory.
    std::shared_ptr<std::uint64_t> pages = std::make_shared<std::uint64_t>(0);
    std::uint64_t changes = 0;  ///< counts up when something that was handed out may no longer be what its name means
};

/// Looks names up in a directory, and remembers what it found, names of nothing included.
///
/// Once a second it looks whether the root's path stands for another directory (RootDirectory::renew).
///
/// What it remembers is a second old at most, or confirmed; where the kernel tells of changes (DirectoryWatch), it is
/// forgotten at once. Bounded in entries, descriptors and bytes (engine::FileCacheLimits); the bound on descriptors is an
/// eighth of the process's own if that is less.
///
/// Files that are tagged by their content (engine::most_tagged_by_content) are hashed when they are first looked up. Larger
/// ones are tagged by their state, and hashed only when they are asked for again more than a second later, in the
/// background and at a bounded rate (HashQueue), or when a request names the tag of a state whose hash is known: so an
/// entity tag outlives a touch of the file. Which kind of tag a file has depends on its size alone, but where very many
/// wait: an unchanged file has one entity tag from its first answer on.
///
/// A file that was changed a moment ago, so that the next change might not show in its time stamps, is looked up once more
/// when that moment is over, and has the tag then that it keeps. For a file that changes all the time that isn't waited for.
class FileStore {
public:
    /// `share` must outlive it.
    /// @throws boost::system::system_error  as RootDirectory
    FileStore(FileStoreShare& share, const std::string& root, Symlinks symlinks = Symlinks::inside,
              engine::FileCacheLimits limits = {}, WithheldFiles withheld = {});

    const RootDirectory& root() const noexcept { return root_; }

    /// What is never found here.
    const WithheldFiles& withheld() const noexcept { return withheld_; }

    /// What a name stands for, if that can be said without waiting for a disk; else null: `load` it. `use` is told whether it was
    /// remembered; a `load` is a miss.
    FilePointer find(std::string_view name, engine::CacheUse* use = nullptr);

    /// Looks a name up in a thread that may wait. Never null. The name must stay where it is meanwhile.
    Task<FilePointer> load(std::string_view name);

    /// Has a file that was found hashed, for a request that names an entity tag with one of these digests
    /// (engine::named_digests), if one of them is of a state whose hash is known. Never null. As `load` else.
    Task<FilePointer> hash(std::string_view name, std::array<std::uint64_t, 4> digests);

    /// Whether `hash` has something to do for this file.
    bool can_hash(const StoredFile& file, const std::array<std::uint64_t, 4>& digests) const;

    /// Forgets everything, and leaves the event loop without work.
    void rest();

    /// How much is remembered.
    struct Known {
        std::size_t files = 0, descriptors = 0;
        std::uint64_t bytes = 0, evictions = 0;
    };
    Known known() const noexcept { return {cache_.size(), cache_.descriptors(), cache_.bytes(), cache_.evictions()}; }

private:
    using Cache = engine::FileCache<FilePointer>;

    bool may_trust_root(Cache::Time now);
    void begin_anew();
    bool forget(std::string_view name);
    bool forget_beneath(std::string_view directory);
    FilePointer find_absent(std::string_view name, Cache::Time now);
    FilePointer absent(engine::LookUpFailure failure) const;
    bool still_true(const StoredFile& file, std::string_view name) const;
    bool still_absent(engine::LookUpFailure failure, std::string_view name) const;
    bool is_withheld(const StoredFile& file, std::string_view name) const;
    bool wants_hash(const StoredFile& file) const;
    bool wants_to_settle(const StoredFile& file, std::string_view name, Cache::Time now) const;
    Task<> wait_until_settled(const engine::FileFacts& facts);
    void add_hash(engine::FileFacts& facts) const;
    Task<> look_up(std::string_view name, StoredFile& file);
    void hash_if_asked_again(const FilePointer& file, std::string_view name, Cache::Time now);
    FilePointer keep(std::string_view name, StoredFile loaded, Cache::Time begun);
    FilePointer keep_absence(std::string_view name, engine::LookUpFailure failure, Cache::Time begun);
    bool watch(std::string_view name);
    void note_changes(bool changed) noexcept { share_.changes += changed ? 1 : 0; }

    FileStoreShare& share_;
    const unsigned number_;  // among those that share
    RootDirectory root_;
    WithheldFiles withheld_;
    Cache::Time root_looked_at_;
    Cache cache_;                              // of what was found
    const FilePointer not_found_, forbidden_;  // all that wasn't
    std::optional<DirectoryWatch> watch_;
    /// Files that went on changing while it was waited for the end of that, by their names' hashes.
    struct Restless {
        std::uint64_t name = 0;
        Cache::Time until{};
    };
    std::array<Restless, 64> restless_{};
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/files/file_store.ipp>
#endif
