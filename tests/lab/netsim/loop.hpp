#pragma once
// Plays a scenario on a device: reads, lets the simulation decide, and writes what is due.

#include <tests/lab/netsim/departures.hpp>
#include <tests/lab/netsim/log.hpp>
#include <tests/lab/netsim/simulation.hpp>
#include <tests/lab/netsim/tun_device.hpp>

#include <array>

namespace netsim {

/// Times. `in` is taken right after a packet was read, `out` right before the answer is written: the kernel stamps it
/// for the tool during that write. What lies between the tool's send and `in` is the kernel's way to us, and our waking
/// up; the latter is up to 50 us on a machine that sleeps, and none with `spin`, which never sleeps. So a tool's
/// round-trip time differs from `out - in` by the kernel's few microseconds, plus that.
class Loop {
public:
    Loop(const Scenario& scenario, TunDevice& device, Log& log, bool spin);

    /// Plays until one of these descriptors is readable.
    void run(std::array<int, 2> stops);

    /// Since the start.
    Duration now() const;

private:
    class Outgoing;

    void read_all();
    void write_due();
    bool wait(std::array<int, 2> stops);

    TunDevice& device_;
    Log& log_;
    Simulation simulation_;
    Departures departures_;
    std::chrono::steady_clock::time_point start_;
    bool spin_;
    std::array<std::byte, 65'536> buffer_;
};

}  // namespace netsim
