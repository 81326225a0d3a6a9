#pragma once
// A connection that a coroutine serves from beginning to end.

#include <libnet/io/tcp/tcp_server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <memory>
#include <utility>

namespace libnet::inline v0::io::detail {

/// Spawns the coroutine, and then leaves everything to it.
class SessionHandler : public ConnectionHandler {
public:
    SessionHandler(Connection& connection, std::shared_ptr<TcpServer::Session> session)
        : connection_{connection},
          session_{std::move(session)}
    {}

    bool go_on() override
    {
        if (session_) asio::co_spawn(connection_.executor(), hold(connection_, std::move(session_)), asio::detached);
        return true;
    }

private:
    /// Ends the connection however the coroutine ends, even if it is destroyed.
    struct Ending {
        Connection& connection;
        std::shared_ptr<void> server = connection.keep_server();
        explicit Ending(Connection& of) : connection{of} {}
        ~Ending() { connection.end(); }
        Ending(const Ending&) = delete;
        Ending& operator=(const Ending&) = delete;
    };

    static Task<> hold(Connection& connection, std::shared_ptr<TcpServer::Session> session)
    {
        const Ending ending{connection};
        // What a session throws ends this connection only.
        try {
            auto serving = (*session)(connection);
            co_await std::move(serving);
        } catch (...) {
            connection.diagnostics().tell_exception("a connection was ended");
        }
    }

    Connection& connection_;
    std::shared_ptr<TcpServer::Session> session_;  // null: it has begun
};

}  // namespace libnet::inline v0::io::detail
