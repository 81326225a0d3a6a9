#pragma once
// What a TraceExporter is told.

#include <libnet/base/diagnostics.hpp>
#include <libnet/resolver_options.hpp>
#include <libnet/trace_options.hpp>
#include <libnet/watch_documents.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/address_v4.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace libnet::inline v0 {

namespace io {
class HttpEndpoint;
}

/// Options of a TraceExporter.
struct TraceExporterOptions {
    /// Where it listens; `::` takes IPv4 connections too, and is 0.0.0.0 on a machine without IPv6.
    boost::asio::ip::address address = boost::asio::ip::address_v4::loopback();
    std::uint16_t port = 9375;  ///< 0: a free one, see `TraceExporter::local_endpoint`

    /// Names, addresses and ranges of them ("10.20.0.0/28"), each host once, 1,024 at the most: each has some 300 lines at a
    /// scrape.
    std::vector<std::string> targets{};

    /// Returns the hosts to be watched when they are asked for again: see `TraceExporter::reload`. What it throws says why
    /// it can't. Empty: they aren't.
    std::function<std::vector<std::string>()> read_targets{};

    TraceOptions trace{.probes = 1};  ///< of each round; `flows` must be 1
    std::chrono::nanoseconds interval =
        std::chrono::seconds{10};                       ///< between two rounds to a target; more than nothing
    AddressFamily family = AddressFamily::any;          ///< which addresses a name is asked for
    std::optional<std::chrono::nanoseconds> refresh{};  ///< of names: longest life of an answer; empty: as its TTL says
    std::chrono::milliseconds drain_timeout{
        10'000};  ///< how long requests may take to end when it stops; 0: not at all
    std::size_t max_probes =
        100;  ///< paths that are traced for /probe at a time; more are refused with 503; at least 1

    /// Mounts a page at `/` that shows what is watched, before it serves; the last 24 hours of each target, and its last
    /// 20 changes, are remembered for it then. The documents are good as long as the exporter serves. Empty: nothing is.
    std::function<void(io::HttpEndpoint&, const WatchDocuments&)> page{};

    /// Is told what an operator should know: that a path has changed, that a name has no address (once, until it has), or that
    /// probes can't be sent (once, until they can).
    DiagnosticsHandler diagnostics{};
};

}  // namespace libnet::inline v0
