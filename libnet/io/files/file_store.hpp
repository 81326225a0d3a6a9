#pragma once
// The files of a served directory, as far as they are known: descriptors, facts and small contents.

#include <libnet/base/diagnostics.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/files/file_cache.hpp>
#include <libnet/io/files/absences.hpp>
#include <libnet/io/files/content_hashes.hpp>
#include <libnet/io/files/directory_watch.hpp>
#include <libnet/io/files/root_directory.hpp>
#include <libnet/io/files/stored_file.hpp>
#include <libnet/io/files/withheld_files.hpp>
#include <libnet/io/loop/disk_threads.hpp>
#include <libnet/io/loop/executor.hpp>

#include <atomic>
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
                            base::Diagnostics complaints = {})
        : diagnostics{std::move(complaints)},
          executor{event_loop},
          threads{event_loop},
          hashing{event_loop, 1},
          absences{limits}
    {}

    /// Ends the threads. Afterwards nothing is looked up any more.
    void close()
    {
        closing = true;
        threads.close();
        hashing.close();
    }

    const base::Diagnostics diagnostics;
    Executor executor;
    DiskThreads threads;
    DiskThreads hashing;            ///< one of its own: whoever needs no hash doesn't wait for those who do
    std::size_t hashing_waits = 0;  ///< look-ups that wait for it
    ContentHashes hashes;
    Absences absences;
    /// Octets of listings that are in memory.
    std::shared_ptr<std::uint64_t> pages = std::make_shared<std::uint64_t>(0);
    std::atomic<bool> closing{false};
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
/// Files of up to a mebibyte get the hash of their content when they are first looked up, by one thread: what can be
/// asked of it at a time is bounded. Larger ones have none, so that a request which costs a client nothing makes nobody
/// read a disk from end to end; their entity tags are made of the facts. Which of both it is depends on the size alone,
/// but where very many wait: an unchanged file has one entity tag from its first answer on.
class FileStore {
public:
    /// `share` must outlive it.
    /// @throws boost::system::system_error  as RootDirectory
    FileStore(FileStoreShare& share, const std::string& root, Symlinks symlinks = Symlinks::inside,
              engine::FileCacheLimits limits = {}, WithheldFiles withheld = {});

    const RootDirectory& root() const noexcept { return root_; }

    /// What is never found here.
    const WithheldFiles& withheld() const noexcept { return withheld_; }

    /// What a name stands for, if that can be said without waiting for a disk; else null: `load` it.
    FilePointer find(std::string_view name);

    /// Looks a name up in a thread that may wait. Never null. The name must stay where it is meanwhile.
    Task<FilePointer> load(std::string_view name);

    /// Forgets everything, and leaves the event loop without work.
    void rest();

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
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/files/file_store.ipp>
#endif
