#pragma once

#include <libnet/engine/http/http_sentences.hpp>
#include <libnet/io/files/page_cache.hpp>
#include <libnet/io/http/response_writer.hpp>

#include <algorithm>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace libnet::inline v0::io {

namespace detail {

inline constexpr std::string_view file_shrank = "The file got shorter while it was sent.";
inline constexpr std::string_view file_rewritten = "The file was written to while it was sent.";
inline constexpr std::string_view file_unreadable = "The file could not be read to its end.";

/// A call of sendfile(2) sends at most this much.
inline constexpr std::uint64_t file_piece = 2 << 20;

/// What the kernel had in memory a moment ago, and what was sent from there, it still has.
inline constexpr std::chrono::milliseconds cached_for{100};

}  // namespace detail

LIBNETXX_DECL ResponseWriter::Progress ResponseWriter::try_flush(int flags)
{
    while (!queue_.empty()) {
        const auto [outcome, size] = transport_.send(queue_.view(), flags);
        queue_.consume(size);
        sent_ += size;
        if (outcome == Transfer::done) continue;
        wanted_ = outcome;
        if (outcome != Transfer::failed) return Progress::blocked;
        return failed(engine::client_gone);
    }
    return Progress::done;
}

LIBNETXX_DECL Task<bool> ResponseWriter::flush(int flags)
{
    for (;;) {
        const auto progress = try_flush(flags);
        if (progress != Progress::blocked) co_return progress == Progress::done;
        const bool goes_on = co_await ready(wanted_);
        if (!goes_on) co_return false;
    }
}

LIBNETXX_DECL Task<bool> ResponseWriter::send(std::string_view content)
{
    for (;;) {
        const auto progress = try_send(content);
        if (progress != Progress::blocked) co_return progress == Progress::done;
        const bool goes_on = co_await ready(wanted_);
        if (!goes_on) co_return false;
    }
}

LIBNETXX_DECL ResponseWriter::Progress ResponseWriter::try_send(std::string_view& content)
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
        return failed(engine::client_gone);
    }
    return Progress::done;
}

LIBNETXX_DECL ResponseWriter::Progress ResponseWriter::try_send_file(FilePart& part)
{
    const auto flushed = try_flush(MSG_MORE);  // the head waits in the kernel for the file's first bytes
    if (flushed != Progress::done) return flushed;
    const int descriptor = part.file.descriptor.get();
    while (part.sent < part.length) {
        if (sent_ >= slice_end_) return Progress::enough;
        auto at = static_cast<off_t>(part.first + part.sent);
        if (part.sent >= part.in_memory) {
            const auto piece = std::min(part.length - part.sent, detail::file_piece);
            const bool last = part.sent > 0 && part.sent + piece == part.length;
            if (last && was_rewritten(part.file)) return failed(detail::file_rewritten);
            if (!is_cached(part, piece)) return Progress::cold;
            part.in_memory = part.sent + piece;
        }
        const auto [outcome, size] = transport_.send_file(descriptor, at, part.in_memory - part.sent);
        part.sent += size;
        sent_ += size;
        switch (outcome) {
        case Transfer::done:
            break;
        case Transfer::ended:
            return failed(detail::file_shrank);
        case Transfer::file_failed:
            return failed(detail::file_unreadable);
        case Transfer::failed:
            return failed(engine::client_gone);
        case Transfer::unsupported:
            return Progress::by_hand;
        default:
            wanted_ = outcome;
            return Progress::blocked;
        }
    }
    return Progress::done;
}

LIBNETXX_DECL Task<bool> ResponseWriter::send_file(FilePart& part, DiskThreads& threads)
{
    for (;;) {
        const auto progress = try_send_file(part);
        bool goes_on = true;
        switch (progress) {
        case Progress::done:
            co_return true;
        case Progress::failed:
            co_return false;
        case Progress::blocked:
            goes_on = co_await ready(wanted_, PolledSocket::Pace::in_turn);
            begin_slice();
            break;
        case Progress::cold:
            co_await read_ahead(part, threads);
            break;
        case Progress::enough:
            goes_on = co_await turn();
            break;
        case Progress::by_hand:
            goes_on = co_await copy_file(part);
            break;
        }
        if (!goes_on) co_return false;
    }
}

