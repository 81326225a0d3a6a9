#pragma once
// What a NodeInquiry is told.

#include <libnet/engine/query/node_answer.hpp>
#include <libnet/interface_name.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace libnet::inline v0 {

namespace node_flag = wire::node_flag;  ///< which addresses are asked for (RFC 4620 sections 6.3 and 6.4)

using wire::node_group;    ///< the group of the nodes that may have a name
using wire::node_subject;  ///< a name as the subject of a query

/// Options of a NodeInquiry.
struct NodeInquiryOptions {
    NodeQtype qtype = NodeQtype::names;       ///< what is asked for
    std::uint16_t flags = 0;                  ///< `node_flag`: which addresses
    std::optional<NodeSubject> subject{};     ///< what is asked about; empty: the address that is asked
    std::vector<std::byte> subject_octets{};  ///< of `subject`: an address, or what `node_subject` makes of a name
    std::chrono::nanoseconds interval = std::chrono::seconds{1};  ///< between two queries; more than 0
    std::uint64_t count = 0;                                      ///< queries in all; 0: until it is destroyed
    /// After the last query, when none was answered; else the last answers are waited for as long as `interval`.
    std::chrono::nanoseconds linger = std::chrono::seconds{10};
    std::optional<std::chrono::nanoseconds> deadline{};  ///< for everything; then `count` is of answers. Empty: none
    std::optional<int> ttl{};                            ///< hop limit to send with, 1 to 255; empty: the system's
    std::optional<boost::asio::ip::address> source{};    ///< address to send from; empty: as routed
    InterfaceName interface {};                          ///< name of the interface to send through; empty: as routed
    std::optional<std::uint8_t> traffic_class{};         ///< DSCP and ECN bits of the header; empty: zero
    std::optional<std::uint32_t> mark{};                 ///< SO_MARK of socket(7): takes CAP_NET_ADMIN
    bool multicast_loopback = true;                      ///< what is sent to a group comes to this host, too
};

}  // namespace libnet::inline v0
