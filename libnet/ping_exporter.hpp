#pragma once
// A Prometheus exporter of round trips and losses.

#include <libnet/config.hpp>
#include <libnet/executor.hpp>
#include <libnet/ping_exporter_options.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>

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
///
/// Both in OpenMetrics 1.0 or Prometheus' text format 0.0.4, as the client prefers. Names are kept up to date, and a host
/// whose address changes begins at zero, as its labels are others.
///
/// It has neither TLS nor authentication: whoever reaches its port can read it, and make it ping any host. Distinct
/// objects are independent; one object, and its io_context, belong to one thread.
class PingExporter {
public:
    /// Opens the ICMP sockets, and listens. Throws `boost::system::system_error`: what bind(2) or listen(2) reports,
    /// with the words "cannot listen on ADDRESS:PORT", or what the constructor of IcmpPinger throws; `std::invalid_argument` for a range that is none, or too many hosts.
    PingExporter(const Executor& executor, PingExporterOptions options = {});
    ~PingExporter();
    PingExporter(PingExporter&&) noexcept;
    PingExporter& operator=(PingExporter&&) noexcept;

    /// Where it listens; unspecified once it has stopped.
    boost::asio::ip::tcp::endpoint local_endpoint() const;

    /// Pings and serves until it is stopped; call it once. Completes after a cancellation: `total` lets the requests in
    /// hand finish, `terminal` ends now. Destroying the exporter ends it, too.
    boost::asio::awaitable<void> run();

private:
    std::shared_ptr<detail::PingExporterState> state_;  ///< the requests in hand share it
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/ping/ping_exporter.ipp>
#endif
