#pragma once
// Where a daemon listens: with sockets of the service manager, of its predecessor, or its own.

#include <apps/common/daemon_options.hpp>
#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/io/tcp/inherited_sockets.hpp>
#include <libnet/io/tcp/listening_sockets.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/system/system_error.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace libnet::apps {

namespace detail {

inline std::string_view hint_for(const boost::system::error_code& failure)
{
    if (failure == boost::asio::error::address_in_use) return ": choose another --port, or end the program that has it";
    if (failure == boost::asio::error::access_denied)
        return ": a port below 1024 takes the capability CAP_NET_BIND_SERVICE: choose another --port";
    if (failure == boost::system::errc::address_not_available) return ": this machine has no such --bind address";
    return "";
}

}  // namespace detail

/// Listens at every place. The sockets that the service manager has made count instead of what the options say; those of the
/// predecessor that are at its places are taken out of the inheritance.
/// @throws boost::system::system_error "cannot listen on PLACE"
inline io::ListeningSockets listen_at(const DaemonOptions& daemon, bool defer_accept, io::Inheritance& inheritance)
{
    io::ListeningSockets sockets;
    auto given = io::take_service_sockets();
    if (given.empty()) given = std::move(inheritance.service);
    for (auto& socket : given) sockets.adopt(std::move(socket), daemon.listen);
    if (!sockets.empty()) return sockets;
    auto places = daemon.listen;
    if (places.empty()) places.push_back({.endpoint = {daemon.address, daemon.port}});
    const io::ListeningOptions options{.threads = daemon.threads, .defer_accept = defer_accept};
    for (const auto& place : places) sockets.open(place, options, inheritance.sockets);
    return sockets;
}

/// Listens where metrics, health and status are; none, where nobody has asked for them.
/// @throws boost::system::system_error "cannot listen on PLACE"
inline io::ListeningSockets listen_for_admin(const DaemonOptions& daemon, io::Inheritance& inheritance)
{
    io::ListeningSockets sockets;
    if (daemon.admin) sockets.open(*daemon.admin, {}, inheritance.sockets);
    return sockets;
}

/// For --check: listens there, unless it is in use; then it calls `on_use`.
template <typename OnUse>
io::ListeningSockets try_to_listen_for_admin(const DaemonOptions& daemon, OnUse&& on_use)
try {
    io::Inheritance none;
    return listen_for_admin(daemon, none);
} catch (const boost::system::system_error& error) {
    if (error.code() != boost::asio::error::address_in_use) throw;
    on_use(error);
    return {};
}

/// For --check: as `listen_at`, but a place that is in use is as good, for that may be by the daemon whose configuration it is.
/// Calls `on_use` with the words for it.
template <typename OnUse>
io::ListeningSockets try_to_listen_at(const DaemonOptions& daemon, OnUse&& on_use)
{
    io::Inheritance none;
    try {
        return listen_at(daemon, false, none);
    } catch (const boost::system::system_error& error) {
        if (error.code() != boost::asio::error::address_in_use) throw;
        on_use(error);
    }
    io::ListeningSockets sockets;
    sockets.open({.endpoint = {boost::asio::ip::address_v4::loopback(), 0}}, {}, none.sockets);
    return sockets;
}

}  // namespace libnet::apps
