#pragma once
// Hashes of the contents of files, as far as somebody has had the time to read them.

#include <libnet/config.hpp>
#include <libnet/engine/files/file_facts.hpp>
#include <libnet/io/loop/file_descriptor.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace libnet::inline v0::io {

/// The hash of a content in memory.
std::uint64_t hash_of(std::string_view content) noexcept;

/// Reads a whole file and hashes it. Nothing: it can't be read, it is no longer what the facts say, or `give_up` became
/// true. May take long: not for an event loop.
std::optional<std::uint64_t> hash_of(const FileDescriptor& file, const engine::FileFacts& facts,
                                     const std::atomic<bool>& give_up);

/// Remembers hashes by what identifies a state of a file: device, inode, size and both times. Several threads may use
/// one object at a time.
class ContentHashes {
public:
    /// So many are remembered; then it starts anew.
    static constexpr std::size_t most = 65'536;

    std::optional<std::uint64_t> find(const engine::FileFacts& facts) const;

    void put(const engine::FileFacts& facts, std::uint64_t hash);

private:
    /// The facts that identify a state.
    static engine::FileFacts key_of(engine::FileFacts facts) noexcept;

    struct Hash {
        std::size_t operator()(const engine::FileFacts& facts) const noexcept;
    };
    mutable std::mutex mutex_;
    std::unordered_map<engine::FileFacts, std::uint64_t, Hash> known_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/files/content_hashes.ipp>
#endif
