#pragma once
// Bodies of listening_sockets.hpp.

#include <libnet/config.hpp>
#include <libnet/io/loop/last_error.hpp>
#include <libnet/io/tcp/endpoint_text.hpp>
#include <libnet/io/tcp/listen_check.hpp>
#include <libnet/io/tcp/listening_sockets.hpp>
#include <libnet/io/tcp/original_destination.hpp>
#include <libnet/io/tcp/tcp_server.hpp>
#include <libnet/io/tcp/tcp_server.ipp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace libnet::inline v0::io {

namespace detail {

[[noreturn]] inline void throw_cannot_listen(const ListenPlace& place, const boost::system::error_code& why)
{
    throw boost::system::system_error{why, "cannot listen on " + to_text(place)};
}

/// The address of a Unix socket.
LIBNETXX_DECL sockaddr_un unix_address(const ListenPlace& place)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (place.path.size() >= sizeof address.sun_path) throw_cannot_listen(place, boost::asio::error::name_too_long);
    std::memcpy(address.sun_path, place.path.c_str(), place.path.size());
    return address;
}

/// Whether the file is a socket to which nothing listens: its process has ended without removing it.
LIBNETXX_DECL bool is_left_over(const sockaddr_un& address)
{
    struct stat file {};
    if (::lstat(address.sun_path, &file) != 0 || !S_ISSOCK(file.st_mode)) return false;
    const FileDescriptor probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    const auto* const to = reinterpret_cast<const sockaddr*>(&address);
    return ::connect(probe.get(), to, sizeof address) != 0 && errno == ECONNREFUSED;
}

/// Binds with the mode that was asked for: the file must not be open to others even for a moment.
LIBNETXX_DECL bool bind_with_mode(int socket, const sockaddr_un& address, unsigned mode)
{
    const auto usual = ::umask(0777 & ~mode);
    const bool bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    const int why = errno;
    ::umask(usual);
    errno = why;
    return bound;
}

/// Keeps what is known of a place for where it really is.
LIBNETXX_DECL ListenPlace with_speech_of(ListenPlace there, const ListenPlace& place)
{
    there.spoken = place.spoken;
    there.https_port = place.https_port;
    return there;
}

}  // namespace detail

LIBNETXX_DECL bool serves(const ListenPlace& there, const ListenPlace& place)
{
    if (there.is_unix() || place.is_unix()) return there.path == place.path;
    const auto& wanted = place.endpoint;
    const bool any_port = wanted.port() == 0 || wanted.port() == there.endpoint.port();
    const bool any_address = wanted.address() == boost::asio::ip::address_v6::any() &&
                             there.endpoint.address() == boost::asio::ip::address_v4::any();  // there is no IPv6
    return any_port && (any_address || wanted.address() == there.endpoint.address());
}

LIBNETXX_DECL std::string to_text(const ListenPlace& place)
{
    return place.is_unix() ? "unix:" + place.path : to_text(place.endpoint);
}

LIBNETXX_DECL ListenPlace place_of(int socket)
{
    int listens = 0;
    socklen_t size = sizeof listens;
    const bool known = ::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0;
    if (!known || listens == 0)
        throw boost::system::system_error{boost::asio::error::invalid_argument,
                                          "descriptor " + std::to_string(socket) + " is no listening socket"};
    ListenPlace place;
    sockaddr_un address{};
    size = sizeof address;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0 && address.sun_family == AF_UNIX)
        place.path = address.sun_path;
    else place.endpoint = detail::endpoint_of(socket);
    return place;
}

LIBNETXX_DECL ListeningSockets::~ListeningSockets()
{
    for (const auto& file : files_) {
        struct stat now {};
        const bool ours =
            ::lstat(file.path.c_str(), &now) == 0 && now.st_dev == file.device && now.st_ino == file.inode;
        if (ours) ::unlink(file.path.c_str());
    }
}

LIBNETXX_DECL void ListeningSockets::open(const ListenPlace& place, const ListeningOptions& options,
                                          std::vector<FileDescriptor>& adopted)
{
    if (open_adopted(place, adopted)) return;
    if (!place.is_unix()) {
        listeners_.push_back(open_tcp(place, options));
        return;
    }
    Listener listener{.place = place, .sockets = {}};
    listener.sockets.push_back(open_unix(place));
    remember_file(place.path);
    listeners_.push_back(std::move(listener));
}

LIBNETXX_DECL void ListeningSockets::adopt(FileDescriptor socket, const std::vector<ListenPlace>& wanted)
{
    auto place = place_of(socket.get());
    const auto fits = std::ranges::find_if(wanted, [&](const ListenPlace& each) { return serves(place, each); });
    if (fits != wanted.end()) place = detail::with_speech_of(place, *fits);
    const int on = 1;  // accepted sockets inherit it; a Unix socket has no such option
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Listener listener{.place = place, .sockets = {}, .given = true};
    listener.sockets.push_back(std::move(socket));
    listeners_.push_back(std::move(listener));
}

