#pragma once
// Bodies of libnet/wire/icmp/node_information.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/base/md5.hpp>
#include <libnet/base/text.hpp>
#include <libnet/wire/icmp/node_information.hpp>

#include <algorithm>

namespace libnet::inline v0::wire {

namespace detail {

constexpr std::size_t qtype_at = 4, node_flags_at = 6, nonce_at = 8, node_ttl_size = 4;

LIBNETXX_DECL std::vector<std::byte> encode_node_message(std::uint8_t type, std::uint8_t code, NodeQtype qtype,
                                                         std::uint16_t flags, const NodeNonce& nonce,
                                                         std::span<const std::byte> data)
{
    std::vector<std::byte> message(node_information_header_size + data.size());
    message[0] = std::byte{type};
    message[1] = std::byte{code};
    base::store_be(message, qtype_at, static_cast<std::uint16_t>(qtype));
    base::store_be(message, node_flags_at, flags);
    std::copy(nonce.begin(), nonce.end(), message.begin() + nonce_at);
    std::copy(data.begin(), data.end(), message.begin() + node_information_header_size);
    return message;
}

LIBNETXX_DECL NodeNonce nonce_of(std::span<const std::byte> message)
{
    NodeNonce nonce;
    std::copy_n(message.begin() + nonce_at, nonce.size(), nonce.begin());
    return nonce;
}

LIBNETXX_DECL std::optional<IcmpError> bad_node_message(std::uint8_t type, std::span<const std::byte> message)
{
    if (message.size() < node_information_header_size) return IcmpError::truncated;
    if (message[0] != std::byte{type}) return IcmpError::other_type;
    return std::nullopt;
}

/// A name in the format of DNS: its labels, and where what follows it begins.
struct DnsName {
    std::string text;
    std::size_t next = 0;
};

/// Reads the name that begins at `at`. Each pointer must lead to before where its part began, so that none is followed
/// twice.
LIBNETXX_DECL std::optional<DnsName> read_dns_name(std::span<const std::byte> data, std::size_t at)
{
    constexpr std::size_t most_octets = 255;
    constexpr unsigned pointer_bits = 0xC0;
    DnsName name;
    for (std::size_t part = at;;) {
        if (at >= data.size()) return std::nullopt;
        const auto length = std::to_integer<unsigned>(data[at]);
        if (length >= pointer_bits) {
            if (at + 1 >= data.size()) return std::nullopt;
            const std::size_t to = base::load_be<std::uint16_t>(data, at) & 0x3FFFU;
            if (name.next == 0) name.next = at + 2;
            if (to >= part) return std::nullopt;
            at = part = to;
            continue;
        }
        ++at;
        if (length == 0) break;
        if (length > 63 || length > data.size() - at || name.text.size() + length + 1 > most_octets)
            return std::nullopt;
        if (!name.text.empty()) name.text += '.';
        for (const std::byte octet : data.subspan(at, length)) name.text += static_cast<char>(octet);
        at += length;
    }
    if (name.next == 0) name.next = at;
    return name;
}

}  // namespace detail

LIBNETXX_DECL std::vector<std::byte> encode_node_query(const NodeQuery& query)
{
    return detail::encode_node_message(node_query_type, static_cast<std::uint8_t>(query.subject), query.qtype,
                                       query.flags, query.nonce, query.subject_octets);
}

LIBNETXX_DECL boost::system::result<NodeQuery, IcmpError> decode_node_query(std::span<const std::byte> message)
{
    if (const auto bad = detail::bad_node_message(node_query_type, message)) return *bad;
    const auto subject = message.subspan(node_information_header_size);
    return NodeQuery{static_cast<NodeQtype>(base::load_be<std::uint16_t>(message, detail::qtype_at)),
                     base::load_be<std::uint16_t>(message, detail::node_flags_at), detail::nonce_of(message),
                     static_cast<NodeSubject>(message[1]), std::vector<std::byte>{subject.begin(), subject.end()}};
}

LIBNETXX_DECL std::vector<std::byte> encode_node_reply(const NodeReply& reply)
{
    return detail::encode_node_message(node_reply_type, static_cast<std::uint8_t>(reply.code), reply.qtype, reply.flags,
                                       reply.nonce, reply.data);
}

LIBNETXX_DECL boost::system::result<NodeReply, IcmpError> decode_node_reply(std::span<const std::byte> message)
{
    if (const auto bad = detail::bad_node_message(node_reply_type, message)) return *bad;
    return NodeReply{static_cast<NodeReplyCode>(message[1]),
                     static_cast<NodeQtype>(base::load_be<std::uint16_t>(message, detail::qtype_at)),
                     base::load_be<std::uint16_t>(message, detail::node_flags_at), detail::nonce_of(message),
                     message.subspan(node_information_header_size)};
}

LIBNETXX_DECL std::optional<NodeNonce> decode_quoted_node_query(std::span<const std::byte> message)
{
    if (detail::bad_node_message(node_query_type, message)) return std::nullopt;
    return detail::nonce_of(message);
}

LIBNETXX_DECL NodeData<std::string> decode_node_names(std::span<const std::byte> data)
{
    constexpr std::size_t most_names = 64;
    NodeData<std::string> result;
    result.complete = data.size() >= detail::node_ttl_size;
    for (std::size_t at = detail::node_ttl_size; at < data.size();) {
        const auto name = detail::read_dns_name(data, at);
        result.complete = name && result.values.size() < most_names;
        if (!result.complete) break;
        const bool single = name->next < data.size() && data[name->next] == std::byte{0};
        result.values.push_back(single ? name->text : name->text + '.');
        at = name->next + (single ? 1 : 0);
    }
    return result;
}

LIBNETXX_DECL NodeData<asio::ip::address> decode_node_addresses(NodeQtype qtype, std::span<const std::byte> data)
{
    NodeData<asio::ip::address> result;
    const bool v6 = qtype == NodeQtype::ipv6_addresses;
    const std::size_t each = detail::node_ttl_size + (v6 ? 16 : 4);
    for (; data.size() >= each; data = data.subspan(each)) {
        asio::ip::address_v6::bytes_type octets;
        if (!v6) {
            result.values.emplace_back(asio::ip::address_v4{base::load_be<std::uint32_t>(data, detail::node_ttl_size)});
            continue;
        }
        for (std::size_t i = 0; i < octets.size(); ++i)
            octets[i] = std::to_integer<unsigned char>(data[detail::node_ttl_size + i]);
        result.values.emplace_back(asio::ip::address_v6{octets});
    }
    result.complete = data.empty();
    return result;
}

LIBNETXX_DECL std::optional<std::vector<std::byte>> node_subject(std::string_view name, bool full)
{
    constexpr std::size_t most_label = 63, most_octets = 255;
    std::vector<std::byte> octets;
    if (name.ends_with('.')) name.remove_suffix(1);
    for (bool more = true; more;) {
        const auto dot = name.find('.');
        const auto label = name.substr(0, dot);
        if (label.empty() || label.size() > most_label) return std::nullopt;
        octets.push_back(static_cast<std::byte>(label.size()));
        for (const char c : label) octets.push_back(static_cast<std::byte>(base::to_lower(c)));
        more = dot != std::string_view::npos;
        if (more) name.remove_prefix(dot + 1);
    }
    octets.push_back(std::byte{0});
    if (octets.size() > most_octets) return std::nullopt;
    if (!full) octets.push_back(std::byte{0});
    return octets;
}

LIBNETXX_DECL asio::ip::address_v6 node_group(std::span<const std::byte> subject)
{
    std::string label;
    const std::size_t size = subject.empty() ? 0 : 1 + std::to_integer<std::size_t>(subject[0]);
    for (const std::byte octet : subject.first(std::min(size, subject.size()))) label += static_cast<char>(octet);
    const auto digest = base::md5(label);
    return asio::ip::address_v6{{0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0xFF, digest[0], digest[1], digest[2]}};
}

}  // namespace libnet::inline v0::wire
