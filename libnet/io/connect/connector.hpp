#pragma once
// Connections to servers: names, addresses, races, and the connections that wait for their next
// use.

#include <libnet/config.hpp>
#include <libnet/engine/access/client_table.hpp>
#include <libnet/engine/proxy/connect_race.hpp>
#include <libnet/engine/proxy/idle_pool.hpp>
#include <libnet/io/connect/open_connection.hpp>
#include <libnet/io/connect/outbound_ways.hpp>
#include <libnet/io/dns/shared_resolver.hpp>
#include <libnet/io/loop/deadline.hpp>
#include <libnet/io/loop/executor.hpp>
#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/io/loop/program_call.hpp>
#include <libnet/io/loop/socket_poll.hpp>
#include <libnet/io/tcp/connect.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::io {

/// Options of a Connector.
struct ConnectorOptions {
    ResolverOptions resolver{};
    engine::NameLookupOptions names{};
    std::chrono::milliseconds resolve_timeout{10'000};  ///< for a name, however the name servers behave
    engine::ConnectRaceOptions race{};                  ///< its timeout is for all addresses of a name together
    engine::IdlePoolOptions idle{};                     ///< connections that wait for their next use
    std::shared_ptr<const OutboundWays> ways{};         ///< in the place of the house's; null: those
};

/// What the connections that a program makes have in common.
class Connector {
public:
    /// `poll` must outlive its connections. Throws `boost::system::system_error` where the system's resolver
    /// configuration can't be read.
    Connector(SocketPoll& poll, ConnectorOptions options = {});
    Connector(const Connector&) = delete;
    Connector& operator=(const Connector&) = delete;

    /// A connection with this key that is quiet; an empty one: there is none.
    OpenConnection take_idle(std::string_view key);

    /// Keeps a connection on which nothing is under way.
    void keep_idle(std::string key, OpenConnection connection, engine::IdlePlace place = engine::IdlePlace::another);

    /// Closes all idle connections.
    void close_idle() noexcept;

    /// Connections that are idle, and names that are being looked up.
    std::size_t idle_connections() const noexcept { return idle_.size(); }
    const SharedResolver& resolver() const noexcept { return resolver_; }
    SharedResolver& resolver() noexcept { return resolver_; }  ///< for names whose addresses are not connected to

    SocketPoll& poll() noexcept { return poll_; }

private:
    friend class Dial;
    void expire();

    SocketPoll& poll_;
    const ConnectorOptions options_;
    SharedResolver resolver_;
    DeadlineWheel wheel_;
    engine::IdlePool<OpenConnection> idle_;
    Deadline idle_expires_;
};

/// One connection in the making: looks the name up, judges each address, and races those that are allowed. Destroying
/// it gives up at once.
class Dial {
public:
    /// May this address be connected to? It is asked about the very addresses that then are.
    using Judge = std::function<bool(const asio::ip::address&)>;

    enum class End : std::uint8_t {
        connected,
        no_name,        ///< the name has no address: `error` is that of `Resolver`, or `timed_out`
        not_allowed,    ///< of its addresses none is allowed
        no_connection,  ///< `error` is that of `Connecting`
    };

    /// `on_done` is called from the event loop once it is over, not from here; it may destroy this. Where it is over
    /// already when the constructor returns, it is not called at all. `client` is on whose behalf a name is looked up.
    Dial(Connector& connector, std::string host, std::uint16_t port, engine::ClientKey client, Judge may_connect,
         std::function<void()> on_done);
    Dial(const Dial&) = delete;
    Dial& operator=(const Dial&) = delete;

    bool done() const noexcept { return end_.has_value(); }
    End end() const noexcept { return *end_; }  ///< once it is done
    boost::system::error_code error() const noexcept { return error_; }

    /// The connection, once it is there: see `Connecting::take`.
    FileDescriptor take() noexcept { return std::move(socket_); }

    /// The address that a program's own way was asked for; nothing: the socket's peer is the server.
    const std::optional<asio::ip::address>& judged() const noexcept { return judged_; }

private:
    void look_up(engine::NameLookups::Wish wish);
    void on_name();
    void race(std::vector<asio::ip::address> addresses);
    void on_race();

    // A program's own ways.
    void on_resolved();
    void connect_next();
    void on_connected();
    void fail_late();
    void finish(End end, boost::system::error_code error = {});

    Connector& connector_;
    std::string host_;
    std::uint16_t port_;
    engine::ClientKey client_;
    Judge may_connect_;
    std::function<void()> on_done_;  // empty while it is constructed
    Deadline deadline_;              // of a name, or of a program's own connections
    std::optional<NameWait> name_;
    std::optional<Connecting> race_;
    std::optional<io::ProgramCall<std::vector<asio::ip::address>>> resolving_;
    std::optional<io::ProgramCall<asio::generic::stream_protocol::socket>> connecting_;
    std::vector<asio::ip::address> untried_;  // in reverse
    std::optional<asio::ip::address> judged_;
    std::vector<asio::ip::address> tried_;
    bool complete_ = true;  // no further addresses may come
    FileDescriptor socket_;
    std::optional<End> end_;
    boost::system::error_code error_;
};

/// Dials, for a coroutine. Throws `boost::system::system_error` with the error of the `Dial`, `permission_denied` where
/// no address is allowed. Cancelled by its slot (terminal), with `operation_aborted`; the connector must be there till
/// then.
Task<FileDescriptor> dial(Connector& connector, std::string host, std::uint16_t port, engine::ClientKey client = {},
                          Dial::Judge may_connect = {});

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/connect/connector.ipp>
#endif
