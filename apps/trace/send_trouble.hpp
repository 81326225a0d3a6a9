#pragma once
// Why this host can't send probes, in words: what the kernel's errors leave out.

#include <apps/common/output.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>
#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace libnet::apps {

/// The error, and where its name says little, what it comes from (ip(7), ip-route(8)).
inline std::string why_not_sent(const boost::system::error_code& error)
{
    namespace errors = boost::asio::error;
    if (error == errors::access_denied)
        return error.message() + ": it is a broadcast address, or a route of this host prohibits it";
    if (error == errors::no_permission) return error.message() + ": a packet filter of this host drops the probes";
    if (error == errors::invalid_argument)
        return error.message() + ": the route to it is a blackhole, or doesn't take this source";
    return error.message();
}

/// Probes to this host couldn't be sent.
struct NotSent : std::runtime_error {
    NotSent(const std::string& host, const boost::system::error_code& error)
        : runtime_error{fmt::format("{}: {}", host, why_not_sent(error))}
    {}
};

}  // namespace libnet::apps
