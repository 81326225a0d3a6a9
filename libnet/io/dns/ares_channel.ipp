#pragma once

#include <libnet/io/dns/ares_channel.hpp>
#include <libnet/io/dns/resolve_error.hpp>

#include <algorithm>
#include <string>
#include <utility>

#include <sys/time.h>

namespace libnet::inline v0::io::detail {

/// Once per process, whichever thread comes first. Never undone: other code in the process may use c-ares too.
LIBNETXX_DECL void initialise_ares()
{
    static const int status = ares_library_init(ARES_LIB_INIT_ALL);
    check_ares(status, "resolver");
}

/// "192.0.2.1:53,[2001:db8::1]:53", as c-ares reads it.
LIBNETXX_DECL std::string server_list(const std::vector<asio::ip::udp::endpoint>& servers)
{
    std::string list;
    for (const auto& server : servers) {
        const std::string address = server.address().to_string();
        if (!list.empty()) list += ',';
        list += server.address().is_v6() ? '[' + address + ']' : address;
        list += ':' + std::to_string(server.port());
    }
    return list;
}

LIBNETXX_DECL AresChannel::AresChannel(asio::any_io_executor executor, const ResolverOptions& options,
                                       std::function<void()> on_progress)
    : executor_{std::move(executor)},
      on_progress_{std::move(on_progress)},
      timeout_{std::clamp(options.timeout, std::chrono::milliseconds{1},
                          std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::hours{1}))},
      timer_{executor_}
{
    initialise_ares();
    ares_options ares{};
    ares.timeout = static_cast<int>(timeout_.count());
    ares.tries = static_cast<int>(std::clamp(options.tries, 1U, 10U));
    ares.socket_receive_buffer_size = 1 << 20;  // answers come in bursts; the system may give less
    ares.sock_state_cb = &AresChannel::on_socket_state;
    ares.sock_state_cb_data = this;
    ares_channel channel = nullptr;
    const int status = ares_init_options(
        &channel, &ares, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_RCVBUF | ARES_OPT_SOCK_STATE_CB);
    check_ares(status, "resolver");
    channel_.reset(channel);
    if (options.servers.empty()) return;
    const std::string list = server_list(options.servers);
    check_ares(ares_set_servers_ports_csv(channel, list.c_str()), "resolver: name servers");
}

LIBNETXX_DECL void AresChannel::close()
{
    channel_.reset();
    timer_.cancel();
}

LIBNETXX_DECL void AresChannel::on_socket_state(void* self, ares_socket_t fd, int readable, int writable)
{
    auto& channel = *static_cast<AresChannel*>(self);
    if (!readable && !writable) {
        const auto closing = channel.sockets_.extract(fd);
        if (closing) closing.mapped()->descriptor.release();  // not close(): c-ares does that next
        return;
    }
    auto& socket = channel.sockets_[fd];
    if (!socket) {
        socket = std::make_shared<Socket>(channel.executor_);
        boost::system::error_code error;  // no exception may pass c-ares; a socket that can't be watched times out
        socket->descriptor.assign(fd, error);
    }
    socket->wanted[reading] = readable != 0;
    socket->wanted[writing] = writable != 0;
    channel.watch(socket, reading);
    channel.watch(socket, writing);
}

LIBNETXX_DECL void AresChannel::watch(const std::shared_ptr<Socket>& socket, Direction direction)
{
    if (!socket->wanted[direction] || socket->pending[direction] || !socket->descriptor.is_open()) return;
    socket->pending[direction] = true;
    const auto readiness =
        direction == reading ? asio::posix::descriptor_base::wait_read : asio::posix::descriptor_base::wait_write;
    socket->descriptor.async_wait(
        readiness, [self = shared_from_this(), socket, direction](const boost::system::error_code& error) {
            socket->pending[direction] = false;
            if (!error) self->on_ready(socket, direction);
        });
}

LIBNETXX_DECL void AresChannel::on_ready(const std::shared_ptr<Socket>& socket, Direction direction)
{
    if (!socket->descriptor.is_open()) return;  // closed since it became ready: its number may be another socket's
    const ares_socket_t fd = socket->descriptor.native_handle();
    if (socket->wanted[direction])
        ares_process_fd(get(), direction == reading ? fd : ARES_SOCKET_BAD,
                        direction == writing ? fd : ARES_SOCKET_BAD);
    watch(socket, direction);
    on_progress_();
}

/// A question that was asked just now has `timeout_` in its first round, so that no earlier timer concerns it. Only when
/// the timer has expired is c-ares asked when the next one times out, since it looks at all that are open for that, and
/// there may be tens of thousands.
LIBNETXX_DECL void AresChannel::arm_timer()
{
    // One millisecond more, so that c-ares finds the time to have come, and not a microsecond missing.
    constexpr std::chrono::milliseconds later{1}, least{10};
    auto left = std::chrono::duration_cast<Clock::duration>(timeout_ + later);
    const auto now = Clock::now();
    if (armed_until_ <= now + left) return;  // it wakes us early, and we look again
    if (armed_until_ == Clock::time_point::max()) {
        timeval first{};
        if (!ares_timeout(get(), nullptr, &first)) return;
        left = std::chrono::seconds{first.tv_sec} + std::chrono::microseconds{first.tv_usec} + later;
        left = std::max<Clock::duration>(left, std::min(least, timeout_));
    }
    armed_until_ = now + left;
    timer_.expires_at(armed_until_);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error) self->on_timer();
    });
}

LIBNETXX_DECL void AresChannel::rest()
{
    armed_until_ = Clock::time_point::max();
    timer_.cancel();
}

LIBNETXX_DECL void AresChannel::on_timer()
{
    if (!channel_) return;
    armed_until_ = Clock::time_point::max();
    ares_process_fd(get(), ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    on_progress_();
}

}  // namespace libnet::inline v0::io::detail
