#pragma once
// Waits in an event loop until a terminal has something to read.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace libnet::apps {

namespace asio = boost::asio;

/// Calls back when keys were pressed, and once when the terminal is gone, as long as it lives.
///
/// Asio makes what it waits for non-blocking (descriptor_ops::set_internal_non_blocking), and a terminal is one open file for
/// standard input, standard output and the shell: all would fail with EAGAIN, and the shell after our end. So an epoll set
/// waits for the terminal, and Asio for the set.
class TerminalKeys {
public:
    TerminalKeys(const asio::any_io_executor& executor, std::function<void()> on_keys, std::function<void()> on_hang_up)
        : on_keys_{std::move(on_keys)},
          on_hang_up_{std::move(on_hang_up)},
          ready_{executor}
    {
        const int set = ::epoll_create1(EPOLL_CLOEXEC);
        if (set < 0) throw std::system_error{errno, std::system_category(), "epoll_create1"};
        ready_.assign(set);
        watch(STDOUT_FILENO, 0);  // hangs up, too
        if (::isatty(STDIN_FILENO) == 1) watch(STDIN_FILENO, EPOLLIN);
        wait();
    }
    TerminalKeys(const TerminalKeys&) = delete;
    TerminalKeys& operator=(const TerminalKeys&) = delete;

private:
    void watch(int descriptor, std::uint32_t events)
    {
        epoll_event wanted{};
        wanted.events = events;
        if (::epoll_ctl(ready_.native_handle(), EPOLL_CTL_ADD, descriptor, &wanted) != 0)
            throw std::system_error{errno, std::system_category(), "epoll_ctl"};
    }

    void wait()
    {
        ready_.async_wait(asio::posix::descriptor_base::wait_read, [this](boost::system::error_code error) {
            if (error) return;
            pollfd terminal{STDOUT_FILENO, 0, 0};
            const bool gone = ::poll(&terminal, 1, 0) > 0;
            const auto act = gone ? on_hang_up_ : on_keys_;  // which may end us
            if (!gone) wait();
            act();
        });
    }

    std::function<void()> on_keys_, on_hang_up_;
    asio::posix::stream_descriptor ready_;
};

}  // namespace libnet::apps
