#pragma once
// Serves the files of a directory over HTTP/1.0 and HTTP/1.1.

#include <libnet/config.hpp>
#include <libnet/executor.hpp>
#include <libnet/static_file_server_options.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <memory>

namespace libnet::inline v0 {

/// A file server in one directory.
///
/// - GET and HEAD, whole files and ranges, conditional requests, precompressed files, index files and listings. See
///   engine::FileResponder for what is answered, and SiteOptions for what can be chosen.
/// - Several sites by host name, each with its own root and options.
/// - Nothing outside the root is served, whatever links are in it, unless Symlinks::any asks for it: io::RootDirectory.
///   What lies in it is public, but for names that begin with a dot. Whoever may rename the root, or turn a link on the
///   way to it, decides what that is: the path is looked at once a second.
/// - The framing is strict (wire::RequestParser): what two readers could understand differently is refused, and the
///   connection closed.
/// - Pipelined requests that arrive together are answered together.
/// - TLS, rules of access, and limits for each client, when asked: TlsContext, AccessControl, ClientLimiter.
/// - Files, and names of nothing, are remembered for a second, or until the kernel tells of a change: io::FileStore. A
///   disk that is slow makes nobody wait but those who asked for what is on it.
///
/// It does not protect against: clients with very many addresses, which no limit for each client holds; a process that
/// changes a large file in place while it is sent: where that shows in time, the connection ends before the file does,
/// else the answer is a mixture, but never of a wrong length on a connection that is kept. Replace files by renaming.
///
/// Distinct objects may be used in distinct threads; one object, and its io_context, in one thread only.
class StaticFileServer {
public:
    /// Opens the root and listens. From then on the process ignores SIGPIPE, unless it has set it otherwise.
    /// @throws std::invalid_argument  an option of a site is no good; `what()` says which one, and what would do
    /// @throws boost::system::system_error  a root is no directory or can't be opened (its name is in `what()`); or
    ///         what bind(2) and listen(2) report, e.g. `address_in_use`
    StaticFileServer(const Executor& executor, StaticFileServerOptions options);

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

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/files/static_file_server.ipp>
#endif
