#pragma once
// The files of a served directory, as far as they are known: descriptors, facts and small contents.

#include <libnet/config.hpp>
#include <libnet/engine/files/file_cache.hpp>
#include <libnet/io/files/content_hashes.hpp>
#include <libnet/io/files/directory_watch.hpp>
#include <libnet/io/files/root_directory.hpp>
#include <libnet/io/files/stored_file.hpp>
#include <libnet/io/loop/disk_threads.hpp>
#include <libnet/io/loop/executor.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::io {

/// What the stores of one event loop share.
struct FileStoreShare {
    explicit FileStoreShare(const Executor& event_loop)
        : executor{event_loop},
          threads{event_loop},
          hashing{event_loop, 1}
    {}

    /// Ends the threads. Afterwards nothing is looked up any more.
    void close()
    {
        closing = true;
        threads.close();
        hashing.close();
    }

    Executor executor;
    DiskThreads threads;
    DiskThreads hashing;  ///< one of its own: large files take long, and nobody waits for it
    ContentHashes hashes;
    std::atomic<bool> closing{false};
    std::uint64_t changes = 0;  ///< counts up when something that was handed out may no longer be what its name means
};

/// Looks names up in a directory, and remembers what it found, names of nothing included.
///
/// Once a second it looks whether the root's path stands for another directory (RootDirectory::renew).
///
/// What it remembers is a second old at most, or confirmed; where the kernel tells of changes (DirectoryWatch), it is
/// forgotten at once. The hashes of contents are added to the facts: of what is in memory at once, of what is on the
/// disk by a thread that reads it, up to a gibibyte, when it has been looked up. Bounded in entries, descriptors and
/// bytes (engine::FileCacheLimits); the bound on descriptors is an eighth of the process's own if that is less.
class FileStore {
public:
    /// `share` must outlive it.
    /// @throws boost::system::system_error  as RootDirectory
    FileStore(FileStoreShare& share, const std::string& root, Symlinks symlinks = Symlinks::inside,
              engine::FileCacheLimits limits = {});

    const RootDirectory& root() const noexcept { return root_; }

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
    bool still_true(const StoredFile& file, std::string_view name) const;
    FilePointer keep(std::string_view name, StoredFile loaded, Cache::Time begun);
    void add_hash(std::string_view name, StoredFile& file);
    void begin_hash(std::string_view name, const engine::FileFacts& facts);
    void note_changes(bool changed) noexcept { share_.changes += changed ? 1 : 0; }

    FileStoreShare& share_;
    RootDirectory root_;
    Cache::Time root_looked_at_;
    Cache cache_;
    std::optional<DirectoryWatch> watch_;
    std::shared_ptr<const bool> alive_ = std::make_shared<bool>();  // what outlives the store asks it
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/files/file_store.ipp>
#endif
