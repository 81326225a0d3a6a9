#pragma once
// Why a name has no address, in the words of the system's resolver.

#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <string_view>

namespace libnet::apps {

/// As getaddrinfo(3) says it: programs look for these words.
inline std::string_view resolver_words(const boost::system::error_code& error)
{
    if (error == boost::asio::error::host_not_found) return "Name or service not known";
    if (error == boost::asio::error::no_data) return "No address associated with hostname";
    const bool is_loop = error == boost::system::errc::too_many_symbolic_link_levels;
    if (is_loop || error == boost::asio::error::no_recovery) return "Non-recoverable failure in name resolution";
    return "Temporary failure in name resolution";
}

}  // namespace libnet::apps
