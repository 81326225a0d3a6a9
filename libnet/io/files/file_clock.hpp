#pragma once
// Where a file server takes the time from.

#include <chrono>
#include <functional>

namespace libnet::inline v0 {

/// The clocks by which a file server judges how old a file is (`system`) and how long it has known something (`steady`).
/// The default is the machine's; a test gives others, and need not wait for a second to pass. Both functions must be set,
/// and may be called in any thread.
struct FileClock {
    std::function<std::chrono::steady_clock::time_point()> steady = std::chrono::steady_clock::now;
    std::function<std::chrono::system_clock::time_point()> system = std::chrono::system_clock::now;
};

}  // namespace libnet::inline v0
