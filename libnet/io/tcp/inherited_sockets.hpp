#pragma once
// Listening sockets that the process has from its start: from the service manager, or from the process whose place it takes.

#include <libnet/base/text.hpp>
#include <libnet/io/loop/file_descriptor.hpp>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace libnet::inline v0::io {

/// The variable in which a process tells its successor which descriptors are listening sockets: "7,8,9".
constexpr const char* predecessor_variable = "LIBNET_LISTENING";

/// The variable with those of them that the service manager has made.
constexpr const char* service_variable = "LIBNET_SERVICE_SOCKETS";

/// The variable with the descriptor of a pipe, into which the successor writes one octet when it serves.
constexpr const char* ready_variable = "LIBNET_READY";

namespace detail {

/// Takes a descriptor over, unless it isn't open.
inline void take_descriptor(std::vector<FileDescriptor>& sockets, int descriptor)
{
    if (descriptor < 3 || ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) return;
    sockets.emplace_back(descriptor);
}

/// Takes over the descriptors that a variable lists.
inline void take_listed(std::vector<FileDescriptor>& sockets, const char* variable)
{
    const char* const list = std::getenv(variable);
    if (list == nullptr) return;
    base::for_each_list_item(list, [&sockets](std::string_view item) {
        take_descriptor(sockets, base::parse_number<int>(item).value_or(-1));
    });
}

template <typename Number>
Number number_in(const char* variable, Number otherwise)
{
    const char* const value = std::getenv(variable);
    return value == nullptr ? otherwise : base::parse_number<Number>(value).value_or(otherwise);
}

}  // namespace detail

/// The sockets of systemd's socket activation, sd_listen_fds(3); none, when they are meant for another process. Call it once,
/// before there are threads: it takes the variables out of the environment.
inline std::vector<FileDescriptor> take_service_sockets()
{
    constexpr int first = 3, most = 1024;
    std::vector<FileDescriptor> sockets;
    const bool are_ours = detail::number_in<pid_t>("LISTEN_PID", 0) == ::getpid();
    const int count = detail::number_in("LISTEN_FDS", 0);
    if (are_ours && count <= most)
        for (int i = 0; i < count; ++i) detail::take_descriptor(sockets, first + i);
    for (const char* const variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(variable);
    return sockets;
}

/// What a process gets from the one whose place it takes; see Successor.
struct Inheritance {
    std::vector<FileDescriptor> sockets{};
    std::vector<FileDescriptor> service{};  ///< sockets that the service manager has made
    FileDescriptor ready{};                 ///< the predecessor waits for one octet here
};

/// Takes it over; empty, when there is no predecessor. As above.
inline Inheritance take_inheritance()
{
    Inheritance inheritance;
    detail::take_listed(inheritance.sockets, predecessor_variable);
    detail::take_listed(inheritance.service, service_variable);
    const int ready = detail::number_in(ready_variable, -1);
    if (ready > 2 && ::fcntl(ready, F_SETFD, FD_CLOEXEC) == 0) inheritance.ready = FileDescriptor{ready};
    for (const char* const variable : {predecessor_variable, service_variable, ready_variable}) ::unsetenv(variable);
    return inheritance;
}

/// Tells the predecessor that its successor serves.
inline void tell_ready(Inheritance& inheritance) noexcept
{
    if (!inheritance.ready) return;
    [[maybe_unused]] const auto written = ::write(inheritance.ready.get(), "1", 1);
    inheritance.ready.reset();
}

}  // namespace libnet::inline v0::io
