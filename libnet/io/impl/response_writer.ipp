#pragma once

#include <libnet/io/page_cache.hpp>
#include <libnet/io/response_writer.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace libnet::io {

namespace detail {

inline constexpr std::string_view client_left = "The client closed the connection before it had the answer.";
inline constexpr std::string_view client_slow = "The client took what it was sent too slowly.";
inline constexpr std::string_view client_stuck = "The client took nothing for too long.";
inline constexpr std::string_view file_shrank = "The file got shorter while it was sent.";
inline constexpr std::string_view file_rewritten = "The file was written to while it was sent.";
inline constexpr std::string_view file_unreadable = "The file could not be read to its end.";

/// A call of sendfile(2) sends at most this much, and so many calls in a row go without a look at other connections.
inline constexpr std::uint64_t file_piece = 1 << 20;
inline constexpr unsigned pieces_in_a_row = 8;

}  // namespace detail

LIBNET_DECL ResponseWriter::Progress ResponseWriter::try_flush(int flags)
{
    while (!queue_.empty()) {
        const auto [outcome, size] = transport_.send(queue_.view(), flags);
        queue_.consume(size);
        sent_ += size;
        if (outcome == Transfer::done) continue;
        wanted_ = outcome;
        if (outcome != Transfer::failed) return Progress::blocked;
        fail(detail::client_left);
        return Progress::failed;
    }
    return Progress::done;
}

LIBNET_DECL Task<bool> ResponseWriter::flush(int flags)
{
    for (;;) {
        const auto progress = try_flush(flags);
        if (progress != Progress::blocked) co_return progress == Progress::done;
        const bool goes_on = co_await ready(wanted_);
        if (!goes_on) co_return false;
    }
}

LIBNET_DECL Task<bool> ResponseWriter::send(std::string_view content)
{
    for (;;) {
        const auto progress = try_send(content);
        if (progress != Progress::blocked) co_return progress == Progress::done;
        const bool goes_on = co_await ready(wanted_);
        if (!goes_on) co_return false;
    }
}

LIBNET_DECL ResponseWriter::Progress ResponseWriter::try_send(std::string_view& content)
{
    while (!queue_.empty() || !content.empty()) {
        const auto [outcome, size] = transport_.send(queue_.view(), content);
        const auto queued = std::min(size, queue_.size());
        queue_.consume(queued);
        content.remove_prefix(size - queued);
        sent_ += size;
        if (outcome == Transfer::done) continue;
        wanted_ = outcome;
        if (outcome != Transfer::failed) return Progress::blocked;
        fail(detail::client_left);
        return Progress::failed;
    }
    return Progress::done;
}

LIBNET_DECL Task<bool> ResponseWriter::send_file(const StoredFile& file, std::uint64_t first, std::uint64_t length,
                                                 DiskThreads& threads)
{
    const bool flushed = co_await flush(MSG_MORE);  // the head waits in the kernel for the file's first bytes
    if (!flushed) co_return false;
    const int descriptor = file.descriptor.get();
    const auto start = static_cast<off_t>(first);
    off_t at = start, cached = start;
    unsigned pieces = 0;
    while (length > 0) {
        const auto piece = std::min(length, detail::file_piece);
        if (at >= cached) {
            cached = at + static_cast<off_t>(piece);
            if (piece == length && at != start && was_rewritten(file)) co_return fail(detail::file_rewritten);
            PageCacheFill fill{descriptor, at, piece};
            if (!fill.is_done()) {
                auto filled = threads.run(fill, asio::deferred);
                co_await std::move(filled);
            }
        }
        const auto [outcome, size] = transport_.send_file(descriptor, at, piece);
        length -= size;
        sent_ += size;
        if (outcome == Transfer::done && ++pieces % detail::pieces_in_a_row != 0) continue;
        if (outcome == Transfer::ended) co_return fail(detail::file_shrank);
        if (outcome == Transfer::file_failed) co_return fail(detail::file_unreadable);
        if (outcome == Transfer::failed) co_return fail(detail::client_left);
        if (outcome == Transfer::unsupported) {
            const bool copied = co_await copy_file(descriptor, at, length);
            co_return copied;
        }
        if (outcome == Transfer::done) {
            co_await asio::post(connection_.executor(), use_tuple);
            continue;
        }
        const bool goes_on = co_await ready(outcome);
        if (!goes_on) co_return false;
    }
    co_return true;
}

LIBNET_DECL Task<bool> ResponseWriter::copy_file(int file, std::int64_t at, std::uint64_t length)
{
    constexpr std::uint64_t piece = 64 * 1024;
    while (length > 0) {
        const auto room = queue_.prepare(piece);
        const auto size = ::pread(file, room.data(), std::min(length, piece), at);
        if (size <= 0) co_return fail(size == 0 ? detail::file_shrank : detail::file_unreadable);
        queue_.commit(static_cast<std::size_t>(size));
        at += size;
        length -= static_cast<std::uint64_t>(size);
        const bool flushed = co_await flush();
        if (!flushed) co_return false;
    }
    co_return true;
}

/// Waits until what `wanted` names may go on.
LIBNET_DECL Task<bool> ResponseWriter::ready(Transfer wanted)
{
    if (wanted == Transfer::paused) {
        co_await pause();
        co_return true;
    }
    using Clock = std::chrono::steady_clock;
    const auto side = wanted == Transfer::want_read ? PolledSocket::read : PolledSocket::write;
    auto& deadline = connection_.deadline();
    deadline.expires_after(timeout_);
    const auto began = Clock::now();
    auto wait = connection_.polled().wait(side);
    const bool open = co_await std::move(wait);
    const bool expired = deadline.expired();
    deadline.clear();
    if (expired) co_return fail(detail::client_stuck);
    if (!open) co_return fail(detail::client_left);
    if (watch_.waited(Clock::now() - began, sent_)) co_return fail(detail::client_slow);
    co_return true;
}

/// Waits until the client may have more; a closed connection ends it at once.
LIBNET_DECL Task<> ResponseWriter::pause()
{
    constexpr SendMeter::Wait longest = std::chrono::seconds{1};  // others of this client change what there is
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor> timer{
        connection_.executor(), std::min(transport_.pause(), longest)};
    connection_.on_close([&timer] { timer.cancel(); });
    co_await timer.async_wait(use_tuple);
    connection_.on_close(nullptr);
}

LIBNET_DECL bool ResponseWriter::fail(std::string_view why) noexcept
{
    failure_ = why;
    return false;
}

}  // namespace libnet::io
