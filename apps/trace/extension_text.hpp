#pragma once
// What a hop tells beside its address, in words for people.

#include <libnet/base/printable.hpp>
#include <libnet/engine/trace/trace_path.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <variant>

namespace libnet::apps {

/// As traceroute -e: "<MPLS:L=16,E=0,S=1,T=1>", and of an interface "<INC:name=ge-0/0/1,mtu=1500>".
inline std::string extension_text(const wire::IcmpExtensions& extensions)
{
    std::string text;
    for (std::size_t i = 0; i < extensions.mpls.size(); ++i) {
        const auto& label = extensions.mpls[i];
        text += fmt::format("{}L={},E={},S={},T={}", i == 0 ? "MPLS:" : "/", label.label, label.traffic_class,
                            label.bottom ? 1 : 0, label.ttl);
    }
    for (const auto& interface : extensions.interfaces) {
        constexpr std::string_view roles[]{"INC", "SUB", "OUT", "NXT"};
        std::string parts;
        const auto add = [&parts](std::string_view name, const std::string& value) {
            parts += fmt::format("{}{}={}", parts.empty() ? "" : ",", name, value);
        };
        if (interface.index) add("index", std::to_string(*interface.index));
        if (interface.address) add("addr", interface.address->to_string());
        if (!interface.name.empty()) add("name", base::printable(interface.name));
        if (interface.mtu) add("mtu", std::to_string(*interface.mtu));
        text +=
            fmt::format("{}{}:{}", text.empty() ? "" : ";", roles[static_cast<std::size_t>(interface.role) % 4], parts);
    }
    for (const auto& object : extensions.others) {
        text += fmt::format("{}{}/{}:", text.empty() ? "" : ";", object.class_number, object.type);
        for (const auto octet : object.payload) text += fmt::format("{:02x}", static_cast<unsigned>(octet));
    }
    return text.empty() ? text : '<' + text + '>';
}

/// A difference between what was sent and what a router quotes: "source_port 4000>61001".
inline std::string change_text(const TraceChange& change)
{
    struct Words {
        std::string operator()(std::uint32_t number) const { return std::to_string(number); }
        std::string operator()(const boost::asio::ip::address& address) const { return address.to_string(); }
    };
    return fmt::format("{} {}>{}", name_of(change.field), std::visit(Words{}, change.sent),
                       std::visit(Words{}, change.quoted));
}

/// All of them, as "{dscp 8>0, ...}"; empty: there are none. "ttl 1>2" is not a rewritten field: the probe's TTL was not 1 where a
/// router said that it had ended, so the router, or one before it, doesn't count down as it should.
inline std::string changes_text(const TraceHop& hop)
{
    std::string text;
    if (hop.kind == TraceAnswer::time_exceeded && hop.quoted_ttl.value_or(1) != 1)
        text = fmt::format("ttl 1>{}", *hop.quoted_ttl);
    for (const auto& change : hop.changes) text += (text.empty() ? "" : ", ") + change_text(change);
    return text.empty() ? text : '{' + text + '}';
}

}  // namespace libnet::apps
