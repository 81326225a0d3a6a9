#include <tests/lab/netsim/departures.hpp>
#include <tests/lab/netsim/packet_writing.hpp>

namespace netsim {

void Departures::Slot::store(const Record& record, std::span<const std::byte> packet)
{
    in = record.in;
    why = record.why.data();
    why_size = static_cast<std::uint8_t>(record.why.size());
    if (record.destination.is_v4()) {
        const auto octets = record.destination.to_v4().to_bytes();
        std::copy(octets.begin(), octets.end(), destination.begin());
    } else {
        destination = record.destination.to_v6().to_bytes();
    }
    node = record.node;
    source_port = record.source_port;
    destination_port = record.destination_port;
    protocol = record.protocol;
    ttl = record.ttl;
    did = static_cast<std::uint8_t>(record.did);
    flags = static_cast<std::uint8_t>((record.duplicate ? 1U : 0U) | (record.corrupt ? 2U : 0U) |
                                      (record.late ? 4U : 0U) | (record.reordered ? 8U : 0U));
    size = static_cast<std::uint16_t>(packet.size());
    if (packet.size() > inline_size) large = std::make_unique<std::byte[]>(packet.size());
    std::copy(packet.begin(), packet.end(), large ? large.get() : small.data());
}

Record Departures::Slot::record(Duration due) const
{
    Record record;
    record.in = in;
    record.due = due;
    record.version = std::to_integer<unsigned>(packet()[0]) >> 4 == 4 ? IpVersion::v4 : IpVersion::v6;
    const bool v4 = record.version == IpVersion::v4;
    record.source = load_address(packet(), record.version, v4 ? 16 : 24);  // the answer goes there
    const auto octets = std::as_bytes(std::span{destination});
    record.destination = load_address(octets, record.version, 0);
    record.protocol = protocol;
    record.ttl = ttl;
    record.source_port = source_port;
    record.destination_port = destination_port;
    record.node = node;
    record.did = static_cast<Did>(did);
    record.why = {why, why_size};
    record.duplicate = (flags & 1U) != 0;
    record.corrupt = (flags & 2U) != 0;
    record.late = (flags & 4U) != 0;
    record.reordered = (flags & 8U) != 0;
    return record;
}

}  // namespace netsim
