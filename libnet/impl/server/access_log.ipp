#pragma once
// Bodies of libnet/access_log.hpp.

#include <libnet/access_log.hpp>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <exception>
#include <new>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace libnet::inline v0 {

namespace detail {

constexpr std::size_t log_queue_size = std::size_t{256} * 1024;
constexpr std::chrono::milliseconds log_shortest_pause{1}, log_longest_pause{8};
constexpr std::size_t log_little = 1024;      // octets that come in a nap: a line now and then isn't late
constexpr std::size_t log_much = 128 * 1024;  // more are written sooner, before a queue is full
constexpr std::chrono::seconds log_patience{1};

inline std::uint64_t lines_in(std::string_view text)
{
    return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

/// Whether a write(2) that is longer than PIPE_BUF may wait for a reader.
inline bool may_stall(int descriptor)
{
    struct stat file {};
    return ::fstat(descriptor, &file) != 0 || !S_ISREG(file.st_mode);
}

/// How many of these octets go into a pipe at once: whole lines within PIPE_BUF, between which what others write may come, or
/// a part of one that is longer.
inline std::size_t piece_of(std::string_view lines)
{
    if (lines.size() <= PIPE_BUF) return lines.size();
    const auto end = lines.rfind('\n', PIPE_BUF - 1);
    return end == lines.npos ? std::size_t{PIPE_BUF} : end + 1;
}

}  // namespace detail

LIBNETXX_DECL AccessLog::AccessLog(std::string target, DiagnosticsHandler diagnostics, AccessLogFormat format,
                                   std::string what)
    : target_{std::move(target)},
      what_{std::move(what)},
      diagnostics_{std::move(diagnostics)},
      format_{std::make_shared<const AccessLogFormat>(std::move(format))},
      wakeup_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)}
{
    if (is_file()) {
        file_ = open(O_NONBLOCK);
        if (!file_) {
            diagnostics_.tell(DiagnosticLevel::warning, what_ + " '" + target_ + "' is a FIFO: waiting for a reader");
            file_ = open(0);
        }
    }
    in_pieces_ = detail::may_stall(descriptor());
}

LIBNETXX_DECL AccessLog::~AccessLog()
{
    stopping_ = true;
    wake();
    if (writer_.joinable()) writer_.join();
}

LIBNETXX_DECL void AccessLog::write(const AccessRecord& record) noexcept
try {
    std::string line;
    format()->append(line, record);
    put(line);
} catch (const std::exception&) {
    lose(1, "out of memory");
}

LIBNETXX_DECL void AccessLog::replace(AccessLogFormat format)
{
    auto fresh = std::make_shared<const AccessLogFormat>(std::move(format));
    const std::lock_guard alone{queues_mutex_};
    format_ = std::move(fresh);
    format_number_.fetch_add(1, std::memory_order_release);
}

LIBNETXX_DECL std::shared_ptr<const AccessLogFormat> AccessLog::format() const
{
    const std::lock_guard alone{queues_mutex_};
    return format_;
}

LIBNETXX_DECL void AccessLog::reopen() noexcept
try {
    if (!is_file()) return;
    const auto fresh = open(O_NONBLOCK);
    if (!fresh)
        return diagnostics_.tell(DiagnosticLevel::error, what_ + " '" + target_ + "' is a FIFO without a reader");
    ::dup3(fresh.get(), file_.get(), O_CLOEXEC);  // swaps the file under a number that never changes
} catch (const std::exception& error) {
    diagnostics_.tell(DiagnosticLevel::error, error.what());
}

/// With O_NONBLOCK nothing where it would have to wait for a FIFO's reader. What is written waits in any case.
LIBNETXX_DECL io::FileDescriptor AccessLog::open(int nonblock) const
{
    io::FileDescriptor opened{::open(target_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | nonblock, 0644)};
    if (!opened && errno == ENXIO && nonblock != 0) return {};
    if (!opened) throw std::system_error{errno, std::generic_category(), what_ + " '" + target_ + "'"};
    if (nonblock != 0) ::fcntl(opened.get(), F_SETFL, O_APPEND);
    return opened;
}

/// Told once, until lines are written again.
LIBNETXX_DECL void AccessLog::lose(std::uint64_t lines, std::string_view why) noexcept
try {
    dropped_.fetch_add(lines, std::memory_order_relaxed);
    if (failing_.exchange(true)) return;
    diagnostics_.tell(DiagnosticLevel::error, (what_ + ": ").append(why).append(": lines are lost"));
} catch (const std::exception&) {
    // Nothing can be told without memory.
}

/// A queue is full. Where that goes on for long, the end of it is told when a while has passed without.
LIBNETXX_DECL void AccessLog::lose_for_haste() noexcept
{
    quiet_until_ = std::chrono::steady_clock::now() + detail::log_patience;
    lose(1, "it can't be written fast enough");
}

/// Whole lines. A line that a full disk has cut must not take the next one with it.
LIBNETXX_DECL void AccessLog::put(std::string_view lines) noexcept
try {
    const std::lock_guard alone{writing_};  // a pipe takes long writes in pieces
    std::string_view end_of_line = "\n";
    auto written = cut_ ? write_all(end_of_line) : Written::all;
    if (written == Written::all) written = write_all(lines);
    if (written == Written::failed) return lose(detail::lines_in(lines), std::strerror(errno));
    if (written == Written::stopped) return lose(detail::lines_in(lines), "its reader has stalled");
    if (!failing_ || std::chrono::steady_clock::now() < quiet_until_.load()) return;
    failing_ = false;
    const auto now = dropped(), lost = now - told_.exchange(now);
    diagnostics_.tell(DiagnosticLevel::info,
                      what_ + ": is written again; " + std::to_string(lost) + " lines were lost");
} catch (const std::exception&) {
    // There is no memory to say it.
}

