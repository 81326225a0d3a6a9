#pragma once
// What becomes of queries for a node's names and addresses (RFC 4620): values that print and compare.

#include <libnet/config.hpp>
#include <libnet/wire/icmp/node_information.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace libnet::inline v0 {

using wire::NodeQtype;      ///< what is asked for: names, IPv6 or IPv4 addresses
using wire::NodeReplyCode;  ///< whether a node answers, refuses, or doesn't know what is asked
using wire::NodeSubject;    ///< what a query is about: an address or a name

/// A node has answered a query.
struct NodeAnswer {
    boost::asio::ip::address from{};                    ///< who answered: of a group one of many
    std::uint64_t sequence = 0;                         ///< of the query, from 1 on
    bool duplicate = false;                             ///< the query was answered before
    NodeReplyCode code = NodeReplyCode::success;        ///< else there is neither a name nor an address
    NodeQtype qtype = NodeQtype::names;                 ///< what the answer has
    std::vector<std::string> names{};                   ///< any octets; a full name ends in a dot
    std::vector<boost::asio::ip::address> addresses{};  ///< of the kind that was asked for
    bool complete = true;    ///< false: the answer ends within a name or address, or makes no sense from there on
    bool truncated = false;  ///< the node says that it has more addresses
    std::optional<int> hop_limit{};  ///< that the answer arrived with
    std::size_t bytes = 0;           ///< of the ICMPv6 message
    friend bool operator==(const NodeAnswer&, const NodeAnswer&) = default;
};

/// A router or the node itself sent an ICMPv6 error about a query.
struct NodeQueryError {
    boost::asio::ip::address from{};  ///< who says so
    std::uint64_t sequence = 0;       ///< of the query, from 1 on
    std::uint8_t type = 0;            ///< of the ICMPv6 message; `words()` tells it
    std::uint8_t code = 0;            ///< of the ICMPv6 message
    /// The error in words: "Destination unreachable: No route".
    LIBNETXX_DECL std::string_view words() const noexcept;
    friend bool operator==(const NodeQueryError&, const NodeQueryError&) = default;
};

/// A query was not sent.
struct NodeQuerySendError {
    std::uint64_t sequence = 0;          ///< of the query, from 1 on
    boost::system::error_code reason{};  ///< as the system says it
    friend bool operator==(const NodeQuerySendError&, const NodeQuerySendError&) = default;
};

/// What `NodeInquiry::next()` tells.
using NodeEvent = std::variant<NodeAnswer, NodeQueryError, NodeQuerySendError>;

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const NodeAnswer& answer);
LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const NodeQueryError& error);
LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const NodeQuerySendError& error);

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/query/node_answer.ipp>
#endif
