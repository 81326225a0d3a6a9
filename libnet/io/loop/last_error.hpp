#pragma once
// errno as an error code.

#include <boost/system/error_code.hpp>

#include <cerrno>

namespace libnet::inline v0::io {

/// Why the system call that has just failed did so. To be asked before anything else can change errno.
inline boost::system::error_code last_error() noexcept { return {errno, boost::system::system_category()}; }

}  // namespace libnet::inline v0::io
