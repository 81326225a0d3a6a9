#pragma once
// The sockets that one server accepts from.

#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/io/loop/last_error.hpp>

#include <boost/system/system_error.hpp>

#include <cerrno>
#include <cstddef>
#include <utility>
#include <vector>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace libnet::inline v0::io::detail {

/// One listening socket, or several that have their turns. Those of several are watched by an epoll(7) instance, which can be
/// read when one of them has a client, so that who waits for them waits for one descriptor.
class Listeners {
public:
    /// One or more, which don't block.
    explicit Listeners(std::vector<FileDescriptor> sockets) : owned_{std::move(sockets)}
    {
        for (const auto& socket : owned_) all_.push_back(socket.get());
    }

    /// Gives away the descriptor that can be read when there is a client, once: the only socket, or that of the epoll instance.
    /// @throws boost::system::system_error what epoll_create1(2) or epoll_ctl(2) reports
    FileDescriptor take_polled()
    {
        if (all_.size() == 1) return std::exchange(owned_.front(), FileDescriptor{});
        FileDescriptor poll{::epoll_create1(EPOLL_CLOEXEC)};
        bool watches = static_cast<bool>(poll);
        for (const int socket : all_) {
            epoll_event readable{.events = EPOLLIN, .data = {}};
            watches = watches && ::epoll_ctl(poll.get(), EPOLL_CTL_ADD, socket, &readable) == 0;
        }
        if (!watches) throw boost::system::system_error{last_error(), "listening sockets"};
        return poll;
    }

    /// Negative once they are closed.
    int first() const noexcept { return all_.empty() ? -1 : all_.front(); }

    /// accept4(2) of the first socket that has a client, from the one behind that of the last call on.
    FileDescriptor accept(sockaddr* peer, socklen_t& size) noexcept
    {
        const auto room = size;
        errno = EAGAIN;
        for (std::size_t tried = 0; tried < all_.size(); ++tried) {
            next_ = next_ + 1 < all_.size() ? next_ + 1 : 0;
            size = room;
            FileDescriptor socket{::accept4(all_[next_], peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
            if (socket || errno != EAGAIN) return socket;
        }
        return {};
    }

    void close() noexcept
    {
        all_.clear();
        owned_.clear();
    }

private:
    std::vector<FileDescriptor> owned_;
    std::vector<int> all_;
    std::size_t next_ = 0;
};

}  // namespace libnet::inline v0::io::detail
