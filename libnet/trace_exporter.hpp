#pragma once
// A Prometheus exporter of paths: what each hop loses, how long it takes, and when a path changes.

#include <libnet/base/owner.hpp>
#include <libnet/config.hpp>
#include <libnet/executor.hpp>
#include <libnet/trace_exporter_options.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <vector>

namespace libnet::inline v0 {

namespace detail {
class TraceExporterState;
}

/// Watches the paths to the hosts it is given for as long as it runs, and traces those that it is asked about. It tells
/// Prometheus at `/metrics`:
///
///  - `libnet_trace_rounds_total`, `_reached_rounds_total`, `_path_changes_total`, `_path_changed_timestamp_seconds`,
///    `_distance_hops` and `_unresolved` for each `target`
///  - `libnet_trace_send_errors_total`: rounds that ended because this host couldn't send (no route, say), for each `target` and
///    `reason`, which is what the system says
///  - `libnet_trace_hop_sent_total`, `_received_total`, `_unreachable_total`, `_rtt_seconds` (a summary of the median and
///    the 95th and 99th percentile), `_jitter_seconds`, `_path_loss_ratio` and `_verdict` for each `target`, `ttl` and `hop`,
///    which is the router's address; the verdict is a label, as engine/trace/hop_verdict.hpp names them
///  - `libnet_trace_forged_total`, `_unmatched_total` and `_anonymous_total`: what was refused, as TraceCounters has it
///
/// At `/probe?target=NAME&module=udp|icmp|tcp&probes=N&timeout=SECONDS` it makes one pass over the path to a host now, and
/// tells `probe_success` and blackbox_exporter's other families, `libnet_trace_probe_distance_hops`, `_stop` and `_error` (their
/// reason is a label), and for each `ttl` and `hop` `_hop_received` and `_hop_rtt_seconds`, for each `ttl` `_hop_sent`. A module
/// with a 4 or a 6 behind it is of that IP version. It takes half a second less than `X-Prometheus-Scrape-Timeout-Seconds`
/// says, 5 s where that isn't said, and tells what it has found by then.
///
/// `/-/healthy` and `/-/ready` say so, and `/` is a page for people. `POST /-/reload`, where
/// `TraceExporterOptions::read_targets` is set, is as `reload`, and a 500 with the reason when that throws. In
/// OpenMetrics 1.0 or Prometheus' text format 0.0.4, as the client prefers. A hop whose path changes begins at zero.
/// Names are kept up to date.
///
/// It has neither TLS nor authentication: whoever reaches its port can read it, make it trace the path to any host, and
/// make it read its targets again. Distinct objects are independent; one object, and its io_context, belong to one thread.
class TraceExporter {
public:
    /// Listens. Throws `boost::system::system_error`: what bind(2) or listen(2) reports, with the words "cannot listen on
    /// ADDRESS:PORT", or what the constructor of PathWatcher throws; `std::invalid_argument` for a
    /// range that is none, or too many targets.
    TraceExporter(ServerExecutor executor, TraceExporterOptions options = {});

    /// The same with a socket that listens already: `address` and `port` don't count.
    TraceExporter(ServerExecutor executor, TraceExporterOptions options, boost::asio::ip::tcp::acceptor listener);

    /// The same with several of them, at which the same is served.
    TraceExporter(ServerExecutor executor, TraceExporterOptions options,
                  std::vector<boost::asio::ip::tcp::acceptor> listeners);
    ~TraceExporter();
    TraceExporter(TraceExporter&&) noexcept;
    TraceExporter& operator=(TraceExporter&&) noexcept;

    /// Where it listens; unspecified once it has stopped.
    boost::asio::ip::tcp::endpoint local_endpoint() const;

    /// Watches the paths to these hosts from now on, as TraceExporterOptions::targets has them. Those that it watches already
    /// stay, with their numbers. Throws `std::invalid_argument` for a range that is none, or too many hosts, and changes
    /// nothing then.
    void replace_targets(const std::vector<std::string>& targets);

    /// Asks `TraceExporterOptions::read_targets` for the hosts, and watches these from now on. Throws what that throws, or
    /// `replace_targets`, and changes nothing then. False: there is no `read_targets`.
    bool reload();

    /// Traces and serves until it is stopped; call it once. Completes after a cancellation: `total` lets the requests under
    /// way finish, `terminal` ends now. Destroying the exporter ends it, too.
    boost::asio::awaitable<void> run();

private:
    base::Owner<detail::TraceExporterState> state_;
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/trace/trace_exporter.ipp>
#endif
