#pragma once
// Bodies of libnet/access_log.hpp.

#include <libnet/access_log.hpp>

#include <boost/asio/post.hpp>

#include <cerrno>
#include <cstring>
#include <exception>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace libnet::inline v0 {

LIBNETXX_DECL AccessLog::AccessLog(std::string target, DiagnosticsHandler diagnostics)
    : target_{std::move(target)},
      diagnostics_{std::move(diagnostics)}
{
    if (!is_file()) return;
    file_ = open(O_NONBLOCK);
    if (file_) return;
    diagnostics_.tell(DiagnosticLevel::warning, "access log '" + target_ + "' is a FIFO: waiting for a reader");
    file_ = open(0);
}

LIBNETXX_DECL void AccessLog::write(const AccessRecord& record) noexcept
try {
    std::string line;
    append_log_line(line, record);
    write(std::string_view{line});
} catch (const std::exception&) {
    report_loss("out of memory");
}

LIBNETXX_DECL void AccessLog::write(std::string_view lines) noexcept
{
    const std::lock_guard alone{writing_};  // a pipe takes long writes in pieces
    // A line that a full disk has cut must not swallow the next one.
    const bool written = (!cut_ || write_all("\n")) && write_all(lines);
    if (written) failing_.store(false, std::memory_order_relaxed);
    else report_loss(std::strerror(errno));
}

LIBNETXX_DECL void AccessLog::report_loss(const char* why) noexcept
try {
    if (failing_.exchange(true, std::memory_order_relaxed)) return;
    diagnostics_.tell(DiagnosticLevel::error, std::string{"access log: "} + why);
} catch (const std::exception&) {
    // Not even that can be said.
}

LIBNETXX_DECL void AccessLog::reopen() noexcept
try {
    if (!is_file()) return;
    const auto fresh = open(O_NONBLOCK);
    if (!fresh)
        return diagnostics_.tell(DiagnosticLevel::error, "access log '" + target_ + "' is a FIFO without a reader");
    ::dup3(fresh.get(), file_.get(), O_CLOEXEC);  // swaps the file under a number that never changes
} catch (const std::exception& error) {
    diagnostics_.tell(DiagnosticLevel::error, error.what());
}

/// With O_NONBLOCK nothing where it would have to wait for a FIFO's reader. What is written waits in any case.
LIBNETXX_DECL io::FileDescriptor AccessLog::open(int nonblock) const
{
    io::FileDescriptor opened{::open(target_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | nonblock, 0644)};
    if (!opened && errno == ENXIO && nonblock != 0) return {};
    if (!opened) throw std::system_error{errno, std::generic_category(), "access log '" + target_ + "'"};
    if (nonblock != 0) ::fcntl(opened.get(), F_SETFL, O_APPEND);
    return opened;
}

LIBNETXX_DECL bool AccessLog::write_all(std::string_view lines)
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

LIBNETXX_DECL void AccessLogBatch::add(const AccessRecord& record) noexcept
try {
    append_log_line(lines_, record);
    if (lines_.size() >= many) flush();
    if (lines_.empty() || scheduled_ || writes_ == most_writes) return;
    boost::asio::post(io_, [this] { end_turn(); });
    scheduled_ = true;
} catch (const std::exception&) {
    log_.report_loss("out of memory");
}

LIBNETXX_DECL void AccessLogBatch::flush() noexcept
{
    if (lines_.empty()) return;
    log_.write(std::string_view{lines_});
    lines_.clear();
}

LIBNETXX_DECL void AccessLogBatch::end_turn()
{
    scheduled_ = false;
    flush();
    if (writes_++ > 0) return;
    moment_.expires_after(a_moment);
    moment_.async_wait([this](const boost::system::error_code&) { end_moment(); });
}

LIBNETXX_DECL void AccessLogBatch::end_moment()
{
    writes_ = 0;
    flush();
}

}  // namespace libnet::inline v0
