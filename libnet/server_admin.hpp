#pragma once
// The page that a daemon has for its operators: metrics, health, readiness, status, at an address of its own.

#include <libnet/base/owner.hpp>
#include <libnet/config.hpp>
#include <libnet/diagnostics.hpp>
#include <libnet/executor.hpp>
#include <libnet/http_endpoint.hpp>
#include <libnet/server_counters.hpp>
#include <libnet/server_now.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace libnet::inline v0 {

/// What a ServerAdmin tells, and of whom.
struct ServerAdminOptions {
    std::string name = "server";  ///< in metrics and status: libnet_NAME_connections; lower-case letters
    unsigned threads = 1;         ///< of the servers

    /// What the servers have counted: ServerGroup::counts. What it throws makes /healthz and /metrics answer 503.
    std::function<boost::asio::awaitable<ServerCounts>()> counts{};
    /// What the servers do at the moment: ServerGroup::now; empty: caches and pools are not told of. Asked for /metrics
    /// and /status only.
    std::function<boost::asio::awaitable<ServerNow>()> now{};
    std::function<std::uint64_t()> dropped_log_lines{};  ///< AccessLog::dropped; empty: there is no log
    DiagnosticsHandler diagnostics{};                    ///< is told of faults; may be empty

    /// Adds what else is to be there, such as a page at `/`, before it serves; empty: nothing.
    std::function<void(HttpEndpoint&)> mount{};
};

/// Answers GET of
///
/// - `/metrics`: for Prometheus, OpenMetrics 1.0 where the client asks for it; compressed where it takes gzip
/// - `/healthz`: 200 as long as every thread of the servers answers
/// - `/readyz`: 200, and 503 from `drain` on: for load balancers, which send no client here any more then
/// - `/status`: the same numbers as one JSON object
///
/// It has no authentication: whoever reaches the address is served.
class ServerAdmin {
public:
    /// Serves at a socket that listens already.
    /// @throws boost::system::system_error `invalid_argument`: it doesn't listen
    ServerAdmin(ServerExecutor executor, ServerAdminOptions options, boost::asio::ip::tcp::acceptor listener);
    ~ServerAdmin();  ///< closes everything at once

    /// From now on the servers take no new connections: it isn't ready any more.
    void drain() noexcept;

    /// As HttpEndpoint::run.
    boost::asio::awaitable<void> run() &;

private:
    struct State;
    base::Owner<State> state_;
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/server/server_admin.ipp>
#endif
