#pragma once
// Whether a path is the one that was expected.

#include <libnet/config.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace libnet::inline v0 {

/// A hop as it was seen once: all routers that answered there. None: it was silent, which proves nothing.
struct ExpectedHop {
    std::uint8_t ttl = 0;
    std::set<boost::asio::ip::address> routers{};
    bool reached = false;  ///< the destination answered there
    friend bool operator==(const ExpectedHop&, const ExpectedHop&) = default;
};

/// What differs between two paths, a line for each difference; empty: nothing does.
///
/// A router is as expected if it is one of those that were seen at its hop. Not all of these must be seen again, as routers
/// share their load, and a hop that is silent in one of the paths is no difference. How far the destination is must be the
/// same, and if it was reached, it must be again.
std::vector<std::string> path_differences(const std::vector<ExpectedHop>& expected,
                                          const std::vector<ExpectedHop>& found);

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/trace/path_difference.ipp>
#endif
