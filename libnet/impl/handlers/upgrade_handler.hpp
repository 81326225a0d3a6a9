#pragma once
// A handler that takes the connection over.

#include <libnet/impl/handlers/handed_connection.hpp>
#include <libnet/impl/handlers/handler_job.hpp>

#include <memory>
#include <string_view>

namespace libnet::inline v0::detail {

/// Why a connection isn't handed over; with another field, if there is one.
struct UpgradeRefusal {
    unsigned status = 0;  ///< 0: it is
    std::string_view reason{}, field{}, value{};
};

/// A request whose connection the handler gets. It is there as long as that is, and has no room for answers.
struct UpgradeJob : HandledRequest {
    using HandledRequest::HandledRequest;
    virtual ~UpgradeJob() = default;

    /// Answers with 101, and begins what goes on until the connection is of no more use: it is `done` then, and tells so.
    virtual void run() = 0;

    /// The server is about to end.
    virtual void drain() = 0;

    std::shared_ptr<HandedConnection> handed{};  // while it runs
};

class UpgradeHandler {
public:
    virtual ~UpgradeHandler() = default;

    virtual std::shared_ptr<UpgradeJob> job(io::Connection& connection) const = 0;

    /// Judges the request, which may be adjusted for the handler.
    virtual UpgradeRefusal judge(HttpCall& call) const = 0;
};

}  // namespace libnet::inline v0::detail
