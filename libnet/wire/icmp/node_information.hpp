#pragma once
// ICMPv6 node information (RFC 4620): asking a node for its names and addresses.

#include <libnet/config.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::wire {

//   0                   1                   2                   3
//   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |  139 or 140   |     Code      |           Checksum            |   0
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |             Qtype             |             Flags             |   4
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |               Nonce: the reply has the query's                |   8
//  |                                                               |  12
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |  Query: the subject. Reply: names or addresses                |  16
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

constexpr std::size_t node_information_header_size = 16;              ///< octets
constexpr std::uint8_t node_query_type = 139, node_reply_type = 140;  ///< of the ICMPv6 messages

/// What is asked: the Qtype, RFC 4620 section 6.
enum class NodeQtype : std::uint16_t {
    names = 2,           ///< the names of the node
    ipv6_addresses = 3,  ///< those that the flags say
    ipv4_addresses = 4,  ///< those that the flags say
};

/// Flags of queries for addresses, and `truncated` of their replies, sections 6.3 and 6.4.
namespace node_flag {
constexpr std::uint16_t truncated = 1;       ///< the node has more addresses than the reply
constexpr std::uint16_t all_interfaces = 2;  ///< addresses of all interfaces, not of the subject's alone
constexpr std::uint16_t compatible = 4;      ///< IPv4-compatible and IPv4-mapped addresses
constexpr std::uint16_t link_local = 8;      ///< link-local addresses
constexpr std::uint16_t site_local = 16;     ///< site-local addresses
constexpr std::uint16_t global = 32;         ///< all others
}  // namespace node_flag

/// What the subject of a query is (its code), section 4.
enum class NodeSubject : std::uint8_t {
    ipv6_address = 0,  ///< 16 octets
    name = 1,          ///< see `node_subject`
    ipv4_address = 2,  ///< 4 octets
};

/// How a query was taken (the reply's code), section 4.
enum class NodeReplyCode : std::uint8_t {
    success = 0,        ///< the data answers it
    refused = 1,        ///< the node does not tell
    unknown_qtype = 2,  ///< the node does not know the Qtype
};

/// What a reply brings back of its query.
using NodeNonce = std::array<std::byte, 8>;

/// A query.
struct NodeQuery {
    NodeQtype qtype = NodeQtype::names;               ///< what is asked for
    std::uint16_t flags = 0;                          ///< `node_flag`
    NodeNonce nonce{};                                ///< comes back with the reply
    NodeSubject subject = NodeSubject::ipv6_address;  ///< what `subject_octets` are
    std::vector<std::byte> subject_octets;            ///< an address, or a name: see `node_subject`
    friend bool operator==(const NodeQuery&, const NodeQuery&) = default;
};

/// `data` is a view into the decoded message; codes and Qtypes that aren't known are told as they are.
struct NodeReply {
    NodeReplyCode code = NodeReplyCode::success;  ///< else there is no data
    NodeQtype qtype = NodeQtype::names;           ///< of the query
    std::uint16_t flags = 0;                      ///< `node_flag`
    NodeNonce nonce{};                            ///< of the query
    std::span<const std::byte> data;              ///< see `decode_node_names` and `decode_node_addresses`
};

/// A query, from its ICMPv6 header on. Its checksum is filled in by the kernel (RFC 3542 section 3.1).
LIBNETXX_DECL std::vector<std::byte> encode_node_query(const NodeQuery& query);

/// Decodes a query from its ICMPv6 header on, for a program that answers.
LIBNETXX_DECL boost::system::result<NodeQuery, IcmpError> decode_node_query(std::span<const std::byte> message);

/// A reply, for a program that answers.
LIBNETXX_DECL std::vector<std::byte> encode_node_reply(const NodeReply& reply);

/// Decodes a reply from its ICMPv6 header on.
LIBNETXX_DECL boost::system::result<NodeReply, IcmpError> decode_node_reply(std::span<const std::byte> message);

/// The nonce of a query that an ICMPv6 error quotes from its ICMPv6 header on; nullopt: it quotes another message, or too
/// little of it.
LIBNETXX_DECL std::optional<NodeNonce> decode_quoted_node_query(std::span<const std::byte> message);

/// What a reply's data was, as far as it could be read.
template <typename Each>
struct NodeData {
    std::vector<Each> values;  ///< in their order
    bool complete = true;      ///< false: the data ended in the middle of a value, or made no sense
    friend bool operator==(const NodeData&, const NodeData&) = default;
};

/// The names in the data of a reply, section 6.2: behind four octets (a TTL, which means nothing), in the format of DNS,
/// RFC 1035 section 3.1. A full one ends in a dot. Their octets may be anything: see `base::printable`.
/// A pointer must lead back, so that it ends; a name has at most 255 octets, and there are at most 64 of them.
LIBNETXX_DECL NodeData<std::string> decode_node_names(std::span<const std::byte> data);

/// The addresses in the data of a reply, sections 6.3 and 6.4, each behind a TTL of four octets: as many as there are.
LIBNETXX_DECL NodeData<asio::ip::address> decode_node_addresses(NodeQtype qtype, std::span<const std::byte> data);

/// A name as the subject of a query, section 4, in lower case; one that isn't `full` has another empty label at its end.
/// nullopt: it is no name (empty, an empty label, one of more than 63 octets, more than 255 in all).
LIBNETXX_DECL std::optional<std::vector<std::byte>> node_subject(std::string_view name, bool full);

/// The group of the nodes that may have this name, a `node_subject`, section 5: ff02::2:ff00:0/104, and 24 bits of a hash of
/// its first label.
LIBNETXX_DECL asio::ip::address_v6 node_group(std::span<const std::byte> subject);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/icmp/node_information.ipp>
#endif
