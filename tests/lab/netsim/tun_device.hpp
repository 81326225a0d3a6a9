#pragma once
// A network interface whose other end is a file descriptor (kernel: Documentation/networking/tuntap.rst).

#include <tests/lab/netsim/model.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace netsim {

/// The machine can't do what is needed: no TUN, no namespaces. `what()` says what is missing.
class Missing : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A TUN device in the network namespace that the thread is in. Gone when this is.
class TunDevice {
public:
    /// Opens the device and brings it up with the scenario's client addresses; everything is routed to it.
    /// Throws Missing.
    explicit TunDevice(const Scenario& scenario);
    ~TunDevice();
    TunDevice(const TunDevice&) = delete;
    TunDevice& operator=(const TunDevice&) = delete;

    int descriptor() const noexcept { return descriptor_; }

    /// Reads one packet into `buffer`; 0: there is none now.
    std::size_t read(std::span<std::byte> buffer) const;

    /// Hands a packet to the kernel as if it had arrived. False: it was refused (full, or the device is gone).
    bool write(std::span<const std::byte> packet) const;

private:
    int descriptor_;
};

/// Runs a program to its end; throws Missing when it can't be run or fails.
void run_program(const std::vector<std::string>& arguments);

}  // namespace netsim
