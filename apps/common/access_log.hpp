#pragma once
// The access log of a daemon: a file, standard output, or nothing.
//
//   apps::AccessLog log{"httpd++", "/var/log/httpd++/access.log"};     // or "-": standard output, or "none"
//   if (log) options.on_access = [&log](const AccessRecord& record) { log.write(record); };   // see access_log_batch.hpp
//   log.reopen();                                                      // after a rotation: daemons do it on SIGUSR1
//
// Whole lines are one write(2) on a descriptor that appends, so that those of several threads, and in a file those of
// several processes, don't mix. A pipe whose reader stalls would stall the server: give long-lived daemons a file.

#include <apps/common/access_line.hpp>
#include <apps/common/output.hpp>
#include <libnet/access_record.hpp>
#include <libnet/io/loop/file_descriptor.hpp>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace libnet::apps {

/// Takes records from any thread.
class AccessLog {
public:
    /// Opens `target`: a file's name (made with mode 0644 if need be, and appended to), "-" or "none".
    /// @throws std::system_error the file can't be opened
    AccessLog(std::string program, std::string target) : program_{std::move(program)}, target_{std::move(target)}
    {
        if (is_file()) file_ = open();
    }

    /// False for "none".
    explicit operator bool() const { return target_ != "none"; }

    /// Writes the line of a record.
    void write(const AccessRecord& record) noexcept
    try {
        LogLine line;
        append_log_line(line, record);
        write({line.data(), line.size()});
    } catch (const std::exception&) {
        complain_once("out of memory");
    }

    /// Writes whole lines. A full disk or a closed pipe costs them and never the server; the first failure of a row is
    /// reported on standard error.
    void write(std::string_view lines) noexcept
    {
        const std::lock_guard alone{writing_};  // a pipe takes long writes in pieces
        // A line that a full disk has cut must not swallow the next one.
        const bool written = (!cut_ || write_all("\n")) && write_all(lines);
        if (written) failing_.store(false, std::memory_order_relaxed);
        else complain_once(std::strerror(errno));
    }

    /// Says on standard error that lines were lost, if it is the first time since one was written.
    void complain_once(const char* why) noexcept
    try {
        if (!failing_.exchange(true, std::memory_order_relaxed)) complain(program_, fmt::format("access log: {}", why));
    } catch (const std::exception&) {
        // Not even that can be said.
    }

    /// Opens the file by its name again, while other threads write. When that fails, the old file stays in use.
    void reopen() noexcept
    try {
        if (!is_file()) return;
        const auto fresh = open();
        ::dup3(fresh.get(), file_.get(), O_CLOEXEC);  // swaps the file under a number that never changes
    } catch (const std::exception& error) {
        complain(program_, error.what());
    }

private:
    bool is_file() const { return target_ != "-" && target_ != "none"; }

    io::FileDescriptor open() const
    {
        const int opened = ::open(target_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        if (opened < 0) throw std::system_error{errno, std::generic_category(), "access log '" + target_ + "'"};
        return io::FileDescriptor{opened};
    }

    bool write_all(std::string_view lines)
    {
        const int descriptor = is_file() ? file_.get() : STDOUT_FILENO;
        while (!lines.empty()) {
            const auto size = ::write(descriptor, lines.data(), lines.size());
            if (size < 0 && errno == EINTR) continue;
            if (size <= 0) return false;
            cut_ = lines[static_cast<std::size_t>(size) - 1] != '\n';
            lines.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }

    std::string program_, target_;
    io::FileDescriptor file_;
    std::mutex writing_;
    bool cut_ = false;  // the last octet written is no line's end
    std::atomic<bool> failing_{false};
};

}  // namespace libnet::apps
