#pragma once
// The access log of a server, in the combined format of Apache and nginx, which every log reader knows, in JSON, or in a form of
// one's own:
//
//   127.0.0.1 - - [23/Nov/2026:08:36:41 +0000] "GET /a.html HTTP/1.1" 200 1024 "-" "curl/7.88.1"
//   127.0.0.1 - alice [23/Nov/2026:08:36:41 +0000] "GET /b.html HTTP/1.1" 200 1024 "-" "curl/7.88.1"
//   127.0.0.1 - - [23/Nov/2026:08:36:42 +0000] "GET /../x HTTP/1.1" 400 187 "-" "-" "path leaves the root"
//
// In the combined format the reason stands as one more quoted field after the combined ones, and only where a request was
// refused or failed, so that what reads combined logs reads all that were served, too.
//
// Servers don't wait for it: each event loop has a queue, and one thread writes what is in the queues. A disk or a reader that
// stalls costs lines, which are counted, and never requests.

#include <libnet/access_log_format.hpp>
#include <libnet/access_record.hpp>
#include <libnet/base/byte_ring.hpp>
#include <libnet/base/diagnostics.hpp>
#include <libnet/config.hpp>
#include <libnet/io/loop/file_descriptor.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace libnet::inline v0 {

/// Writes lines to a file or to standard output, from any thread.
///
///     AccessLog log{"/var/log/httpd++/access.log"};
///     AccessLogQueue queue{log};                                                        // one for each event loop
///     options.on_access = [&queue](const AccessRecord& record) { queue.add(record); };
///     log.reopen();                                                                     // after a rotation
///
/// Whole lines are one write(2) on a descriptor that appends, so that in a file those of several processes don't mix; to a
/// pipe they go in pieces of whole lines, of at most PIPE_BUF octets (a longer line in several), each when there is room for it.
class AccessLog {
public:
    /// Opens `target`: a file's name (made with mode 0644 if need be, and appended to), or "-" for standard output.
    /// `diagnostics` is told, in the thread that found out, that lines are lost (once, until lines are written again, which it is
    /// told with their number), and that a file can't be opened again.
    /// Waits for the reader of a FIFO, and tells so.
    /// `what` is its name in all of that.
    /// @throws std::system_error the file can't be opened
    explicit AccessLog(std::string target, DiagnosticsHandler diagnostics = {}, AccessLogFormat format = {},
                       std::string what = "access log");

    struct StandardError {};  ///< Says that lines go to standard error.
    /// The same on standard error, for other lines than those of requests.
    explicit AccessLog(StandardError) : AccessLog{"-"}  ///< to standard error
    {
        standard_ = 2;
        in_pieces_ = true;
    }

    /// Writes what is in the queues, for a second at most where it can't be written.
    ~AccessLog();
    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;

    /// Writes the line of a record now, and waits for that; for programs without an event loop.
    void write(const AccessRecord& record) noexcept;

    /// The same for whole lines, each with its line feed.
    void write(std::string_view lines) noexcept { put(lines); }

    /// Opens the file by its name again, while other threads write. When that fails, or it is a FIFO without
    /// a reader, the old file stays in use.
    void reopen() noexcept;

    /// Gives the lines another form from now on.
    void replace(AccessLogFormat format);

    /// Lines that could not be written since the start: a queue was full, or a write failed.
    std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

private:
    friend class AccessLogQueue;
    enum class Written : std::uint8_t { all, failed, stopped };

    bool is_file() const { return target_ != "-"; }
    int descriptor() const { return is_file() ? file_.get() : standard_; }
    io::FileDescriptor open(int nonblock) const;

    std::shared_ptr<base::ByteRing> add_queue();
    void wake() noexcept;
    void wait_until_written(const base::ByteRing& queue) const;
    std::shared_ptr<const AccessLogFormat> format() const;
    void lose(std::uint64_t lines, std::string_view why) noexcept;
    void lose_for_haste() noexcept;

    void write_queues();
    std::size_t write_some();
    static std::chrono::milliseconds next_nap(std::chrono::milliseconds nap, std::size_t octets);
    void pause(std::chrono::milliseconds limit);
    void put(std::string_view lines) noexcept;
    Written write_all(std::string_view& lines);
    bool wait_for_room() const;

    std::string target_, what_;
    base::Diagnostics diagnostics_;
    io::FileDescriptor file_;
    std::mutex writing_;
    int standard_ = 1;       // the descriptor where it is no file
    bool cut_ = false;       // the last octet written is no line's end
    bool in_pieces_ = true;  // it is a pipe, a terminal, ...

    std::atomic<std::uint64_t> dropped_{0}, told_{0};
    std::atomic<bool> failing_{false};
    std::atomic<std::chrono::steady_clock::time_point> quiet_until_{};  // the end of a loss isn't told before

    mutable std::mutex queues_mutex_;
    std::vector<std::shared_ptr<base::ByteRing>> queues_;
    std::shared_ptr<const AccessLogFormat> format_;
    std::atomic<unsigned> format_number_{0};  // of the present format

    io::FileDescriptor wakeup_;       // an eventfd(2)
    std::atomic<bool> awake_{false};  // the writer is to look at the queues in any case
    std::atomic<bool> stopping_{false};
    std::vector<std::shared_ptr<base::ByteRing>> written_;  // the queues that the writer looks at
    std::thread writer_;                                    // runs once there is a queue
};

/// The lines of one event loop, or of any one thread, on their way to the log. For that thread only.
class AccessLogQueue {
public:
    /// The log must outlive it.
    explicit AccessLogQueue(AccessLog& log) : log_{log}, ring_{log.add_queue()} {}
    ~AccessLogQueue() { flush(); }
    AccessLogQueue(const AccessLogQueue&) = delete;
    AccessLogQueue& operator=(const AccessLogQueue&) = delete;

    /// Never waits. The line is written at once when none came just before, in any case within some 10 ms, or lost when the
    /// queue is full.
    void add(const AccessRecord& record) noexcept;

    /// The same for whole lines, each with its line feed.
    void add(std::string_view lines) noexcept
    {
        if (ring_->push(lines)) log_.wake();
        else log_.lose_for_haste();
    }

    /// Waits until everything is written that was added, for a second at most.
    void flush() noexcept;

private:
    AccessLog& log_;
    std::shared_ptr<base::ByteRing> ring_;
    std::shared_ptr<const AccessLogFormat> format_;
    unsigned format_number_ = 0;
    std::string line_;
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/server/access_log.ipp>
#endif
