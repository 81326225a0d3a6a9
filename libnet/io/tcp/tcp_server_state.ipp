#pragma once
// What a TcpServer, its accept loop and its connections share.

#include <libnet/base/peak.hpp>
#include <libnet/config.hpp>
#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/io/loop/give_memory_back.hpp>
#include <libnet/io/loop/last_error.hpp>
#include <libnet/io/tcp/listeners.hpp>
#include <libnet/io/tcp/tcp_server.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace libnet::inline v0::io::detail {

/// Descriptors below this one are for connections. The others are for what clients ask for, which may be a file each:
/// half of those that the process may have, but no more than 4096.
inline int descriptors_of_connections() noexcept
{
    rlimit most{};
    if (::getrlimit(RLIMIT_NOFILE, &most) != 0) return std::numeric_limits<int>::max();
    const auto bound = most.rlim_cur - std::min<rlim_t>(most.rlim_cur / 2, 4096);
    return static_cast<int>(std::min<rlim_t>(bound, std::numeric_limits<int>::max()));
}

/// What the server, its accept loop and its sessions share.
struct TcpServerState : std::enable_shared_from_this<TcpServerState> {
    using Timer =
        asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
    using List = boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>;
    using SpareList = boost::intrusive::list<
        Connection, boost::intrusive::member_hook<Connection, Connection::SpareHook, &Connection::spare_hook_>,
        boost::intrusive::constant_time_size<false>>;

    TcpServerState(const Executor& executor, const TcpServerOptions& server_options, Listeners sockets)
        : options{server_options},
          poll{executor},
          listeners{std::move(sockets)},
          listener{poll, listeners.take_polled()},
          stopped{executor, Timer::time_point::max()},
          connection_ended{executor, Timer::time_point::max()},
          wheel{executor},
          gives_memory_back{wheel, [this] { give_memory_back_now(); }}
    {}

    ~TcpServerState()
    {
        leave_others();
        for (auto* list : {&open, &closing}) list->clear_and_dispose([](Connection* connection) { delete connection; });
    }

    void stop_listening() noexcept
    {
        listener.close();
        listeners.close();
    }

    void stop_accepting()
    {
        draining = true;
        stop_listening();
        early.clear();
        stopped.cancel();
        connection_ended.cancel();
    }

    bool accepts() const noexcept { return !draining && !retiring; }

    void retire(std::optional<std::chrono::milliseconds> patience)
    {
        retiring = true;
        idle_for = patience;
        stop_listening();
        stopped.cancel();
        connection_ended.cancel();
    }

    void drain()
    {
        stop_accepting();
        close_if([](const Connection& connection) { return connection.idle_ && !has_just_asked(connection); });
        tell_drain();
    }

    /// It was waited for octets of its, which have come and were not read yet: to close it now would lose a request.
    static bool has_just_asked(const Connection& connection) noexcept
    {
        if (!connection.spare_hook_.is_linked() || connection.spare_once_left_) return false;
        pollfd look{connection.polled_.native_handle(), POLLIN, 0};
        return ::poll(&look, 1, 0) == 1;
    }

    void abort()
    {
        stop_accepting();
        close_if([](const Connection&) { return true; });
    }

    /// Closing one may end it, and what is called then may close others: none is looked at twice, and no iterator kept.
    template <typename Predicate>
    void close_if(Predicate predicate)
    {
        List looked_at;
        while (!open.empty()) {
            auto& connection = open.front();
            open.pop_front();
            const bool goes = predicate(connection);
            (goes ? closing : looked_at).push_back(connection);
            if (goes) connection.close();
        }
        open.splice(open.end(), looked_at);
    }

    /// As above: each is told once.
    void tell_drain()
    {
        List told;
        while (!open.empty()) {
            auto& connection = open.front();
            open.pop_front();
            told.push_back(connection);
            if (connection.handler_ && connection.handler_->hears_drain()) connection.go_on();
        }
        open.splice(open.end(), told);
    }

