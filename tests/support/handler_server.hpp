#pragma once
// A StaticFileServer with handlers mounted, running in a thread.

#include <libnet/http_handlers.hpp>
#include <tests/support/server_thread.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <utility>

namespace libnet::test {

struct HandlerServerOptions : StaticFileServerOptions {
    std::function<void(StaticFileServer&)> mount{};
};

/// Mounts before it runs.
class MountedServer {
public:
    MountedServer(const Executor& executor, HandlerServerOptions options) : server_{executor, options}
    {
        options.mount(server_);
    }
    boost::asio::ip::tcp::endpoint local_endpoint() const { return server_.local_endpoint(); }
    boost::asio::awaitable<void> run() & { return server_.run(); }

private:
    StaticFileServer server_;
};

/// Serves `root` and what `mount` adds on loopback from construction on, and stops when it goes out of scope.
class HandlerServer : public ServerThread<MountedServer, HandlerServerOptions> {
public:
    HandlerServer(const TemporaryDirectory& root, StaticFileServerOptions options,
                  std::function<void(StaticFileServer&)> mount)
        : ServerThread{with(std::move(options), root, std::move(mount))}
    {}

private:
    static HandlerServerOptions with(StaticFileServerOptions options, const TemporaryDirectory& root,
                                     std::function<void(StaticFileServer&)> mount)
    {
        options.root = root.path().string();
        return {std::move(options), std::move(mount)};
    }
};

}  // namespace libnet::test
