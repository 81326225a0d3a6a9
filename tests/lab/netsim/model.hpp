#pragma once
// A scenario as values: what the file says, with every name looked up and every default filled in.

#include <libnet/wire/ip/ip_version.hpp>

#include <boost/asio/ip/address.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace netsim {

namespace asio = boost::asio;

using Duration = std::chrono::nanoseconds;  ///< also points in time: since the start of the run
using Address = asio::ip::address;
using libnet::wire::IpVersion;

/// Index of a node in `Network::nodes`. The client, where the tools run, is node 0 and has no entry of its own kind:
/// its addresses are those of the TUN device.
using NodeIndex = std::uint32_t;
constexpr NodeIndex client = 0;

/// What happens to packets on a link, or at a node. Shares are 0 to 1.
struct Impairment {
    Duration delay{};
    Duration jitter{};  ///< added to the delay: uniform between zero and this
    double loss = 0;
    double duplicate = 0;
    Duration duplicate_after{};  ///< the copy leaves so much later
    double reorder = 0;
    Duration reorder_by{std::chrono::milliseconds{10}};  ///< so much later leaves a packet that is overtaken
    double corrupt = 0;  ///< a bit of what the IP packet carries is flipped, and no checksum mended
    double late = 0;
    Duration late_by{std::chrono::seconds{2}};
};

/// A range of addresses, 10.0.0.0/8.
struct Prefix {
    Address network;
    unsigned length = 0;
};

/// How much of a packet an ICMP error quotes, in octets after the quoted IP header.
struct Quote {
    std::optional<std::size_t> octets = 548;  ///< empty: all. 0 with `header` false: nothing at all
    bool header = true;                       ///< quote the IP header
};

/// A label stack entry, RFC 4950 section 3 (as RFC 3032 section 2.1).
struct MplsLabel {
    std::uint32_t label = 0;
    std::uint8_t traffic_class = 0;
    std::uint8_t ttl = 1;
};

/// RFC 5837 section 4. Empty fields are left out of the object.
struct InterfaceInformation {
    std::uint8_t role = 0;  ///< 0 incoming, 1 its sub-IP part, 2 outgoing, 3 next hop
    std::optional<std::uint32_t> index;
    std::optional<Address> address;
    std::optional<std::string> name;  ///< at most 63 octets
    std::optional<std::uint32_t> mtu;
};

/// An extension object of any kind, RFC 4884 section 8.
struct ExtensionObject {
    std::uint8_t class_number = 0;
    std::uint8_t type = 0;
    std::vector<std::byte> payload;
};

/// RFC 4884.
struct Extensions {
    bool legacy = false;  ///< no length field: the extensions start at octet 128 all the same (section 5.5)
    std::vector<MplsLabel> mpls;
    std::vector<InterfaceInformation> interfaces;
    std::vector<ExtensionObject> objects;  ///< others
    enum class Broken : std::uint8_t { no, checksum, truncated, length_zero } broken = Broken::no;
    bool empty() const { return mpls.empty() && interfaces.empty() && objects.empty(); }
};

/// How an ICMP error's quote differs from the packet that caused it.
struct Alteration {
    std::optional<std::uint8_t> ttl, tos, ecn;
    enum class Identification : std::uint8_t { as_sent, swapped, one_more, one_less } identification{};
    std::optional<std::uint16_t> checksum;                       ///< of UDP, TCP or ICMP
    std::optional<std::uint16_t> source_port, destination_port;  ///< as behind a NAT
    std::optional<Address> source, destination;                  ///< likewise
};

/// How a node tells of errors.
struct IcmpBehaviour {
    bool silent = false;
    double rate = 0;  ///< errors a second, as a token bucket; 0: without limit
    double burst = 1;
    enum class From : std::uint8_t { incoming, outgoing, loopback } from = From::incoming;
    Quote quote;
    Extensions extensions;
    Alteration altered;
};

/// How a node chooses among several next hops.
struct Balance {
    enum class By : std::uint8_t { five_tuple, flow_label, addresses, packet } by = By::five_tuple;
    struct Branch {
        NodeIndex node = 0;
        double weight = 1;
    };
    std::vector<Branch> over;    ///< empty: the shortest way, no balancing
    bool icmp_checksum = false;  ///< the ICMP checksum is part of the flow, as if it were ports (bytes 0 to 3)
};

