#pragma once

#include <libnet/io/tcp/splice_pipe.hpp>

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace libnet::inline v0::io {

LIBNETXX_DECL std::unique_ptr<SplicePipe> SplicePipe::make()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return nullptr;
    FileDescriptor out{ends[0]}, in{ends[1]};
    // A small pipe costs more than it saves. Beyond a limit for each user (pipe-user-pages-soft) there are only small ones.
    if (::fcntl(in.get(), F_SETPIPE_SZ, static_cast<int>(wanted_size)) < static_cast<int>(wanted_size)) return nullptr;
    return std::unique_ptr<SplicePipe>{new SplicePipe{std::move(out), std::move(in)}};
}

LIBNETXX_DECL Transferred SplicePipe::receive(PolledSocket& socket) noexcept
{
    for (;;) {
        const auto size = ::splice(socket.native_handle(), nullptr, in_.get(), nullptr, wanted_size, SPLICE_F_NONBLOCK);
        if (size > 0) {
            held_ = static_cast<std::size_t>(size);
            return {Transfer::done, held_};
        }
        if (size == 0) return {Transfer::ended};
        if (errno == EINTR) continue;
        if (errno == EINVAL || errno == ENOSYS) return {Transfer::unsupported};
        if (errno != EAGAIN && errno != EWOULDBLOCK) return {Transfer::failed};
        socket.exhausted(PolledSocket::read);
        return {socket.watch() ? Transfer::want_read : Transfer::failed};
    }
}

LIBNETXX_DECL Transferred SplicePipe::send(PolledSocket& socket) noexcept
{
    for (;;) {
        const auto size = ::splice(out_.get(), nullptr, socket.native_handle(), nullptr, held_, SPLICE_F_NONBLOCK);
        if (size > 0) {
            held_ -= static_cast<std::size_t>(size);
            return {Transfer::done, static_cast<std::size_t>(size)};
        }
        if (size < 0 && errno == EINTR) continue;
        if (size == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) return {Transfer::failed};
        socket.exhausted(PolledSocket::write);
        return {socket.watch_both() ? Transfer::want_write : Transfer::failed};
    }
}

LIBNETXX_DECL std::unique_ptr<SplicePipe> SplicePipes::take()
{
    if (spare_.empty()) return SplicePipe::make();
    auto pipe = std::move(spare_.back());
    spare_.pop_back();
    return pipe;
}

LIBNETXX_DECL void SplicePipes::give_back(std::unique_ptr<SplicePipe> pipe) noexcept
{
    if (!pipe || pipe->held() > 0 || spare_.size() == most_spare) return;
    if (spare_.capacity() == 0) spare_.reserve(most_spare);
    spare_.push_back(std::move(pipe));
}

}  // namespace libnet::inline v0::io
