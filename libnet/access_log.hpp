#pragma once
// The access log of a server, in the combined format of Apache and nginx, which every log reader knows:
//
//   127.0.0.1 - - [23/Nov/2026:08:36:41 +0000] "GET /a.html HTTP/1.1" 200 1024 "-" "curl/7.88.1"
//   127.0.0.1 - alice [23/Nov/2026:08:36:41 +0000] "GET /b.html HTTP/1.1" 200 1024 "-" "curl/7.88.1"
//   127.0.0.1 - - [23/Nov/2026:08:36:42 +0000] "GET /../x HTTP/1.1" 400 187 "-" "-" "path leaves the root"
//
// The reason stands as one more quoted field after the combined ones, and only where a request was refused or failed, so
// that what reads combined logs reads all that were served, too.

#include <libnet/access_record.hpp>
#include <libnet/base/diagnostics.hpp>
#include <libnet/config.hpp>
#include <libnet/io/loop/file_descriptor.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace libnet::inline v0 {

/// Appends the line of one request, with its line feed. A client can't forge a line: every byte from the network that is a
/// quote, a backslash, a control character or no ASCII is written as \xHH. The time is the local one.
void append_log_line(std::string& line, const AccessRecord& record);

/// Writes lines to a file or to standard output, from any thread.
///
///     AccessLog log{"/var/log/httpd++/access.log"};
///     options.on_access = [&log](const AccessRecord& record) { log.write(record); };   // or see AccessLogBatch
///     log.reopen();                                                                    // after a rotation
///
/// Whole lines are one write(2) on a descriptor that appends, so that those of several threads, and in a file those of
/// several processes, don't mix. A pipe whose reader stalls stalls the server: give a long-lived one a file.
class AccessLog {
public:
    /// Opens `target`: a file's name (made with mode 0644 if need be, and appended to), or "-" for standard output.
    /// `diagnostics` is told, in the thread that found out, that lines are lost (once, until a line is written again), and
    /// that a file can't be opened again.
    /// Waits for the reader of a FIFO, and tells so.
    /// @throws std::system_error the file can't be opened
    explicit AccessLog(std::string target, DiagnosticsHandler diagnostics = {});

    /// Writes the line of a record.
    void write(const AccessRecord& record) noexcept;

    /// Writes whole lines. A full disk or a closed pipe costs them and never the server.
    void write(std::string_view lines) noexcept;

    /// Opens the file by its name again, while other threads write. When that fails, or it is a FIFO without
    /// a reader, the old file stays in use.
    void reopen() noexcept;

private:
    friend class AccessLogBatch;

    bool is_file() const { return target_ != "-"; }
    io::FileDescriptor open(int nonblock) const;
    bool write_all(std::string_view lines);
    void report_loss(const char* why) noexcept;

    std::string target_;
    base::Diagnostics diagnostics_;
    io::FileDescriptor file_;
    std::mutex writing_;
    bool cut_ = false;  // the last octet written is no line's end
    std::atomic<bool> failing_{false};
};

/// Collects the lines of one event loop: what happens in a turn of it is one write, and under load what happens in 20 ms,
/// or 32 KiB. For that event loop's thread only.
///
///     AccessLogBatch batch{log, io};
///     options.on_access = [&batch](const AccessRecord& record) { batch.add(record); };
class AccessLogBatch {
public:
    /// Both must outlive it.
    AccessLogBatch(AccessLog& log, boost::asio::io_context& io) : log_{log}, io_{io}, moment_{io} {}
    ~AccessLogBatch() { flush(); }
    AccessLogBatch(const AccessLogBatch&) = delete;
    AccessLogBatch& operator=(const AccessLogBatch&) = delete;

    void add(const AccessRecord& record) noexcept;

    /// Writes what there is now.
    void flush() noexcept;

private:
    static constexpr std::size_t many = 32 * 1024;
    static constexpr std::chrono::milliseconds a_moment{20};
    static constexpr unsigned most_writes = 16;

    void end_turn();
    void end_moment();

    AccessLog& log_;
    boost::asio::io_context& io_;
    boost::asio::steady_timer moment_;
    std::string lines_;
    bool scheduled_ = false;  // `end_turn`
    unsigned writes_ = 0;     // at the ends of turns, in this moment; it runs when there has been one
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/server/access_line.ipp>
#  include <libnet/impl/server/access_log.ipp>
#endif
