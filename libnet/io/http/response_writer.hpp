#pragma once
// The sending half of an HTTP connection: what is queued goes out in as few system calls as it takes.

#include <libnet/config.hpp>
#include <libnet/engine/http/send_patience.hpp>
#include <libnet/io/files/stored_file.hpp>
#include <libnet/io/loop/disk_threads.hpp>
#include <libnet/io/loop/executor.hpp>
#include <libnet/io/tcp/byte_buffer.hpp>
#include <libnet/io/tcp/tcp_server.hpp>
#include <libnet/io/tls/transport.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace libnet::inline v0::io {

/// Queues bytes and sends them, and parts of files, straight from this thread; it waits for the socket only when the
/// kernel takes no more. An awaited send would cost another turn of the event loop, with a system call, each time.
class ResponseWriter {
public:
    /// `patience` says when the client is given up; it must outlive this, as the others must.
    ResponseWriter(Connection& connection, Transport& transport, engine::SendPatience& patience)
        : connection_{connection},
          transport_{transport},
          patience_{patience}
    {}

    /// What is to be sent next.
    ByteBuffer& queue() noexcept { return queue_; }

    /// The position behind the last byte queued, and behind the last one that the kernel has taken, in all that was
    /// ever written to the connection.
    std::uint64_t queued() const noexcept { return sent_ + queue_.size(); }
    std::uint64_t sent() const noexcept { return sent_; }

    enum class Progress {
        done,     ///< the queue is empty
        blocked,  ///< no more is taken for now
        failed,   ///< see `failure`
        cold,     ///< what comes next is not in memory: a disk has to be waited for (files only)
        enough,   ///< so much went in a row that others should have their turn (files only)
        by_hand,  ///< the file's file system can't do it without copying (files only)
    };

    /// Sends what the kernel takes, without waiting. `flags` are for send(2), such as MSG_MORE.
    Progress try_flush(int flags = 0);

    /// Sends all that is queued. False: it failed, see `failure`.
    Task<bool> flush(int flags = 0);

    /// Sends what is taken of the queue and of `content` behind it, without waiting, and drops that from both. `done`: both
    /// are empty. When it is `blocked`, `send` the rest.
    Progress try_send(std::string_view& content);

    /// Sends all that is queued, then `content`, which stays where it is until that is done; with one call where the
    /// kernel takes it. False: it failed, see `failure`.
    Task<bool> send(std::string_view content);

    /// A part of a file that is on its way. The file must stay open meanwhile.
    struct FilePart {
        FilePart(const StoredFile& whole, std::uint64_t begin, std::uint64_t size) noexcept
            : file{whole},
              first{begin},
              length{size}
        {}

        const StoredFile& file;
        std::uint64_t first, length;  ///< the part
        std::uint64_t sent = 0;       ///< of it
        std::uint64_t in_memory = 0;  ///< of it, as far as was looked at or waited for
    };

    /// Sends what is taken of the queue and then of the part, without waiting. `failed` also when the file was written to
    /// meanwhile, unless it only grew: the client shall not take a mixture for a file. Unless it is `done`, go on with
    /// `send_file`.
    Progress try_send_file(FilePart& part);

    /// Sends all that is queued, then the rest of the part. Where it has to come from a disk first, one of `threads` waits
    /// for it. Connections that send files take turns, and all that is smaller comes between. False: it failed, the client
    /// has got less, and the connection can't be used any more: see `failure`.
    Task<bool> send_file(FilePart& part, DiskThreads& threads);

    /// The connection has waited for something, and may send files in a row again.
    void begin_slice() noexcept { slice_end_ = sent_ + transport_.slice(); }

    /// What a call that was blocked waits for: want_read, want_write or paused.
    Transfer wanted() const noexcept { return wanted_; }

    /// The client is given up, for a reason in words, which is static.
    void give_up(std::string_view why) noexcept { failure_ = why; }

    /// The connection was closed by force: a pause ends.
    void stop() noexcept
    {
        if (pausing_ != nullptr) pausing_->cancel();
    }

    /// What went wrong, in words; empty: nothing yet.
    std::string_view failure() const noexcept { return failure_; }

private:
    using Timer =
        asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

    Task<bool> ready(Transfer wanted, PolledSocket::Pace pace = PolledSocket::Pace::at_once);
    Task<bool> turn();
    Task<> pause();
    static bool is_cached(const FilePart& part, std::uint64_t piece);
    Task<> read_ahead(FilePart& part, DiskThreads& threads);
    Task<bool> copy_file(FilePart& part);
    Progress failed(std::string_view why) noexcept;
    bool fail(std::string_view why) noexcept;

    Connection& connection_;
    Transport& transport_;
    engine::SendPatience& patience_;
    ByteBuffer queue_;
    std::uint64_t sent_ = 0;
    std::uint64_t slice_end_ = 256 * 1024;    // in all that is sent: from there on it is the turn of others
    Transfer wanted_ = Transfer::want_write;  // by the last call that was blocked
    std::string_view failure_;
    Timer* pausing_ = nullptr;  // until the client may have more
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/http/response_writer.ipp>
#endif
