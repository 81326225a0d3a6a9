#pragma once
// Serves the files of a directory over HTTP/1.0 and HTTP/1.1.

#include <libnet/access_record.hpp>
#include <libnet/config.hpp>
#include <libnet/io/executor.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace libnet {

/// What a StaticFileServer serves, where, and how patient it is.
struct StaticFileServerOptions {
    std::string root = ".";  ///< the directory to serve

    /// Where to listen. `::`, the default, takes IPv4 connections too; on a machine without IPv6, 0.0.0.0 stands in.
    boost::asio::ip::address address = boost::asio::ip::address_v6::any();
    std::uint16_t port = 8080;  ///< 0: a free one, see `StaticFileServer::local_endpoint`
    bool reuse_port = false;    ///< several servers, one per thread, share the port (SO_REUSEPORT)

    std::string index = "index.html";          ///< what answers for a directory; empty: nothing does, 404
    std::size_t max_connections = 0;           ///< more wait in the kernel's queue until one ends; 0: no limit
    std::size_t max_request_body = 64 * 1024;  ///< bytes of a request's body that are read, to be thrown away; else 413

    std::chrono::milliseconds header_timeout{
        10'000};                                      ///< from a connection's or request's first byte to its head's end
    std::chrono::milliseconds idle_timeout{60'000};   ///< between two requests
    std::chrono::milliseconds write_timeout{30'000};  ///< without any progress in sending
    std::chrono::milliseconds drain_timeout{10'000};  ///< how long a stopping server lets requests finish

    AccessHandler on_access{};  ///< called once per request; empty: nobody is told
};

/// A file server in one directory.
///
/// - GET and HEAD, whole files and single ranges, conditional requests, index files, redirects to a directory's slash.
///   See engine::FileResponder for what is answered.
/// - Nothing outside the root is served, whatever links are in it: io::RootDirectory. What lies in it is public, but
///   for names that begin with a dot.
/// - The framing is strict (wire::RequestParser): what two readers could understand differently is refused, and the
///   connection closed.
/// - Pipelined requests that arrive together are answered together.
///
/// It does not protect against: many connections from one client (`max_connections` is for all); a process that
/// changes a file in place while it is sent (the answer may be a mixture, but never of a wrong length on a connection
/// that is kept); a disk that is slow to read (other connections of this thread wait meanwhile).
///
/// Distinct objects may be used in distinct threads; one object, and its io_context, in one thread only.
class StaticFileServer {
public:
    /// Opens the root and listens. From then on the process ignores SIGPIPE, unless it has set it otherwise.
    /// @throws boost::system::system_error  the root is no directory or can't be opened (its name is in `what()`); or
    ///         what bind(2) and listen(2) report, e.g. `address_in_use`
    StaticFileServer(const io::Executor& executor, StaticFileServerOptions options);

    /// Closes everything at once; a `run` in progress ends.
    ~StaticFileServer();
    StaticFileServer(const StaticFileServer&) = delete;
    StaticFileServer& operator=(const StaticFileServer&) = delete;

    /// Where it listens.
    boost::asio::ip::tcp::endpoint local_endpoint() const;

    /// Connections that are open now.
    std::size_t connections() const noexcept;

    /// Serves until it is stopped; call it once.
    ///
    /// Completes when every connection has ended after a cancellation: `total` stops listening, closes idle connections
    /// and lets requests finish for at most `drain_timeout`; `terminal` closes everything now.
    boost::asio::awaitable<void> run();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace libnet

#if !defined(LIBNET_SEPARATE_COMPILATION)
#  include <libnet/impl/static_file_server.ipp>
#endif
