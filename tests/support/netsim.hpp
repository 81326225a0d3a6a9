#pragma once
// A simulated network without a device: packets in, records and answers out.

#include <tests/lab/netsim/packet_writing.hpp>
#include <tests/lab/netsim/scenario.hpp>
#include <tests/lab/netsim/simulation.hpp>

#include <string>
#include <vector>

namespace netsim::test {

using namespace std::chrono_literals;

/// A packet of a tool, from 10.0.0.2 or fd00::2, with right checksums.
struct Probe {
    std::string to = "10.9.0.1";
    std::uint8_t protocol = protocol::icmp;  ///< icmp stands for ICMPv6 too
    std::uint8_t ttl = 64;
    std::uint16_t first = 1, second = 1;  ///< ports, or identifier and sequence
    std::size_t payload = 56;
    std::uint8_t tcp_flags = 0x02;
    bool dont_fragment = true;
    std::uint32_t flow_label = 0;
    std::vector<std::byte> data{};  ///< instead of `payload` octets

    Bytes bytes() const
    {
        using libnet::base::store_be;
        const auto destination = asio::ip::make_address(to);
        const bool v4 = destination.is_v4();
        const auto upper = protocol == protocol::icmp && !v4 ? protocol::icmpv6 : protocol;
        const std::size_t header = v4 ? ipv4_header_size : ipv6_header_size;
        const std::size_t transport = upper == protocol::tcp ? tcp_header_size : 8;
        Bytes packet(header + transport + (data.empty() ? payload : data.size()));
        const auto message = std::span{packet}.subspan(header);
        std::copy(data.begin(), data.end(), message.begin() + static_cast<std::ptrdiff_t>(transport));
        const bool icmp = upper == protocol::icmp || upper == protocol::icmpv6;
        if (icmp) message[0] = static_cast<std::byte>(v4 ? 8 : 128);
        store_be(message, icmp ? 4 : 0, first);
        store_be(message, icmp ? 6 : 2, second);
        if (upper == protocol::udp) store_be(message, 4, static_cast<std::uint16_t>(message.size()));
        if (upper == protocol::tcp) {
            message[12] = std::byte{0x50};
            message[13] = static_cast<std::byte>(tcp_flags);
        }
        write_ip_header(packet, upper, 0, asio::ip::make_address(v4 ? "10.0.0.2" : "fd00::2"), destination);
        packet[v4 ? 8 : 7] = static_cast<std::byte>(ttl);
        if (v4 && dont_fragment) packet[6] = std::byte{0x40};
        if (v4) seal_ipv4_header(packet);
        if (!v4) store_be(std::span{packet}, 0, 0x60000000U | flow_label);
        seal_transport(packet, header, upper, icmp ? 2 : upper == protocol::udp ? 6 : 16);
        return packet;
    }
};

/// Plays a scenario that a test writes down.
class Play final : private Sink {
public:
    explicit Play(const std::string& text) : scenario_{parse_scenario(text, "scenario")}, simulation_{scenario_} {}

    struct Event {
        Record record;
        Bytes packet;  ///< empty: nothing came back
        Duration took() const { return record.due - record.in; }
        std::optional<Packet> parsed() const { return parse_packet(packet); }
    };

    /// Everything that comes of a packet.
    std::vector<Event> send(const Probe& probe, Duration now = {})
    {
        events_.clear();
        simulation_.on_packet(probe.bytes(), now, *this);
        return events_;
    }

    /// The only thing that comes of it, in words: "answered echo host", "refused ttl r1", "dropped loss r2".
    std::string fate(const Probe& probe, Duration now = {})
    {
        const auto events = send(probe, now);
        if (events.size() != 1) return std::to_string(events.size()) + " events";
        return words(events.front().record);
    }

    std::string words(const Record& record) const
    {
        constexpr const char* names[] = {"answered", "refused", "dropped", "unheard", "forged"};
        return std::string{names[static_cast<int>(record.did)]} + " " + std::string{record.why} + " " +
               scenario_.epochs.front().network.nodes[record.node].name;
    }

    std::vector<Event> advance(Duration now)
    {
        events_.clear();
        simulation_.advance(now, *this);
        return events_;
    }

    Simulation& simulation() { return simulation_; }

private:
    void answer(const Record& record, std::span<const std::byte> packet) override
    {
        events_.push_back({record, Bytes(packet.begin(), packet.end())});
    }
    void drop(const Record& record) override { events_.push_back({record, {}}); }

    Scenario scenario_;
    Simulation simulation_;
    std::vector<Event> events_;
};

}  // namespace netsim::test
