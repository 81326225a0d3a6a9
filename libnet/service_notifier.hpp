#pragma once
// What a service manager wants to know of a service, as sd_notify(3) tells it: one datagram to the socket that the
// environment names. libsystemd isn't needed for that.

#include <libnet/base/text.hpp>
#include <libnet/io/loop/file_descriptor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace libnet::inline v0 {

/// Tells the service manager how the service is; nothing, where there is none. Its functions never fail.
class ServiceNotifier {
public:
    /// Finds its socket in NOTIFY_SOCKET, a path or, behind an `@`, an abstract name.
    ServiceNotifier()
    {
        const char* const path = std::getenv("NOTIFY_SOCKET");
        if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
        const std::string_view name{path};
        if (name.size() >= sizeof address_.sun_path) return;
        address_.sun_family = AF_UNIX;
        std::memcpy(address_.sun_path, name.data(), name.size());
        if (name.front() == '@') address_.sun_path[0] = '\0';
        size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        socket_ = io::FileDescriptor{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    }

    /// There is a service manager that listens.
    explicit operator bool() const noexcept { return static_cast<bool>(socket_); }

    void ready() const { send("READY=1\n"); }        ///< it serves
    void stopping() const { send("STOPPING=1\n"); }  ///< it ends
    void alive() const { send("WATCHDOG=1\n"); }     ///< it isn't stuck: within `watchdog()`

    /// `ready` is to follow, whether the new configuration was good or not.
    void reloading() const
    {
        timespec now{};
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        const auto microseconds = static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
        send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds) + "\n");
    }

    /// Another process is the service now. The manager believes it with NotifyAccess=all.
    void main_process(pid_t pid) const { send("MAINPID=" + std::to_string(pid) + "\n"); }

    /// A line for people: "httpd++: serving public".
    void status(std::string_view line) const { send("STATUS=" + std::string{line} + "\n"); }

    /// How often `alive` must be called at least, WATCHDOG_USEC; zero: the manager doesn't wait for it.
    static std::chrono::microseconds watchdog_period()
    {
        const char* const period = std::getenv("WATCHDOG_USEC");
        return std::chrono::microseconds{period == nullptr ? 0 : base::parse_number<std::int64_t>(period).value_or(0)};
    }

private:
    void send(const std::string& message) const
    {
        if (!socket_) return;
        const auto* const to = reinterpret_cast<const sockaddr*>(&address_);
        ::sendto(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL, to, size_);
    }

    sockaddr_un address_{};
    socklen_t size_ = 0;
    io::FileDescriptor socket_;
};

}  // namespace libnet::inline v0