    /// The next connection's socket, or why there is none: then errno tells.
    FileDescriptor accept(asio::ip::tcp::endpoint& peer) noexcept
    {
        auto size = static_cast<socklen_t>(peer.capacity());
        FileDescriptor socket = listeners.accept(peer.data(), size);
        if (!socket) return socket;
        if (size <= peer.capacity() && peer.data()->sa_family != AF_UNIX) peer.resize(size);
        else peer = {};  // a client of a Unix socket has no address
        return socket;
    }

    /// False: there is no memory for it, or whoever was to make its handler threw. It is closed then.
    bool begin(FileDescriptor socket, const asio::ip::tcp::endpoint& peer, ConnectionBudget::Place place) noexcept
    {
        try {
            auto connection = std::make_unique<Connection>(std::move(socket), peer, *this, std::move(place));
            connection->handler_ = factory(*connection);
            open.push_back(*connection);
            connection.release()->go_on();
            return true;
        } catch (...) {
            diagnostics.tell_exception("a connection could not be begun");
            return false;
        }
    }

    /// Begins with a connection that was accepted elsewhere, or keeps it until the server runs.
    void adopt(FileDescriptor socket, const asio::ip::tcp::endpoint& peer)
    {
        if (!accepts())
            throw boost::system::system_error{asio::error::operation_aborted, "libnet: the server has stopped"};
        const int flags = ::fcntl(socket.get(), F_GETFL);
        if (flags < 0 || ::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) != 0)
            throw boost::system::system_error{last_error(), "accepted socket"};
        if (factory) begin(std::move(socket), peer, budget->take_anyway());
        else early.emplace_back(std::move(socket), peer);
    }

    void begin_early()
    {
        for (auto& [socket, peer] : std::exchange(early, {})) begin(std::move(socket), peer, budget->take_anyway());
    }

    /// Takes part in making room for servers of other threads. What they ask for is done in this server's thread; they may
    /// ask until it is destroyed, and it is destroyed by who holds it.
    void join_others()
    {
        if (!options.shared_connections) return;
        const auto in_this_thread = [weak = weak_from_this(),
                                     executor = poll.executor()](void (TcpServerState::*act)()) {
            return [weak, executor, act] {
                asio::post(executor, [weak, act] {
                    if (const auto self = weak.lock()) ((*self).*act)();
                });
            };
        };
        membership =
            budget->join({in_this_thread(&TcpServerState::make_room_for_others),
                          in_this_thread(&TcpServerState::look_for_room), in_this_thread(&TcpServerState::shed)});
    }

    void leave_others() noexcept
    {
        if (const auto left = std::exchange(membership, std::nullopt)) budget->leave(*left);
    }

    /// Closes those that have been spare since then, or longer.
    void close_spare(Timer::time_point since)
    {
        close_if([since](const Connection& connection) {
            return connection.spare_hook_.is_linked() && connection.spare_since_ <= since &&
                   !has_just_asked(connection);
        });
    }

    /// Most of many connections have ended. More may end, or come: it is looked at again after a while.
    void give_memory_back_soon() noexcept
    try {
        constexpr std::chrono::seconds a_while{2};
        if (!accepts() || std::exchange(gives_back, true)) return;
        gives_memory_back.expires_after(a_while);
    } catch (const std::exception&) {
        gives_back = false;  // there is no memory for a timer: it is a saving only
    }

    void give_memory_back_now()
    {
        gives_memory_back.clear();
        gives_back = false;
        if (!peak.has_passed(connections)) return;
        peak.begin_again(connections);
        give_growth_back();
    }

    /// Another server has a client who waits.
    void make_room_for_others()
    {
        if (spare.empty() || !budget->take_request()) return;
        if (make_room()) budget->tell_room();
    }

    /// Memory is short. While there is a factory, there is whatever the connections and the handler below need.
    void shed()
    {
        close_spare(Timer::clock_type::now());
        if (factory && options.on_memory_shortage) options.on_memory_shortage();
    }

    void look_for_room()
    {
        if (full) connection_ended.cancel();
    }

    /// A client waits to be accepted.
    bool is_waited_for() noexcept
    {
        listener.exhausted(PolledSocket::read);  // before it is looked at: whoever comes later is told of
        pollfd look{listener.native_handle(), POLLIN, 0};
        return ::poll(&look, 1, 0) == 1;
    }

    /// Closes the connection that has been spare the longest. False: there is none.
    bool make_room()
    {
        constexpr int most = 64;  // those at the front may be too new yet: they are few, or came all at once
        const auto now = Timer::clock_type::now();
        int looked_at = 0;
        for (auto& connection : spare) {
            if (++looked_at > most) break;
            if (connection.spare_since_ > now || has_just_asked(connection)) continue;
            connection.busy();
            connection.close();  // and that is the end of it, and of this iteration
            return true;
        }
        return false;
    }

    /// Whether there is a descriptor for another connection. The kernel hands out the lowest free one. One connection is
    /// always taken, if it can be.
    bool has_descriptors() const noexcept
    {
        const FileDescriptor lowest{::fcntl(listener.native_handle(), F_DUPFD_CLOEXEC, 0)};
        return lowest && (lowest.get() < descriptor_bound || connections == 0);
    }

    /// Whether the next connection has to wait, after `newest` was accepted. Once one of them has reached the bound it is
    /// looked at each time, until half of them have ended.
    bool is_short_of_descriptors(int newest) noexcept
    {
        if (newest >= descriptor_bound) crowd = connections;
        else if (connections <= crowd / 2) crowd = 0;
        return crowd > 0 && !has_descriptors();
    }

    /// No client is accepted for now; said once.
    void tell_shortage(std::string_view why)
    {
        if (!std::exchange(told_shortage, true))
            diagnostics.tell(DiagnosticLevel::warning, std::string{"new connections have to wait: "}.append(why));
    }

    /// No client waits to be accepted.
    void tell_end_of_shortage()
    {
        if (!told_shortage || !has_descriptors()) return;
        told_shortage = false;
        diagnostics.tell(DiagnosticLevel::info, "new connections are accepted again");
    }

    const TcpServerOptions options;
    const base::Diagnostics diagnostics{options.diagnostics};
    const std::shared_ptr<ConnectionBudget> budget = options.shared_connections
                                                         ? options.shared_connections
                                                         : std::make_shared<ConnectionBudget>(options.max_connections);
    std::optional<ConnectionBudget::Membership> membership;  // while it runs
    const int descriptor_bound = descriptors_of_connections();
    SocketPoll poll;
    Listeners listeners;
    PolledSocket listener;   // tells when one of them has a client
    Timer stopped;           // condition variables: timers that don't expire
    Timer connection_ended;  // (but for the limit of a drain, and when descriptors are short)
    DeadlineWheel wheel;
    Deadline gives_memory_back;
    bool gives_back = false;  // the deadline is set
    base::Peak peak{16};      // of connections, since memory was given back
    TcpServer::HandlerFactory factory;
    std::vector<std::pair<FileDescriptor, asio::ip::tcp::endpoint>> early;  // accepted elsewhere, before `run`
    List open, closing;
    SpareList spare;  // those that may be closed for others, in the order in which they became so
    std::size_t connections = 0;
    std::size_t crowd = 0;  // how many there were when descriptors were short; 0: they aren't
    bool started = false;   // `run` has been called
    bool draining = false;
    bool retiring = false;  // it has stopped listening, and each connection ends with its next answer
    std::optional<std::chrono::milliseconds>
        idle_for{};  // which those of them have been that end at once; nothing: none
    bool told_shortage = false;
    bool full = false;  // the accept loop waits for a connection to end
};

/// Our own address of a socket; unspecified when there is none, as for a Unix socket.
inline asio::ip::tcp::endpoint endpoint_of(int socket) noexcept
{
    asio::ip::tcp::endpoint endpoint;
    auto size = static_cast<socklen_t>(endpoint.capacity());
    if (::getsockname(socket, endpoint.data(), &size) != 0) return {};
    if (size > endpoint.capacity() || endpoint.data()->sa_family == AF_UNIX) return {};
    endpoint.resize(size);
    return endpoint;
}

}  // namespace libnet::inline v0::io::detail
