#pragma once
// Endpoints as people write them.

#include <boost/asio/ip/tcp.hpp>

#include <sstream>
#include <string>

namespace libnet::inline v0::io {

/// "127.0.0.1:80", "[::1]:80".
inline std::string to_text(const boost::asio::ip::tcp::endpoint& endpoint)
{
    std::ostringstream text;
    text << endpoint;
    return text.str();
}

}  // namespace libnet::inline v0::io
