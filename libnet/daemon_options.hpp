#pragma once
// What a Daemon is told.

#include <libnet/access_log_format.hpp>
#include <libnet/base/diagnostics.hpp>
#include <libnet/io/loop/usable_cores.hpp>
#include <libnet/io/tcp/listening_sockets.hpp>
#include <libnet/live_source.hpp>
#include <libnet/privileges.hpp>
#include <libnet/sandbox.hpp>

#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace libnet::inline v0 {

namespace io {
class HttpEndpoint;
}

using io::ListenPlace;   ///< an address and port, or a Unix socket, and what is spoken there
using io::SpokenThere;   ///< TLS, plain HTTP, redirects to TLS, ...
using io::usable_cores;  ///< how many cores this process may use

/// Options of a Daemon.
struct DaemonOptions {
    /// In messages: "NAME: what on 127.0.0.1:8080". Up to its first `+` it is part of the metrics' names
    /// (libnet_NAME_connections): lower-case letters.
    std::string name = "server";
    std::string what = "serving";  ///< what it does, in that line
    std::string scheme{};          ///< of the URL behind it, "http" or "https"; empty: it has none to show

    /// Where it listens. The sockets of the service manager's (LISTEN_FDS, sd_listen_fds(3)) count instead, and those
    /// of the process that it takes over from. Empty: only those will do.
    std::vector<ListenPlace> listen{};
    unsigned threads = usable_cores();  ///< each with an event loop and servers of its own; at least 1

    std::string access_log = "none";  ///< a file, "-" for standard output, or "none"
    AccessLogFormat log_format{};     ///< what its lines look like
    std::vector<std::string>
        more_logs{};  ///< files of the program's, which are given to `identity` as the access log is
    std::function<void()> reopen_logs{};  ///< opens them again, at SIGUSR1; empty: there are none
    DiagnosticsHandler diagnostics{};     ///< what it says of itself, from any thread; empty: a DiagnosticsLog
    std::string option_prefix{};          ///< in front of an option's name in that: "--" where options are flags
    std::function<void()> on_settled{};   ///< called when the process is who it will be, before the first thread starts

    /// That requests have to end in when it stops, for `drain_timeout` of the servers; empty: as their options say.
    std::optional<std::chrono::milliseconds> drain{};
    std::optional<ListenPlace> admin{};  ///< where metrics, health and status are (ServerAdmin); empty: nowhere

    /// Mounts a page there, which follows what the servers do; empty: there is none, and requests are not watched.
    std::function<void(io::HttpEndpoint&, const LiveSource&)> page{};

    /// Octets that may be resident. Above, idle connections are closed, caches emptied, and new connections wait; 0: any number.
    std::uint64_t max_memory = 0;
    Identity identity{};                    ///< who it is once it listens
    std::optional<SandboxPaths> sandbox{};  ///< the only files that it reaches from then on; empty: any
    std::vector<std::string> arguments{};   ///< the command line, for a successor at SIGUSR2; empty: there is none
};

/// A place where a Daemon can't listen.
class ListenFailure : public boost::system::system_error {
public:
    /// `failure` is what ListeningSockets has thrown for the place.
    ListenFailure(const boost::system::system_error& failure, ListenPlace place, bool for_admin)
        : system_error{failure},
          place_{std::move(place)},
          for_admin_{for_admin}
    {}

    const ListenPlace& place() const noexcept { return place_; }  ///< which one
    bool is_for_admin() const noexcept { return for_admin_; }     ///< it is DaemonOptions::admin

private:
    ListenPlace place_;
    bool for_admin_;
};

}  // namespace libnet::inline v0
