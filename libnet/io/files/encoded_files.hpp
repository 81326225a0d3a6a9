#pragma once
// Files in a content coding that they don't have on the disk.

#include <libnet/config.hpp>
#include <libnet/engine/files/file_cache.hpp>
#include <libnet/io/files/stored_file.hpp>
#include <libnet/io/loop/disk_threads.hpp>
#include <libnet/io/loop/executor.hpp>
#include <libnet/wire/http/content_coding.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace libnet::inline v0::io {

/// Compresses files in a thread of its own, and remembers the results, in memory and within bounds.
class EncodedFiles {
public:
    explicit EncodedFiles(const Executor& executor);

    /// `file`, which `name` stands for now, in a coding: as it is remembered of this very state. What can't be encoded,
    /// or gets no smaller, is remembered as not found; what is being encoded for another request, or would have to wait for
    /// too many others, is said not to be there, for it is not worth waiting for. Null: `encode` it.
    FilePointer find(std::string_view name, wire::ContentCoding coding, const StoredFile& file);

    /// Encodes a file, and remembers the result. Never null. The name must stay where it is meanwhile.
    Task<FilePointer> encode(std::string_view name, wire::ContentCoding coding, FilePointer file);

    /// Forgets all that is encoded.
    void forget() { cache_.forget_beneath({}); }

    /// As FileCache::evictions.
    std::uint64_t evictions() const noexcept { return cache_.evictions(); }

    /// Waits for what is being encoded, and encodes no more.
    void close() { thread_.close(); }

private:
    DiskThreads thread_;
    engine::FileCache<FilePointer> cache_;  // by name and coding; the facts are those of the plain file but the size
    std::set<std::string> under_way_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/files/encoded_files.ipp>
#endif
