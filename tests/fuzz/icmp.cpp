// Any bytes as an IP packet with an ICMP message in it, as a raw socket delivers them: what is read stays inside of the
// bytes, and what is written is read back as it was.

#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/ip/ipv4.hpp>
#include <libnet/wire/ip/ipv4_options.hpp>
#include <libnet/wire/ip/ipv6.hpp>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <vector>

using namespace libnet::wire;

namespace {

using Bytes = std::span<const std::byte>;

void require(bool condition)
{
    if (!condition) std::abort();
}

/// An empty view may point anywhere.
void require_inside(Bytes whole, Bytes part)
{
    if (part.empty()) return;
    const std::less_equal<const std::byte*> not_after;
    require(not_after(whole.data(), part.data()) && not_after(part.data() + part.size(), whole.data() + whole.size()));
}

void read_message(IpVersion version, Bytes message)
{
    if (const auto echo = decode_echo_reply(version, message)) {
        require_inside(message, echo->payload);
        std::vector<std::byte> again(icmp_header_size);
        again.insert(again.end(), echo->payload.begin(), echo->payload.end());
        encode_echo_reply(version, echo->identifier, echo->sequence, again);
        const auto back = decode_echo_reply(version, again);
        require(back && back->identifier == echo->identifier && back->sequence == echo->sequence);
        require(std::ranges::equal(back->payload, echo->payload));
    }
    if (const auto echo = decode_quoted_echo_request(version, message)) require_inside(message, echo->payload);
    if (const auto error = decode_icmp_error(version, message)) {
        require_inside(message, error->quoted);
        require_inside(message, error->extensions);
        require(!icmp_words(version, error->type, error->code).empty());
        icmp_mtu(version, error->type, error->code, error->info);
        if (const auto packet = decode_quoted(version, error->quoted)) require_inside(error->quoted, packet->payload);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto packet = std::as_bytes(std::span{data, size});
    if (const auto header = decode_ipv4(packet)) {
        require(header->header_length <= packet.size());
        decode_ipv4_options(packet.subspan(ipv4_header_size, header->header_length - ipv4_header_size));
        read_message(IpVersion::v4, packet.subspan(header->header_length));
    }
    if (const auto header = decode_ipv6(packet)) {
        require(header->header_length <= packet.size());
        read_message(IpVersion::v6, packet.subspan(header->header_length));
    }
    require(decode_ipv4_options(packet).size() <= packet.size());
    for (const auto version : {IpVersion::v4, IpVersion::v6}) {
        read_message(version, packet);  // as a datagram socket delivers it
        if (const auto quoted = decode_quoted(version, packet)) require_inside(packet, quoted->payload);
    }
    return 0;
}