/// All adopted sockets of one place go together: each has connections in its queue.
LIBNETXX_DECL bool ListeningSockets::open_adopted(const ListenPlace& place, std::vector<FileDescriptor>& adopted)
{
    Listener listener{.place = place, .sockets = {}};
    for (auto& socket : adopted) {
        const auto there = place_of(socket.get());
        if (!serves(there, listener.place)) continue;
        listener.place = detail::with_speech_of(there, place);  // of those on any port, only one port is meant
        listener.sockets.push_back(std::move(socket));
        socket = FileDescriptor{};
    }
    std::erase_if(adopted, [](const FileDescriptor& socket) { return !socket; });
    if (listener.sockets.empty()) return false;
    if (place.is_unix()) adopted_files_.push_back(place.path);
    listeners_.push_back(std::move(listener));
    return true;
}

LIBNETXX_DECL FileDescriptor ListeningSockets::open_unix(const ListenPlace& place)
{
    const auto address = detail::unix_address(place);
    FileDescriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!socket) detail::throw_cannot_listen(place, last_error());
    bool bound = detail::bind_with_mode(socket.get(), address, place.mode);
    if (!bound) {
        const auto why = last_error();
        if (why != boost::asio::error::address_in_use || !detail::is_left_over(address))
            detail::throw_cannot_listen(place, why);
        ::unlink(address.sun_path);
        bound = detail::bind_with_mode(socket.get(), address, place.mode);
    }
    if (!bound || ::listen(socket.get(), SOMAXCONN) != 0) detail::throw_cannot_listen(place, last_error());
    return socket;
}

/// The first one shares its port with no other, so that a port that another program has is not shared with it by mistake.
LIBNETXX_DECL ListeningSockets::Listener ListeningSockets::open_tcp(ListenPlace place, const ListeningOptions& options)
{
    place.endpoint = check_listen(place.endpoint);
    boost::asio::io_context io;  // makes the sockets, and doesn't keep them
    TcpServerOptions each{.address = place.endpoint.address(),
                          .port = place.endpoint.port(),
                          .share_port = options.threads > 1,
                          .defer_accept = options.defer_accept};
    Listener listener{.place = place, .sockets = {}};
    do {
        listener.sockets.push_back(detail::listen(io.get_executor(), each));
        // Without the right to do so only TPROXY's connections stay away.
        if (place.spoken == SpokenThere::transparent) take_foreign_addresses(listener.sockets.back().get());
        listener.place.endpoint = detail::endpoint_of(listener.sockets.front().get());
        each.port = listener.place.endpoint.port();
        each.share_port = false;
        each.reuse_port = true;
    } while (listener.sockets.size() < options.threads);
    return listener;
}

LIBNETXX_DECL void ListeningSockets::remember_file(const std::string& path)
{
    struct stat file {};
    if (::lstat(path.c_str(), &file) == 0) files_.push_back({path, file.st_dev, file.st_ino});
}

LIBNETXX_DECL std::vector<ListenPlace> ListeningSockets::places() const
{
    std::vector<ListenPlace> places;
    for (const auto& listener : listeners_) places.push_back(listener.place);
    return places;
}

template <typename Visit>
void ListeningSockets::for_each_of_thread(unsigned index, unsigned threads, Visit visit) const
{
    for (const auto& [place, sockets, given] : listeners_) {
        if (index >= sockets.size()) visit(sockets[index % sockets.size()], place);
        for (std::size_t i = index; i < sockets.size(); i += threads) visit(sockets[i], place);
    }
}

LIBNETXX_DECL std::vector<FileDescriptor> ListeningSockets::of_thread(unsigned index, unsigned threads) const
{
    std::vector<FileDescriptor> mine;
    for_each_of_thread(index, threads, [&mine](const FileDescriptor& socket, const ListenPlace&) {
        FileDescriptor copy{::fcntl(socket.get(), F_DUPFD_CLOEXEC, 3)};
        if (!copy) throw boost::system::system_error{last_error(), "listening socket"};
        mine.push_back(std::move(copy));
    });
    return mine;
}

LIBNETXX_DECL std::vector<ListenPlace> ListeningSockets::places_of_thread(unsigned index, unsigned threads) const
{
    std::vector<ListenPlace> places;
    for_each_of_thread(index, threads,
                       [&places](const FileDescriptor&, const ListenPlace& place) { places.push_back(place); });
    return places;
}

LIBNETXX_DECL std::vector<int> ListeningSockets::descriptors(bool given) const
{
    std::vector<int> all;
    for (const auto& listener : listeners_) {
        if (listener.given != given) continue;
        for (const auto& socket : listener.sockets) all.push_back(socket.get());
    }
    return all;
}

LIBNETXX_DECL void ListeningSockets::take_over()
{
    for (const auto& path : adopted_files_) remember_file(path);
    adopted_files_.clear();
}

LIBNETXX_DECL void ListeningSockets::hand_over() noexcept { files_.clear(); }

}  // namespace libnet::inline v0::io
