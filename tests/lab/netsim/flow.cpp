#include <tests/lab/netsim/flow.hpp>
#include <tests/lab/netsim/packet_writing.hpp>

namespace netsim {

namespace {

/// What stands for ports: the first four octets of the transport header. In ICMP these are type, code and checksum; a
/// router that knows better hashes type and code alone.
std::uint32_t ports_of(const Packet& packet, bool icmp_checksum)
{
    if (packet.payload.size() < 4) return 0;
    const auto word = libnet::base::load_be<std::uint32_t>(packet.payload);
    const bool icmp = packet.protocol == protocol::icmp_of(packet.version);
    return icmp && !icmp_checksum ? word & 0xFFFF0000U : word;
}

}  // namespace

std::uint64_t flow_hash(const Packet& packet, Balance::By by, bool icmp_checksum, std::uint64_t seed, NodeIndex node)
{
    std::array<std::byte, 44> key{};
    const std::span<std::byte> all{key};
    store_address(all, 0, packet.source);
    store_address(all, 16, packet.destination);
    if (by == Balance::By::flow_label) libnet::base::store_be(all, 32, packet.flow_label);
    if (by == Balance::By::five_tuple) {
        libnet::base::store_be(all, 36, std::uint32_t{packet.protocol});
        libnet::base::store_be(all, 40, ports_of(packet, icmp_checksum));
    }
    return libnet::base::siphash({seed, node}, key);
}

NodeIndex choose_branch(const Balance& balance, std::uint64_t hash)
{
    double total = 0;
    for (const auto& branch : balance.over) total += branch.weight;
    double at = static_cast<double>(hash >> 11) * 0x1.0p-53 * total;
    for (const auto& branch : balance.over) {
        if (at < branch.weight) return branch.node;
        at -= branch.weight;
    }
    return balance.over.back().node;
}

}  // namespace netsim
