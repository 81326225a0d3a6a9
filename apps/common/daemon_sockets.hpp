#pragma once
// Whether a daemon could listen where it is to: for --check.

#include <apps/common/cannot_listen.hpp>
#include <apps/common/daemon_options.hpp>
#include <apps/common/faults.hpp>
#include <apps/common/options.hpp>
#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/io/tcp/listening_sockets.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::apps {

namespace detail {

/// For --check: listens at a place that `option` has named. One that is in use is as good, for that may be by the daemon whose
/// configuration it is: then it calls `on_use` with the words for it, and returns false.
/// @throws CannotListen
template <typename OnUse>
bool try_place(io::ListeningSockets& sockets, const io::ListenPlace& place, std::string_view option, OnUse&& on_use)
{
    std::vector<io::FileDescriptor> none;
    try {
        sockets.open(place, {}, none);
        return true;
    } catch (const boost::system::system_error& error) {
        const CannotListen in_words{error, place, option};
        if (error.code() != boost::asio::error::address_in_use) throw in_words;
        on_use(in_words);
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