/// The kernel has the next piece in memory. Of a file that is one piece that is known for a moment: it may be sent
/// thousands of times a second.
LIBNETXX_DECL bool ResponseWriter::is_cached(const FilePart& part, std::uint64_t piece)
{
    const bool whole = piece == part.file.facts.size;
    const auto now = whole ? std::chrono::steady_clock::now() : std::chrono::steady_clock::time_point{};
    if (whole && now - part.file.seen_cached < detail::cached_for) return true;
    const auto at = static_cast<off_t>(part.first + part.sent);
    if (!PageCacheFill{part.file.descriptor.get(), at, piece}.is_done()) return false;
    if (whole) part.file.seen_cached = now;
    return true;
}

/// Has the next piece read from the disk.
LIBNETXX_DECL Task<> ResponseWriter::read_ahead(FilePart& part, DiskThreads& threads)
{
    const auto piece = std::min(part.length - part.sent, detail::file_piece);
    PageCacheFill fill{part.file.descriptor.get(), static_cast<off_t>(part.first + part.sent), piece};
    auto filled = threads.run(fill, asio::deferred);
    co_await std::move(filled);
    part.in_memory = part.sent + piece;
}

LIBNETXX_DECL Task<bool> ResponseWriter::copy_file(FilePart& part)
{
    constexpr std::uint64_t piece = 64 * 1024;
    while (part.sent < part.length) {
        const auto room = queue_.prepare(piece);
        const auto size = ::pread(part.file.descriptor.get(), room.data(), std::min(part.length - part.sent, piece),
                                  static_cast<off_t>(part.first + part.sent));
        if (size <= 0) co_return fail(size == 0 ? detail::file_shrank : detail::file_unreadable);
        queue_.commit(static_cast<std::size_t>(size));
        part.sent += static_cast<std::uint64_t>(size);
        bool goes_on = co_await flush();
        if (goes_on && sent_ >= slice_end_) goes_on = co_await turn();
        if (!goes_on) co_return false;
    }
    co_return true;
}

/// Lets others go on.
LIBNETXX_DECL Task<bool> ResponseWriter::turn()
{
    auto wait = connection_.polled().wait(PolledSocket::write, PolledSocket::Pace::in_turn);
    const bool open = co_await std::move(wait);
    begin_slice();
    if (!open) co_return fail(engine::client_gone);
    co_return true;
}

/// Waits until what `wanted` names may go on.
LIBNETXX_DECL Task<bool> ResponseWriter::ready(Transfer wanted, PolledSocket::Pace pace)
{
    if (wanted == Transfer::paused) {
        co_await pause();
        co_return true;
    }
    using Clock = std::chrono::steady_clock;
    const auto side = wanted == Transfer::want_read ? PolledSocket::read : PolledSocket::write;
    auto& deadline = connection_.deadline();
    const auto began = Clock::now();
    deadline.expires_after(std::chrono::ceil<std::chrono::milliseconds>(patience_.blocked(began) - began));
    auto wait = connection_.polled().wait(side, pace);
    const bool open = co_await std::move(wait);
    const bool expired = deadline.expired();
    deadline.clear();
    if (!open && !expired) co_return fail(engine::client_gone);
    const auto why = patience_.judge(Clock::now(), sent_, expired);
    co_return why.empty() || fail(why);
}

/// Waits until the client may have more; a closed connection ends it at once.
LIBNETXX_DECL Task<> ResponseWriter::pause()
{
    constexpr SendMeter::Wait longest = std::chrono::seconds{1};  // others of this client change what there is
    Timer timer{connection_.executor(), std::min(transport_.pause(), longest)};
    pausing_ = &timer;
    co_await timer.async_wait(use_tuple);
    pausing_ = nullptr;
}

LIBNETXX_DECL ResponseWriter::Progress ResponseWriter::failed(std::string_view why) noexcept
{
    failure_ = why;
    return Progress::failed;
}

LIBNETXX_DECL bool ResponseWriter::fail(std::string_view why) noexcept
{
    failure_ = why;
    return false;
}

}  // namespace libnet::inline v0::io
