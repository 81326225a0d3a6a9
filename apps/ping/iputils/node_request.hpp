#pragma once
// What ping -N asks a node, and about whom.

#include <apps/ping/iputils/fault.hpp>
#include <libnet/wire/icmp/node_information.hpp>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::apps::iputils {

namespace asio = boost::asio;

struct NodeRequest {
    std::optional<wire::NodeQtype> qtype;  ///< empty: nothing is asked
    std::uint16_t flags = 0;
    std::optional<wire::NodeSubject> subject;  ///< empty: the address that is asked
    std::vector<std::byte> subject_octets;
    std::string zone;  ///< behind a subject's name: of its group
    bool help = false;
};

/// The words that -N takes, as `-N help` shows them.
constexpr std::string_view node_help =
    "ping -6 -N <nodeinfo opt>\n"
    "Help:\n"
    "  help\n"
    "Query:\n"
    "  name\n"
    "  ipv6\n"
    "  ipv6-all\n"
    "  ipv6-compatible\n"
    "  ipv6-global\n"
    "  ipv6-linklocal\n"
    "  ipv6-sitelocal\n"
    "  ipv4\n"
    "  ipv4-all\n"
    "Subject:\n"
    "  subject-ipv6=addr\n"
    "  subject-ipv4=addr\n"
    "  subject-name=name\n"
    "  subject-fqdn=name\n";

inline std::vector<std::byte> octets_of(const asio::ip::address_v6& address)
{
    std::vector<std::byte> octets;
    for (const auto octet : address.to_bytes()) octets.push_back(static_cast<std::byte>(octet));
    return octets;
}

inline std::vector<std::byte> octets_of(const asio::ip::address_v4& address)
{
    std::vector<std::byte> octets;
    for (const auto octet : address.to_bytes()) octets.push_back(static_cast<std::byte>(octet));
    return octets;
}

/// A second query adds to the flags of the first one, or contradicts it.
inline void set_query(NodeRequest& request, wire::NodeQtype qtype, std::uint16_t flag)
{
    if (request.qtype && *request.qtype != qtype) throw Fault{2, "-N: only one of name, ipv6 and ipv4 may be asked"};
    request.qtype = qtype;
    request.flags = static_cast<std::uint16_t>(request.flags | flag);
}

inline void set_subject(NodeRequest& request, wire::NodeSubject kind, std::vector<std::byte> octets)
{
    if (request.subject && *request.subject != kind) throw Fault{2, "-N: only one kind of subject may be given"};
    request.subject = kind;
    request.subject_octets = std::move(octets);
}

/// `word` is what stands in front of the "=".
inline bool read_subject(NodeRequest& request, std::string_view word, const std::string& value)
{
    const auto wrong = [&value] { return Fault{2, fmt::format("-N: invalid subject: {}", value)}; };
    boost::system::error_code failed;
    if (word == "subject-ipv6") {
        const auto address = asio::ip::make_address_v6(value, failed);
        if (failed) throw wrong();
        set_subject(request, wire::NodeSubject::ipv6_address, octets_of(address));
    } else if (word == "subject-ipv4") {
        const auto address = asio::ip::make_address_v4(value, failed);
        if (failed) throw wrong();
        set_subject(request, wire::NodeSubject::ipv4_address, octets_of(address));
    } else if (word == "subject-name" || word == "subject-fqdn") {
        const auto name = value.substr(0, value.find('%'));
        const bool full = word == "subject-fqdn" || name.find('.') != std::string::npos;
        const auto octets = wire::node_subject(name, full);
        if (!octets) throw wrong();
        set_subject(request, wire::NodeSubject::name, *octets);
        request.zone = name.size() == value.size() ? std::string{} : value.substr(name.size() + 1);
    } else {
        return false;
    }
    return true;
}

/// Reads what -N takes; false: it is none of its words.
inline bool read_node_option(NodeRequest& request, const std::string& text)
{
    using wire::NodeQtype;
    struct Word {
        std::string_view word;
        NodeQtype qtype;
        std::uint16_t flag;
    };
    constexpr Word words[] = {{"name", NodeQtype::names, 0},
                              {"fqdn", NodeQtype::names, 0},
                              {"ipv6", NodeQtype::ipv6_addresses, 0},
                              {"ipv6-all", NodeQtype::ipv6_addresses, wire::node_flag::all_interfaces},
                              {"ipv6-compatible", NodeQtype::ipv6_addresses, wire::node_flag::compatible},
                              {"ipv6-linklocal", NodeQtype::ipv6_addresses, wire::node_flag::link_local},
                              {"ipv6-sitelocal", NodeQtype::ipv6_addresses, wire::node_flag::site_local},
                              {"ipv6-global", NodeQtype::ipv6_addresses, wire::node_flag::global},
                              {"ipv4", NodeQtype::ipv4_addresses, 0},
                              {"ipv4-all", NodeQtype::ipv4_addresses, wire::node_flag::all_interfaces}};
    for (const Word& each : words) {
        if (each.word != text) continue;
        set_query(request, each.qtype, each.flag);
        return true;
    }
    request.help = request.help || text == "help";
    const auto equals = text.find('=');
    if (equals == std::string::npos) return text == "help";
    return read_subject(request, std::string_view{text}.substr(0, equals), text.substr(equals + 1));
}

/// Whom to ask when no host is named: those who may have the subject's name, on the link of its zone.
inline std::string node_group_text(const NodeRequest& request)
{
    const auto text = wire::node_group(request.subject_octets).to_string();
    return request.zone.empty() ? text : fmt::format("{}%{}", text, request.zone);
}

}  // namespace libnet::apps::iputils
