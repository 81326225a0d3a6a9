// Any bytes as a node information or timestamp message, from its ICMP header on: what is read stays inside of the bytes and
// is bounded, and what is written is read back as it was.

#include <libnet/wire/icmp/icmp_timestamp.hpp>
#include <libnet/wire/icmp/node_information.hpp>

#include <array>
#include <cstdlib>
#include <span>

using namespace libnet::wire;

namespace {

void require(bool condition)
{
    if (!condition) std::abort();
}

void read_query(std::span<const std::byte> message)
{
    const auto query = decode_node_query(message);
    require(decode_quoted_node_query(message).has_value() == query.has_value());
    if (!query) return;
    const auto back = decode_node_query(encode_node_query(*query));
    require(back && *back == *query);
    require(node_group(query->subject_octets).is_multicast());
}

void read_reply(std::span<const std::byte> message)
{
    const auto reply = decode_node_reply(message);
    if (!reply) return;
    require(reply->data.size() == message.size() - node_information_header_size);
    const auto names = decode_node_names(reply->data);
    require(names.values.size() <= 64);
    for (const auto& name : names.values) require(name.size() <= 256);
    for (const auto qtype : {NodeQtype::ipv4_addresses, NodeQtype::ipv6_addresses})
        require(decode_node_addresses(qtype, reply->data).values.size() <= reply->data.size() / 8);
}

void read_times(std::span<const std::byte> message)
{
    const auto reply = decode_timestamp_reply(message);
    if (!reply) return;
    std::array<std::byte, icmp_timestamp_size> again{};
    encode_timestamp_reply(*reply, again);
    const auto back = decode_timestamp_reply(again);
    require(back && *back == *reply);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto message = std::as_bytes(std::span{data, size});
    read_query(message);
    read_reply(message);
    read_times(message);
    decode_quoted_timestamp_request(message);
    return 0;
}
