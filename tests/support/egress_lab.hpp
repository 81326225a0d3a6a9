#pragma once
// A policy made of rules that a test writes down, and what it says of a client and a target.

#include <libnet/engine/proxy/egress_policy.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace libnet::test::egress {

/// The list "networks"; any other name is a list of hosts.
inline std::shared_ptr<const engine::EgressList> list_named(const std::string& name)
{
    using engine::EgressList;
    if (name == "networks")
        return std::make_shared<const EgressList>("203.0.113.0/24\n93.184.0.0/16\n", base::SipKey{});
    return std::make_shared<const EgressList>(".ads.test\ntracker.test\n", base::SipKey{});
}

inline engine::EgressPolicy policy_of(std::string_view rules, bool allow_private = false,
                                      std::vector<engine::PortRange> ports = {})
{
    return engine::EgressPolicy{{allow_private, std::move(ports), engine::parse_egress_rules(rules, list_named)}};
}

/// A client that has not logged in.
inline const engine::EgressClient anonymous{boost::asio::ip::make_address("10.1.2.3"), std::nullopt, {}};

/// The target of a GET.
inline engine::EgressTarget get(std::string_view host, std::string_view path = "/")
{
    return engine::egress_target(host, 80, "GET", path);
}

/// The target of a CONNECT.
inline engine::EgressTarget tunnel(std::string_view host, std::uint16_t port = 443)
{
    return engine::egress_target(host, port, "CONNECT", "");
}

/// The same, asked for by SOCKS.
inline engine::EgressTarget by_socks(std::string_view host, std::uint16_t port)
{
    auto target = tunnel(host, port);
    target.is_by_http = false;
    return target;
}

/// Before the target's name is looked up.
inline engine::EgressVerdict verdict(const engine::EgressPolicy& policy, const engine::EgressTarget& target,
                                     const engine::EgressClient& client = anonymous)
{
    return policy.judge(client, target).verdict;
}

/// When the name has this address.
inline engine::EgressVerdict verdict_at(const engine::EgressPolicy& policy, const engine::EgressTarget& target,
                                        const char* address)
{
    return policy.judge(anonymous, target, boost::asio::ip::make_address(address)).verdict;
}

constexpr const char* public_address = "93.184.216.34";

}  // namespace libnet::test::egress
