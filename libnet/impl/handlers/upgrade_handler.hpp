#pragma once
// A handler that takes the connection over.

#include <libnet/http_handlers.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string_view>

namespace libnet::inline v0::detail {

/// Why a connection isn't handed over; with another field, if there is one.
struct UpgradeRefusal {
    unsigned status = 0;  ///< 0: it is
    std::string_view reason{}, field{}, value{};
};

class UpgradeHandler {
public:
    virtual ~UpgradeHandler() = default;

    /// Judges the request, which may be adjusted for the handler.
    virtual UpgradeRefusal judge(HttpCall& call) const = 0;

    /// Answers with 101, and goes on until the connection is of no more use.
    virtual boost::asio::awaitable<void> run(std::shared_ptr<HandlerJob> job) const = 0;
};

}  // namespace libnet::inline v0::detail