/// What a host does with packets that are for it.
struct Answer {
    enum class Kind : std::uint8_t {
        reply,  ///< echo: echo reply. TCP: SYN-ACK (RST to anything but SYN). UDP: port unreachable
        silence,
        port_unreachable,  ///< ICMP 3/3, ICMPv6 1/4
        error,             ///< ICMP `type` and `code`; also "time exceeded by the target itself"
        syn_ack,
        reset,
        dns,  ///< UDP port 53: the scenario's DNS server
    } kind = Kind::reply;
    std::uint8_t type = 0, code = 0;  ///< of an error: as ICMP has them, or as ICMPv6 has them for an IPv6 packet
    std::uint8_t type6 = 0, code6 = 0;
    std::optional<Address> from4, from6;  ///< another address answers, instead of the one that was asked
};

/// Whole prefixes as one line.
struct HostRange {
    Prefix prefix;
    std::uint64_t one_in = 1;  ///< one of so many hosts answers, chosen by a hash of its address and the seed
};

struct Node {
    std::string name;
    std::vector<Address> addresses;  ///< the first of each family is its loopback
    std::vector<HostRange> ranges;   ///< it answers for all of these
    bool down = false;
    bool forwards = true;   ///< false: drops what isn't for it
    Impairment impairment;  ///< of what passes, arrives or is answered here, once per packet and direction
    IcmpBehaviour icmp;
    Balance balance;
    Answer echo, udp, tcp;
    std::map<std::uint16_t, Answer> udp_ports, tcp_ports;  ///< other answers at single ports
    bool rewrites_source =
        false;  ///< forwards with a source address of its own (NAT): quotes of nodes behind it say so
};

struct Link {
    NodeIndex a = 0, b = 0;
    bool down = false;
    std::optional<Address> a4, a6, b4, b6;  ///< addresses of the interfaces; a node's own where empty
    Impairment there, back;                 ///< from a to b, and from b to a
    std::size_t mtu = 65'535;
    enum class TooBig : std::uint8_t {
        told,        ///< Packet Too Big, or Fragmentation Needed where DF is set
        told_zero,   ///< the same with an MTU field of zero
        black_hole,  ///< dropped without a word
    } too_big = TooBig::told;
};

/// Sends replies without a request.
struct Attacker {
    enum class Kind : std::uint8_t {
        forged,    ///< echo replies
        replayed,  ///< true replies, once more
        errors,    ///< time exceeded, about a packet like the last one
    } kind = Kind::forged;
    Prefix from;                   ///< source addresses, one after the other
    bool right_identifier = true;  ///< of forged ones: the identifier of the tool's last request, or another
    double rate = 100;             ///< packets a second
    Duration start{}, stop = Duration::max();
};

/// One name of the DNS server.
struct DnsRecord {
    std::string name;  ///< lower case, without the last dot
    enum class Type : std::uint16_t { a = 1, cname = 5, ptr = 12, txt = 16, aaaa = 28 } type = Type::a;
    std::string value;  ///< an address, a name or a text
    std::uint32_t ttl = 60;
};
struct DnsName {
    Duration delay{};
    enum class Failure : std::uint8_t { none, nxdomain, servfail, refused, silent, truncated } failure = Failure::none;
};
struct DnsServer {
    Duration delay{};  ///< of every answer
    std::vector<DnsRecord> records;
    std::map<std::string, DnsName> names;  ///< what is special about a name
};

/// The network as it is from some moment on.
struct Network {
    std::vector<Node> nodes;  ///< [client] is the client
    std::vector<Link> links;
};

struct Scenario {
    std::uint64_t seed = 1;
    struct Interface {
        Address address;
        unsigned prefix_length = 24;
    };
    std::vector<Interface> client;  ///< addresses of the TUN device, one of each family at the most
    struct Epoch {
        Duration from{};
        Network network;  ///< the same nodes under the same indices in all epochs
    };
    std::vector<Epoch> epochs;  ///< the first is from zero on
    std::vector<Attacker> attackers;
    DnsServer dns;
};

}  // namespace netsim