/// Takes what it has written from the front of `lines`.
LIBNETXX_DECL AccessLog::Written AccessLog::write_all(std::string_view& lines)
{
    while (!lines.empty()) {
        if (in_pieces_ && !wait_for_room()) return Written::stopped;
        const auto most = in_pieces_ ? detail::piece_of(lines) : lines.size();
        const auto size = ::write(descriptor(), lines.data(), most);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return Written::failed;
        cut_ = lines[static_cast<std::size_t>(size) - 1] != '\n';
        lines.remove_prefix(static_cast<std::size_t>(size));
    }
    return Written::all;
}

/// Waits until PIPE_BUF octets can be written without waiting. False: the log ends, and has waited for long enough.
LIBNETXX_DECL bool AccessLog::wait_for_room() const
{
    constexpr int often = 100;  // that it looks whether the log ends
    const auto has_room = [this](int milliseconds) {
        pollfd room{descriptor(), POLLOUT, 0};
        return ::poll(&room, 1, milliseconds) > 0;
    };
    while (!has_room(often))
        if (stopping_) return has_room(static_cast<int>(std::chrono::milliseconds{detail::log_patience}.count()));
    return true;
}

// ---------------------------------------------------------------------------------------------------------- the queues

LIBNETXX_DECL std::shared_ptr<base::ByteRing> AccessLog::add_queue()
{
    const std::lock_guard alone{queues_mutex_};
    queues_.push_back(std::make_shared<base::ByteRing>(detail::log_queue_size));
    if (writer_.joinable()) return queues_.back();
    sigset_t all, before;  // signals are for the program's own threads
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        writer_ = std::thread{[this] { write_queues(); }};
    } catch (...) {
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
        throw;
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return queues_.back();
}

/// A writer that naps looks at the queues when it wakes; one that sleeps has to be woken.
LIBNETXX_DECL void AccessLog::wake() noexcept
{
    if (awake_.exchange(true) && !stopping_) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wakeup_.get(), &one, sizeof one);
}

/// How long the writer naps after one in which so much has come.
LIBNETXX_DECL std::chrono::milliseconds AccessLog::next_nap(std::chrono::milliseconds nap, std::size_t octets)
{
    if (octets < detail::log_little) return detail::log_shortest_pause;
    if (octets > detail::log_much) return std::max(nap / 2, detail::log_shortest_pause);
    return octets < detail::log_much / 4 ? std::min(2 * nap, detail::log_longest_pause) : nap;
}

/// The writer's thread: writes what there is, naps so that there is more to write at once, and sleeps when there was nothing.
LIBNETXX_DECL void AccessLog::write_queues()
{
    auto nap = detail::log_shortest_pause;
    for (;;) {
        const bool ends = stopping_;
        if (const auto octets = write_some(); octets > 0) {
            awake_ = true;
            if (!ends) pause(nap);
            nap = next_nap(nap, octets);
            continue;
        }
        if (ends) return;
        nap = detail::log_shortest_pause;
        awake_ = false;
        if (write_some() == 0) pause(std::chrono::milliseconds{-1});  // nothing came in between
    }
}

/// Writes what is in each queue, from where it lies. Returns how many octets that were. Queues that are empty and no longer used
/// go.
LIBNETXX_DECL std::size_t AccessLog::write_some()
{
    written_.clear();
    try {
        const std::lock_guard alone{queues_mutex_};
        std::erase_if(queues_, [](const auto& queue) { return queue.use_count() == 1 && queue->empty(); });
        written_ = queues_;
    } catch (const std::bad_alloc&) {
        pause(detail::log_longest_pause);  // the lines wait in their queues
    }
    std::size_t octets = 0;
    for (const auto& queue : written_) {
        const auto lines = queue->front();
        if (lines.empty()) continue;
        put(lines);
        queue->pop(lines.size());
        octets += lines.size();
    }
    return octets;
}

/// Waits to be woken, for `limit` at most; a negative one is none.
LIBNETXX_DECL void AccessLog::pause(std::chrono::milliseconds limit)
{
    pollfd woken{wakeup_.get(), POLLIN, 0};
    if (::poll(&woken, 1, static_cast<int>(limit.count())) <= 0) return;
    std::uint64_t count = 0;
    [[maybe_unused]] const auto size = ::read(wakeup_.get(), &count, sizeof count);
}

/// For the end of a program.
LIBNETXX_DECL void AccessLog::wait_until_written(const base::ByteRing& queue) const
{
    const auto limit = std::chrono::steady_clock::now() + detail::log_patience;
    while (!queue.empty() && std::chrono::steady_clock::now() < limit)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

LIBNETXX_DECL void AccessLogQueue::add(const AccessRecord& record) noexcept
try {
    const auto number = log_.format_number_.load(std::memory_order_acquire);
    if (!format_ || number != format_number_) {
        format_ = log_.format();
        format_number_ = number;
    }
    line_.clear();
    format_->append(line_, record);
    if (ring_->push(line_)) log_.wake();
    else log_.lose_for_haste();
} catch (const std::exception&) {
    log_.lose(1, "out of memory");
}

LIBNETXX_DECL void AccessLogQueue::flush() noexcept
try {
    log_.wake();
    log_.wait_until_written(*ring_);
} catch (const std::exception&) {
    // The writer has them all the same.
}

}  // namespace libnet::inline v0
