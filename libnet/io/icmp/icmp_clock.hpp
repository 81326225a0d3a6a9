#pragma once
// Whose times the round trips of echo requests are.

#include <cstdint>

namespace libnet::inline v0::io {

enum class IcmpClock : std::uint8_t {
    kernel,  ///< from the kernel's transmit stamp to its receive stamp: what the network took
    user,    ///< from our send call until we have read the answer: what a program waits for
};

}  // namespace libnet::inline v0::io
