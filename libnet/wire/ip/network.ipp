#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/ip/network.hpp>

#include <boost/system/error_code.hpp>

namespace libnet::inline v0::wire {

LIBNETXX_DECL std::optional<Network> parse_network(std::string_view text)
{
    const auto slash = text.find('/');
    const auto host = text.substr(0, slash);
    boost::system::error_code failed;
    const auto address = asio::ip::make_address(host, failed);
    // Asio reads up to a zero byte and would take what stands before it.
    if (failed || host.find_first_of(std::string_view{"%\0", 2}) != host.npos) return std::nullopt;
    const unsigned most = address.is_v4() ? 32 : 128;
    if (slash == text.npos) return Network{address, most};
    const auto bits = base::parse_number<unsigned>(text.substr(slash + 1));
    if (!bits || *bits > most) return std::nullopt;
    return Network{address, *bits};
}

}  // namespace libnet::inline v0::wire
