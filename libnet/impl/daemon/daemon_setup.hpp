#pragma once
// What a daemon does before there are threads: it opens what takes rights, and gives these up.

#include <libnet/access_log.hpp>
#include <libnet/base/diagnostics.hpp>
#include <libnet/config.hpp>
#include <libnet/daemon_options.hpp>
#include <libnet/io/tcp/inherited_sockets.hpp>
#include <libnet/io/tcp/listening_sockets.hpp>

#include <memory>

namespace libnet::inline v0::detail {

/// What it has then.
struct DaemonParts {
    io::Inheritance inheritance{};  ///< without its sockets, which are taken over or closed
    io::ListeningSockets sockets{}, admin_sockets{};
    std::unique_ptr<AccessLog> log{};  ///< null: there is none
};

/// Listens, opens the log, gives files and sockets to who it will be, becomes that, and restricts its files.
/// @throws ListenFailure it can't listen; std::system_error a log, no right to become that user; std::invalid_argument there is
///         no such user, or no place to listen at
DaemonParts set_up_daemon(const DaemonOptions& options, bool defer_accept, const base::Diagnostics& diagnostics);

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/daemon/daemon_setup.ipp>
#endif
