#include <tests/lab/netsim/lab_namespace.hpp>
#include <tests/lab/netsim/tun_device.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace netsim {

namespace {

bool write_file(const std::string& path, const std::string& text)
{
    std::ofstream out{path};
    out << text << std::flush;
    return static_cast<bool>(out);
}

[[noreturn]] void missing(const char* what)
{
    throw Missing{std::string{what} + ": " + std::strerror(errno) + " (root, or user namespaces, are needed)"};
}

/// The first node that has a DNS server at port 53.
std::optional<Address> dns_server(const Scenario& scenario)
{
    for (const auto& node : scenario.epochs.front().network.nodes) {
        const auto port = node.udp_ports.find(53);
        if (port != node.udp_ports.end() && port->second.kind == Answer::Kind::dns && !node.addresses.empty())
            return node.addresses.front();
    }
    return std::nullopt;
}

void mount_resolv_conf(const Address& server)
{
    char name[] = "/tmp/netsim-resolv.XXXXXX";
    const int descriptor = ::mkstemp(name);
    if (descriptor < 0) missing("a temporary file");
    ::close(descriptor);
    write_file(name, "nameserver " + server.to_string() + "\n");
    ::chmod(name, 0644);
    const int result = ::mount(name, "/etc/resolv.conf", nullptr, MS_BIND, nullptr);
    const int error = errno;
    ::unlink(name);  // the mount keeps it
    errno = error;
    if (result != 0) missing("a resolv.conf of the scenario's own");
}

}  // namespace

void enter_namespaces()
{
    const auto user = ::geteuid();
    const auto group = ::getegid();
    const int spaces = CLONE_NEWNET | CLONE_NEWNS;
    if (::unshare(user == 0 ? spaces : spaces | CLONE_NEWUSER) != 0) missing("a network namespace");
    if (user != 0) {
        write_file("/proc/self/setgroups", "deny");
        write_file("/proc/self/uid_map", "0 " + std::to_string(user) + " 1");
        write_file("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
    }
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) missing("mounts of its own");
}

void set_up_namespace(const Scenario& scenario)
{
    run_program({"ip", "link", "set", "lo", "up"});
    write_file("/proc/sys/net/ipv6/conf/all/accept_dad", "0");
    write_file("/proc/sys/net/ipv6/conf/default/accept_dad", "0");
    const std::string range = "/proc/sys/net/ipv4/ping_group_range";
    if (!write_file(range, "0 2147483647")) write_file(range, "0 0");
    if (const auto server = dns_server(scenario)) mount_resolv_conf(*server);
}

}  // namespace netsim
