#pragma once
// Hashes of the contents of files, as far as somebody has had the time to read them.

#include <libnet/config.hpp>
#include <libnet/engine/files/file_facts.hpp>
#include <libnet/io/loop/file_descriptor.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace libnet::inline v0::io {

/// The hash of a content in memory.
std::uint64_t hash_of(std::string_view content) noexcept;

/// Reads a whole file and hashes it. Nothing: it can't be read, it is no longer what the facts say, or `give_up` became
/// true. May take long: not for an event loop.
std::optional<std::uint64_t> hash_of(const FileDescriptor& file, const engine::FileFacts& facts,
                                     const std::atomic<bool>& give_up);

/// Remembers hashes by what identifies a state of a file: device, inode, size and both times.
class ContentHashes {
public:
    /// So many are remembered; then it starts anew.
    static constexpr std::size_t most = 65'536;
    static constexpr std::size_t most_under_way = 4096;

    std::optional<std::uint64_t> find(const engine::FileFacts& facts) const;

    void put(const engine::FileFacts& facts, std::uint64_t hash);

    /// Whether this state shall be hashed now; from then on it counts as begun, until `end`.
    bool begin(const engine::FileFacts& facts)
    {
        return under_way_.size() < most_under_way && under_way_.insert(key_of(facts)).second;
    }
    void end(const engine::FileFacts& facts) { under_way_.erase(key_of(facts)); }

private:
    /// The facts, less the hash.
    static engine::FileFacts key_of(engine::FileFacts facts) noexcept;

    struct Hash {
        std::size_t operator()(const engine::FileFacts& facts) const noexcept;
    };
    std::unordered_map<engine::FileFacts, std::uint64_t, Hash> known_;
    std::unordered_set<engine::FileFacts, Hash> under_way_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/files/content_hashes.ipp>
#endif
