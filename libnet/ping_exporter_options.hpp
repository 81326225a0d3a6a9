#pragma once
// What a PingExporter is told.

#include <libnet/base/diagnostics.hpp>
#include <libnet/ping_options.hpp>
#include <libnet/resolver_options.hpp>
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

/// Options of a PingExporter.
struct PingExporterOptions {
    /// Where it listens; `::` takes IPv4 connections too, and is 0.0.0.0 on a machine without IPv6.
    boost::asio::ip::address address = boost::asio::ip::address_v4::loopback();
    std::uint16_t port = 9374;  ///< 0: a free one, see `PingExporter::local_endpoint`

    /// The hosts that are watched: names, addresses and ranges of them ("10.20.0.0/24", "10.0.0.1-9"), each host once,
    /// at most 65,536 in all: thirty lines a host at each scrape are enough.
    std::vector<std::string> targets{};

    /// Returns the hosts to be watched when they are asked for again: see `PingExporter::reload`. What it throws says why
    /// it can't. Empty: they aren't.
    std::function<std::vector<std::string>()> read_targets{};

    PingOptions ping{};                                 ///< of all probes; `interval` must be more than 0
    AddressFamily family = AddressFamily::any;          ///< which addresses a name is asked for
    std::optional<std::chrono::nanoseconds> refresh{};  ///< of names: longest life of an answer; empty: as its TTL says
    std::chrono::milliseconds drain_timeout{
        10'000};                   ///< how long requests may take to end when it stops; 0: not at all
    std::size_t max_probes = 500;  ///< that are under way for /probe; more are refused with 503; at least 1

    /// Mounts a page at `/` that shows what is watched, before it serves; the last 24 hours of each target are remembered for
    /// it then, in 12 KiB. The documents are good as long as the exporter serves. Empty: nothing is remembered.
    std::function<void(io::HttpEndpoint&, const WatchDocuments&)> page{};

    /// Is told what an operator should know: that a name has no address (once, until it has), or another one.
    DiagnosticsHandler diagnostics{};
};

}  // namespace libnet::inline v0
