#pragma once

#include <libnet/libnet.hpp>

/// Uses the library from a second translation unit: what both define must be one definition.
std::size_t hops_to(boost::asio::io_context& io, boost::asio::ip::address target);
