#pragma once
// Where a daemon listens: with sockets of the service manager, of its predecessor, or its own.

#include <apps/common/cannot_listen.hpp>
#include <apps/common/daemon_options.hpp>
#include <apps/common/faults.hpp>
#include <apps/common/options.hpp>
#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/io/tcp/inherited_sockets.hpp>
#include <libnet/io/tcp/listening_sockets.hpp>
#include <libnet/privileges.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::apps {

namespace detail {

/// Opens the place that `option` has named.
inline void open_place(io::ListeningSockets& sockets, const io::ListenPlace& place, std::string_view option,
                       const io::ListeningOptions& options, std::vector<io::FileDescriptor>& adopted)
try {
    sockets.open(place, options, adopted);
} catch (const boost::system::system_error& error) {
    throw CannotListen{error, place, option};
}

}  // namespace detail

/// Listens at every place. The sockets that the service manager has made count instead of what the options say; those of the
/// predecessor that are at its places are taken out of the inheritance.
/// @throws CannotListen "cannot listen on PLACE"
inline io::ListeningSockets listen_at(const DaemonOptions& daemon, bool defer_accept, io::Inheritance& inheritance)
{
    io::ListeningSockets sockets;
    auto given = io::take_service_sockets();
    if (given.empty()) given = std::move(inheritance.service);
    for (auto& socket : given) sockets.adopt(std::move(socket), daemon.listen);
    if (!sockets.empty()) return sockets;
    const std::string_view option = daemon.listen.empty() ? "port" : "listen";
    auto places = daemon.listen;
    if (places.empty()) places.push_back({.endpoint = {daemon.address, daemon.port}});
    const io::ListeningOptions options{.threads = daemon.threads, .defer_accept = defer_accept};
    for (const auto& place : places) detail::open_place(sockets, place, option, options, inheritance.sockets);
    return sockets;
}

/// Listens where metrics, health and status are; none, where nobody has asked for them.
/// @throws CannotListen "cannot listen on PLACE"
inline io::ListeningSockets listen_for_admin(const DaemonOptions& daemon, io::Inheritance& inheritance)
{
    io::ListeningSockets sockets;
    if (daemon.admin) detail::open_place(sockets, *daemon.admin, "admin", {}, inheritance.sockets);
    return sockets;
}

/// The Unix sockets among these places belong to who the daemon will be, unless the service manager has made them.
inline void give_sockets(const io::ListeningSockets& sockets, const std::vector<io::ListenPlace>& places,
                         const Identity& identity)
{
    if (!sockets.given().empty()) return;
    for (const auto& place : places)
        if (place.is_unix()) give_socket(place.path, identity);
}

namespace detail {

/// For --check: listens at a place that `option` has named. One that is in use is as good, for that may be by the daemon whose
/// configuration it is: then it calls `on_use` with the words for it, and returns false.
/// @throws CannotListen
template <typename OnUse>
bool try_place(io::ListeningSockets& sockets, const io::ListenPlace& place, std::string_view option, OnUse&& on_use)
{
    std::vector<io::FileDescriptor> none;
    try {
        open_place(sockets, place, option, {}, none);
        return true;
    } catch (const CannotListen& error) {
        if (error.code() != boost::asio::error::address_in_use) throw;
        on_use(error);
        return false;
    }
}

}  // namespace detail

/// For --check: listens at every place that can be listened at.
template <typename OnUse>
io::ListeningSockets try_to_listen_at(const DaemonOptions& daemon, const Options& table, Faults& faults, OnUse&& on_use)
{
    io::ListeningSockets sockets;
    bool all_free = true;
    const auto attempt = [&](const io::ListenPlace& place, std::string_view option) {
        all_free = detail::try_place(sockets, place, option, on_use) && all_free;
    };
    if (daemon.listen.empty())
        table.attempt(faults, {"bind", "port"}, [&] { attempt({.endpoint = {daemon.address, daemon.port}}, "port"); });
    table.attempt_each(faults, "listen", daemon.listen.size(),
                       [&](std::size_t i) { attempt(daemon.listen[i], "listen"); });
    if (all_free && !sockets.empty()) return sockets;
    io::ListeningSockets other;
    std::vector<io::FileDescriptor> none;
    other.open({.endpoint = {boost::asio::ip::address_v4::loopback(), 0}}, {}, none);
    return other;
}

/// For --check: the same where metrics, health and status are.
template <typename OnUse>
void try_to_listen_for_admin(const DaemonOptions& daemon, const Options& table, Faults& faults, OnUse&& on_use)
{
    if (!daemon.admin) return;
    io::ListeningSockets sockets;
    table.attempt(faults, {"admin"}, [&] { detail::try_place(sockets, *daemon.admin, "admin", on_use); });
}

}  // namespace libnet::apps
