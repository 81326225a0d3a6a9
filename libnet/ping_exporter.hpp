#pragma once
// A Prometheus exporter of round trips and losses.

#include <libnet/config.hpp>
#include <libnet/executor.hpp>
#include <libnet/io/loop/async_operation.hpp>
#include <libnet/ping_exporter_options.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace libnet::inline v0 {

namespace detail {
class PingExporterState;
}

/// Pings the hosts it is given for as long as it runs, and those that it is asked about, and tells Prometheus:
///
///  - `/metrics`: the hosts' numbers in smokeping_prober's families and buckets, and beside them what these can't tell
///    (late, lost, errors by reason, unresolved names, `libnet_ping_…`), and the process's own
///  - `/probe?target=NAME&module=icmp|icmp4|icmp6&count=N&timeout=SECONDS`: probes a host now, in blackbox_exporter's
///    families. It takes half a second less than `X-Prometheus-Scrape-Timeout-Seconds` says, 5 s where that isn't said
///  - `/-/healthy`, `/-/ready`, and a page for people at `/`
///  - `POST /-/reload`, where `PingExporterOptions::read_targets` is set: as `reload`, and 500 with the reason when that
///    throws
///
/// The first two in OpenMetrics 1.0 or Prometheus' text format 0.0.4, as the client prefers. Names are kept up to date,
/// and a host whose address changes begins at zero, as its labels are others.
///
/// A scrape tells of one moment for each host, a few milliseconds apart where there are thousands. It is written piece by
/// piece as the client takes it, with gzip where the client accepts that, and the pings go on meanwhile.
///
/// It has neither TLS nor authentication: whoever reaches its port can read it, make it ping any host, and make it read its
/// targets again. Distinct
/// objects are independent; one object, and its io_context, belong to one thread.
class PingExporter {
public:
    /// Opens the ICMP sockets, and listens. Throws `boost::system::system_error`: what bind(2) or listen(2) reports,
    /// with the words "cannot listen on ADDRESS:PORT", or what the constructor of IcmpPinger throws; `std::invalid_argument`
    /// for a range that is none, or too many hosts.
    PingExporter(ServerExecutor executor, PingExporterOptions options = {});

    /// The same with a socket that listens already: `address` and `port` don't count.
    PingExporter(ServerExecutor executor, PingExporterOptions options, boost::asio::ip::tcp::acceptor listener);

    /// The same with several of them, at which the same is served.
    PingExporter(ServerExecutor executor, PingExporterOptions options,
                 std::vector<boost::asio::ip::tcp::acceptor> listeners);
    ~PingExporter();
    PingExporter(PingExporter&&) noexcept;
    PingExporter& operator=(PingExporter&&) noexcept;

    /// Where it listens; unspecified once it has stopped.
    boost::asio::ip::tcp::endpoint local_endpoint() const;

    /// Watches these hosts from now on, as PingExporterOptions::targets has them. Those that it watches already stay, with
    /// their numbers. Throws `std::invalid_argument` for a range that is none, or too many hosts, and changes nothing then.
    void replace_targets(const std::vector<std::string>& targets);

    /// Asks `PingExporterOptions::read_targets` for the hosts, and watches these from now on. Throws what that throws, or
    /// `replace_targets`, and changes nothing then. False: there is no `read_targets`.
    bool reload();

    Executor get_executor() const;

    /// Pings and serves until it is stopped; call it once. Completes after a cancellation: `total` lets the requests in
    /// hand finish, `terminal` ends now. Destroying the exporter ends it, too.
    boost::asio::awaitable<void> run();

    /// The same for any completion token: `void(boost::system::error_code)`.
    template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code)) Token>
    auto async_run(Token&& token)
    {
        return io::async_operation<void>(
            get_executor(), [this] { return run(); }, std::forward<Token>(token));
    }

private:
    std::shared_ptr<detail::PingExporterState> state_;  ///< the requests under way share it
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/ping/ping_exporter.ipp>
#endif
