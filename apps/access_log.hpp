#pragma once
// The access log of a daemon: a file, standard output, or nothing.
//
//   apps::AccessLog log{"httpd++", "/var/log/httpd++/access.log"};     // or "-": standard output, or "none"
//   if (log) options.on_access = [&log](const AccessRecord& record) { log.write(record); };
//   log.reopen();                                                      // after a rotation: daemons do it on SIGUSR1
//
// Each line is one write(2) on a descriptor that appends, so that lines of several threads and processes don't mix and
// a crash loses none. A pipe whose reader stalls would stall the server: give long-lived daemons a file.

#include <apps/access_line.hpp>
#include <apps/output.hpp>
#include <libnet/access_record.hpp>
#include <libnet/io/file_descriptor.hpp>

#include <atomic>
#include <cerrno>
#include <cstring>
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

    /// Writes a line. A full disk or a closed pipe costs that line and never the server; the first failure of a row is
    /// reported on standard error.
    void write(const AccessRecord& record) noexcept
    try {
        LogLine line;
        append_log_line(line, record);
        const bool written = write_all({line.data(), line.size()});
        if (failing_.exchange(!written, std::memory_order_relaxed) || written) return;
        complain(program_, fmt::format("access log: {}", std::strerror(errno)));
    } catch (const std::exception&) {
        // Out of memory: the line is lost, as on a full disk.
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

    bool write_all(std::string_view line) const
    {
        const int descriptor = is_file() ? file_.get() : STDOUT_FILENO;
        while (!line.empty()) {
            const auto size = ::write(descriptor, line.data(), line.size());
            if (size < 0 && errno == EINTR) continue;
            if (size <= 0) return false;
            line.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }

    std::string program_, target_;
    io::FileDescriptor file_;
    std::atomic<bool> failing_{false};
};

}  // namespace libnet::apps
