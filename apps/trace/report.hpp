#pragma once
// What trace++ prints, either for people or for programs.

#include <libnet/engine/trace/trace_path.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::apps {

namespace asio = boost::asio;

/// What the reports of a trace have in common: what it is about.
struct TraceSubject {
    std::string host;         ///< as the user gave it
    std::string_view method;  ///< of the probes: "udp", "udp_constant", "icmp"
    unsigned max_ttl = 0;
    unsigned probes = 0;   ///< for each hop
    bool numeric = false;  ///< names are not asked for
};

/// The name of an address, as far as it is known.
using NameOf = std::function<std::optional<std::string>(const asio::ip::address&)>;

class TraceReport {
public:
    TraceReport() = default;
    TraceReport(const TraceReport&) = delete;
    TraceReport& operator=(const TraceReport&) = delete;
    virtual ~TraceReport() = default;

    /// The trace begins.
    virtual void begin(const asio::ip::address& target) = 0;

    /// What became of a probe. Called in the order of the hops.
    virtual void probe(const TraceOutcome& outcome, const NameOf& name_of) = 0;

    /// The trace has ended, perhaps before it began. `failure` says what stood in the way of it, or is empty.
    virtual void end(const TracePath& path, std::string_view failure, const NameOf& name_of) = 0;
};

}  // namespace libnet::apps
