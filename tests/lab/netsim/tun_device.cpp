#include <tests/lab/netsim/tun_device.hpp>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace netsim {

namespace {

constexpr auto device_name = "netsim0";

int open_tun()
{
    const int descriptor = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        throw Missing{std::string{"/dev/net/tun: "} + std::strerror(errno) + " (the kernel's tun device is needed)"};
    ifreq request{};
    std::strncpy(request.ifr_name, device_name, sizeof request.ifr_name - 1);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (::ioctl(descriptor, TUNSETIFF, &request) != 0) {
        const int error = errno;
        ::close(descriptor);
        throw Missing{std::string{"a TUN device: "} + std::strerror(error) +
                      " (root, or a user namespace of one's own, is needed)"};
    }
    return descriptor;
}

}  // namespace

void run_program(const std::vector<std::string>& arguments)
{
    const pid_t child = ::fork();
    if (child == 0) {
        std::vector<char*> argv;
        for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
        argv.push_back(nullptr);
        ::execvp(argv[0], argv.data());
        ::_exit(127);
    }
    int status = -1;
    if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) {
        std::string command;
        for (const auto& argument : arguments) command += argument + " ";
        throw Missing{"'" + command + "' failed (Debian's package iproute2 is needed)"};
    }
}

TunDevice::TunDevice(const Scenario& scenario) : descriptor_{open_tun()}
{
    try {
        // No address of the kernel's own making: it would solicit routers, with packets that no scenario has.
        run_program({"ip", "link", "set", device_name, "addrgenmode", "none"});
        // The queue holds the tool's bursts, and nothing is too big for it: links of the scenario are narrow, not this.
        run_program({"ip", "link", "set", device_name, "mtu", "65535", "txqueuelen", "100000", "up"});
        for (const auto& [address, length] : scenario.client) {
            const std::string with_length = address.to_string() + "/" + std::to_string(length);
            if (address.is_v4()) run_program({"ip", "address", "add", with_length, "dev", device_name});
            else run_program({"ip", "address", "add", with_length, "dev", device_name, "nodad"});
            run_program({"ip", address.is_v4() ? "-4" : "-6", "route", "add", "default", "dev", device_name});
        }
    } catch (...) {
        ::close(descriptor_);
        throw;
    }
}

TunDevice::~TunDevice() { ::close(descriptor_); }

std::size_t TunDevice::read(std::span<std::byte> buffer) const
{
    const ssize_t size = ::read(descriptor_, buffer.data(), buffer.size());
    return size > 0 ? static_cast<std::size_t>(size) : 0;
}

bool TunDevice::write(std::span<const std::byte> packet) const
{
    return ::write(descriptor_, packet.data(), packet.size()) == static_cast<ssize_t>(packet.size());
}

}  // namespace netsim
