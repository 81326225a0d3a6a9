// Any bytes as what comes back of a trace's probes, whatever these were: errors with their quotes and extensions, and the
// answers of services. What is read stays inside of the bytes, and within its bounds.

#include <libnet/engine/trace/trace_question.hpp>
#include <libnet/engine/trace/trace_quote.hpp>
#include <libnet/wire/icmp/icmp_extensions.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

using namespace libnet;
using namespace libnet::engine;

namespace {

using Bytes = std::span<const std::byte>;

void require(bool condition)
{
    if (!condition) std::abort();
}

/// What the first two octets choose: the probes of a tracer. The seeds are about these addresses, ports and marks.
TraceSent read_sent(unsigned first, unsigned second)
{
    TraceSent sent;
    sent.version = (first & 1) == 0 ? wire::IpVersion::v4 : wire::IpVersion::v6;
    sent.method = static_cast<TraceProbe>((first >> 1 & 7) % 7);
    sent.classic = (first & 0x20) != 0;
    sent.flows = (first & 0x40) != 0 && !sent.classic ? 16 : 1;
    sent.question = static_cast<TraceQuestion>((second & 7) % 5);
    sent.port = sent.method == TraceProbe::tcp ? 80 : 33434;
    for (unsigned flow = 0; flow < sent.flows; ++flow) {
        sent.own_ports.push_back(static_cast<std::uint16_t>(40000 + flow));
        sent.checksums.push_back(static_cast<std::uint16_t>(0xBEEF + flow));
        sent.flow_labels.emplace_back(1 + flow);
    }
    sent.mark = 99;
    sent.payload_size = 32;
    sent.protocol = 253;
    sent.coverage = (second & 0x10) != 0 ? 8 : 0;
    if ((second & 0x20) != 0) sent.sources = {asio::ip::address_v4{0xC0000207}};
    if ((second & 0x40) != 0) {
        sent.gateways.addresses[0] = asio::ip::address_v4{0xCB007101};
        sent.gateways.count = 1;
    }
    return sent;
}

void check_extensions(const wire::IcmpExtensions& extensions, std::size_t octets)
{
    constexpr auto most = wire::icmp_extensions_most;
    require(extensions.mpls.size() <= most && extensions.interfaces.size() <= most);
    require(extensions.others.size() <= most);
    std::size_t kept = extensions.mpls.size() * 4;
    for (const auto& label : extensions.mpls) require(label.label < 1U << 20 && label.traffic_class < 8);
    for (const auto& interface : extensions.interfaces) {
        require(interface.name.size() <= 63);
        kept += interface.name.size();
    }
    for (const auto& object : extensions.others) kept += object.payload.size();
    require(kept <= octets);
}

void check_reply(const TraceSent& sent, const TraceReply& reply, Bytes message)
{
    require(reply.error.has_value() && reply.quoted_ttl.has_value());
    require(reply.flow < sent.flows);
    require(reply.destination.has_value() || sent.gateways.count != 0);
    constexpr std::size_t fields = 9;  // of TraceField, but for the destination
    require(reply.changes.size() <= fields);
    for (const auto& change : reply.changes) require(change.sent != change.quoted);
    check_extensions(reply.extensions, message.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2) return 0;
    const auto sent = read_sent(data[0], data[1]);
    const auto message = std::as_bytes(std::span{data, size}).subspan(2);
    if (const auto reply = read_trace_error(sent, message)) check_reply(sent, *reply, message);
    static_cast<void>(quoted_destination(sent.version, message));
    if (const auto found = wire::decode_icmp_extensions(message)) check_extensions(*found, message.size());

    // What a service answers.
    static_cast<void>(read_question_answer(sent.question, sent.mark, message));
    if (const auto payload = read_trace_payload(message)) require(payload->number != 0);
    for (const auto flags : {tcp_flag::syn, tcp_flag::ack, tcp_flag::fin})
        static_cast<void>(read_tcp_answer(message, flags));
    static_cast<void>(read_dccp_answer(message));
    static_cast<void>(read_raw_probe(message));
    return 0;
}
