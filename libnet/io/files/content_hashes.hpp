#pragma once
// Hashes of the contents of files that were read to their end.

#include <libnet/config.hpp>
#include <libnet/engine/files/content_hash.hpp>
#include <libnet/engine/files/file_facts.hpp>
#include <libnet/io/loop/file_descriptor.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace libnet::inline v0::io {

/// The hash of a content in memory.
std::uint64_t hash_of(std::string_view content) noexcept;

/// The reading of a file for its hash. It may take long, and may be had in pieces: not for an event loop.
class FileHashing {
public:
    enum class Progress : std::uint8_t {
        going_on,
        done,
        failed,  ///< the file can't be read, or is no longer what the facts say
    };

    /// Reads at most so many octets more, rounded up to a piece of ContentHash. The same file and facts each time; the
    /// descriptor's position doesn't matter, and stays.
    Progress read(const FileDescriptor& file, const engine::FileFacts& facts, std::uint64_t most);

    /// The hash, when it is done.
    std::uint64_t value() const noexcept { return hash_.value(); }

private:
    engine::ContentHash hash_;
    std::uint64_t at_ = 0;
};

/// Reads a whole file and hashes it. Nothing: it can't be read, it is no longer what the facts say, or `give_up` became
/// true.
std::optional<std::uint64_t> hash_of(const FileDescriptor& file, const engine::FileFacts& facts,
                                     const std::atomic<bool>& give_up);

/// Remembers hashes by what identifies a state of a file: device, inode, size and both times; in memory, and if wanted
/// in a file, so that they survive a restart. Several threads may use one object at a time, and several processes one
/// file.
class ContentHashes {
public:
    /// So many are remembered; then it starts anew.
    static constexpr std::size_t most = 65'536;

    /// Reads what a file of an earlier run has, and appends to it from now on. The file is made if it isn't there, with mode
    /// 0600, and holds at most 5 MiB. What isn't a record of ours is ignored: a file that was cut, or is something else
    /// altogether, is begun anew. To be called before any other function.
    /// @returns  why that isn't possible, with the file's name; empty: it is
    std::string keep_in(const std::string& path);

    std::optional<std::uint64_t> find(const engine::FileFacts& facts) const;

    /// Remembers a hash. A file's record is written at once; an error of that is no error: the hash is computed again then.
    /// `lasting`: the state's times tell one content from another also after a restart, which they don't on a file system
    /// that is an image.
    void put(const engine::FileFacts& facts, std::uint64_t hash, bool lasting = true);

    /// Digests (engine::state_digest) of other states that had this size and hash, the latest first; 0: none. Of files that
    /// are tagged by their state only.
    std::array<std::uint64_t, 4> former_states(const engine::FileFacts& facts, std::uint64_t hash) const;

    /// Whether one of these digests is that of a state whose hash is remembered.
    bool knows_any(const std::array<std::uint64_t, 4>& digests) const;

private:
    /// As it stands in the file, in the machine's order of octets.
    struct Record {
        std::uint64_t state = 0;   // with the device
        std::uint64_t digest = 0;  // engine::state_digest
        std::uint64_t size = 0;
        std::uint64_t hash = 0;
        std::uint64_t check = 0;  // of the other four
    };

    static Record record_of(const engine::FileFacts& facts, std::uint64_t hash) noexcept;
    static std::uint64_t check_of(const Record& record) noexcept;
    static std::uint64_t content_key(std::uint64_t size, std::uint64_t hash) noexcept;
    void remember(const Record& record);
    std::size_t read_records(int file);

    mutable std::mutex mutex_;
    std::unordered_map<std::uint64_t, std::uint64_t> known_;                      // hash by state and size
    std::unordered_map<std::uint64_t, std::array<std::uint64_t, 4>> by_content_;  // digests of states
    std::unordered_set<std::uint64_t> digests_;                                   // all of these
    FileDescriptor file_;
    std::size_t written_ = 0;  // records in the file
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/files/content_hashes.ipp>
#endif
