#pragma once
// Has the contents of files hashed, on a thread of its own.

#include <libnet/config.hpp>
#include <libnet/io/files/content_hashes.hpp>
#include <libnet/io/files/stored_file.hpp>
#include <libnet/io/loop/executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace libnet::inline v0::io {

/// Bounds of a HashQueue.
struct HashQueueLimits {
    std::size_t waiting = 256;            ///< requests that wait for a hash; the next goes without
    std::size_t later = 1024;             ///< files that are to be hashed in the background; the next isn't
    std::uint64_t piece = 1024 * 1024;    ///< octets that are read in the background without a pause
    std::chrono::milliseconds pause{60};  ///< from the begin of one such piece to that of the next: 16 MiB/s
};

/// One thread reads for all the stores of an event loop. Files that a request waits for go first, and of these the
/// smallest; then, in pieces and at a bounded rate, the smallest of those that were asked for again. A file that costs a
/// client nothing to ask for makes the server read no more than that.
class HashQueue {
public:
    explicit HashQueue(const Executor& executor, HashQueueLimits limits = {});

    /// Ends it, as `close`.
    ~HashQueue();
    HashQueue(const HashQueue&) = delete;
    HashQueue& operator=(const HashQueue&) = delete;

    /// Waits for the hash of a file, and puts it into the facts. Without one: too many wait, the file has changed, or the
    /// queue is closed. The file must stay where it is meanwhile.
    Task<> hash(StoredFile& file);

    /// Has a file hashed some time, and then calls `done` on the event loop, unless it is closed before. False: too many
    /// files are to be.
    bool hash_later(FilePointer file, std::function<void()> done);

    /// What is known. It may be used in any thread.
    ContentHashes& hashes() noexcept;

    /// Requests that wait.
    std::size_t waiting() const noexcept;

    /// Gives up what is to be hashed, and ends the thread. Requests that wait go on without.
    void close();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/files/hash_queue.ipp>
#endif
