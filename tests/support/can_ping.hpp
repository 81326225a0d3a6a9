#pragma once
// Whether this process may ping: for tests of the library. tests/support/programs.hpp has the same for ping++.

#include <libnet/icmp_pinger.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

namespace libnet::test {

/// Where it may not, that is said: the test is then SKIPPED.
inline bool can_ping(PingAccess access = PingAccess::automatic)
try {
    boost::asio::io_context io;
    const IcmpPinger pinger{io.get_executor(), {.access = access}};
    return true;
} catch (const boost::system::system_error& error) {
    WARN("SKIPPED: " << error.what());
    return false;
}

}  // namespace libnet::test
