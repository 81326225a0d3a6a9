#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/access/client_table.hpp>
#include <libnet/engine/proxy/parent_proxy.hpp>
#include <libnet/impl/proxy/udp_association.hpp>
#include <libnet/io/tcp/socket_transfer.hpp>
#include <libnet/wire/dns/idn.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL UdpAssociation::UdpAssociation(ForwardProxyState& proxy, io::Connection& connection,
                                             io::ReadinessListener& listener, Asker asker, engine::UdpClient client,
                                             io::SendMeter* meter)
    : proxy_{proxy},
      connection_{connection},
      asker_{std::move(asker)},
      client_{std::move(client)},
      meter_{meter},
      inner_{proxy.connector->poll(), {wire::unmapped(connection.local().address()), 0}, listener}
{
    using io::asio::ip::address_v4, io::asio::ip::address_v6;
    outer_[0].emplace(proxy.connector->poll(), io::DatagramSocket::Endpoint{address_v4::any(), 0}, listener);
    try {
        outer_[1].emplace(proxy.connector->poll(), io::DatagramSocket::Endpoint{address_v6::any(), 0}, listener);
    } catch (const boost::system::system_error&) {
        // a machine without IPv6
    }
}

LIBNETXX_DECL UdpAssociation::Step UdpAssociation::go_on()
{
    if (!has_client()) return Step::over;
    bool more = receive_from_client();
    for (auto& outer : outer_)
        if (outer && receive_from(*outer)) more = true;
    if (std::exchange(moved_, false)) {
        expect_more();
    } else if (connection_.deadline().expired()) {
        reason_ = "No datagram came for too long.";
        return Step::over;
    }
    return more ? Step::more : Step::waits;
}

/// The association ends with the client's connection, on which nothing more is to be said: what comes is thrown away.
LIBNETXX_DECL bool UdpAssociation::has_client() noexcept
{
    auto& client = connection_.polled();
    for (int round = 0; round < 8 && client.ready(io::PolledSocket::read); ++round) {
        const auto received = io::receive_some(client, proxy_.scratch);
        if (received.outcome == io::Transfer::want_read) break;
        if (received.outcome != io::Transfer::done) return false;
    }
    return client.watch() && !client.broken();
}

/// True: there may be more.
LIBNETXX_DECL bool UdpAssociation::receive_from_client()
{
    for (int count = 0; inner_.may_receive(); ++count) {
        if (count == most_at_once) return true;
        const auto [transferred, from] = inner_.receive(proxy_.scratch);
        if (transferred.outcome == io::Transfer::want_read) break;
        if (transferred.outcome != io::Transfer::done) drop(UdpDrop::malformed);
        else if (!client_.sends_from(from.address(), from.port())) drop(UdpDrop::stranger);
        else relay({proxy_.scratch.data(), transferred.size});
    }
    return false;
}

/// A datagram of the client's.
LIBNETXX_DECL void UdpAssociation::relay(std::string_view datagram)
{
    const auto parsed = wire::parse_socks5_datagram(datagram);
    if (!parsed || parsed->destination.port == 0) {
        drop(UdpDrop::malformed);
        return;
    }
    const auto& [destination, data] = *parsed;
    const auto host =
        wire::canonical_host(destination.address ? wire::unmapped(*destination.address).to_string() : destination.name);
    auto* const flow = host ? flows_.find(host->name, destination.port, Clock::now()) : nullptr;
    if (flow == nullptr) {
        open_flow(destination, data);
    } else if (flow->address) {
        send(*flow, data);
    } else if (flow->extra.held.empty()) {
        flow->extra.held = data;
    } else {
        drop(UdpDrop::too_many);
    }
}

/// The first datagram to this destination: it is judged, and remembered if datagrams may go there.
LIBNETXX_DECL bool UdpAssociation::open_flow(const wire::SocksDestination& destination, std::string_view data)
{
    const auto text = destination.address ? wire::unmapped(*destination.address).to_string()
                                          : wire::ascii_host_name(destination.name).value_or(destination.name);
    Extra extra;
    extra.gate = engine::EgressGate{
        asker_.policy, client_.address(), asker_.user, asker_.listener, engine::datagram_target(text, destination.port),
        asker_.when,   asker_.identity};
    if (!admits(extra)) return false;
    const auto host = *extra.gate.target().host;
    const auto now = Clock::now();
    if (!host.address && flows_.unresolved(now - proxy_.options.resolve_timeout) >= most_names)
        return drop(UdpDrop::too_many);
    if (host.address && !extra.gate.admits(*host.address)) return drop(UdpDrop::denied);
    auto& flow = flows_.add(host.name, destination.port, std::move(extra), now);
    flow.address = host.address;
    if (flow.address) send(flow, data);
    else look_up(flow, data);
    return true;
}

/// Whether rules and limits let the client send to the destination, as far as its name says. Parents take no datagrams.
LIBNETXX_DECL bool UdpAssociation::admits(Extra& extra)
{
    auto& gate = extra.gate;
    if (!gate.admits()) return drop(UdpDrop::denied);
    if (gate.has_routes()) {
        const auto route = gate.route();
        if (std::ranges::find(route, engine::direct_route) == route.end()) return drop(UdpDrop::denied);
    }
    const auto limiter = proxy_.egress->limiter();
    if (!limiter) return true;
    auto admission = limiter->admit(gate.client(), gate.target());
    const bool only_reports = limiter->policy().options().rules.report_only;
    if (admission.verdict != engine::EgressVerdict::allowed && !only_reports) return drop(UdpDrop::limited);
    extra.meter = std::move(admission.meter);
    return true;
}

LIBNETXX_DECL void UdpAssociation::look_up(Flows::Flow& flow, std::string_view data)
{
    flow.extra.held = data;
    const auto host = flow.host;
    const auto port = flow.port;
    flow.extra.name =
        std::make_unique<io::NameWait>(proxy_.connector->resolver(), host, engine::client_key(client_.address()),
                                       engine::NameLookups::Wish::usable, [this, host, port] {
                                           on_name(host, port);
                                           connection_.go_on();
                                       });
    if (flow.extra.name->outcome() != nullptr) on_name(host, port);
}

/// Its addresses are judged, and the first that is allowed gets what was held, and all that follows: one of IPv4, if
/// there is one, since a datagram that goes nowhere doesn't say so, and another address can't be tried.
LIBNETXX_DECL void UdpAssociation::on_name(const std::string& host, std::uint16_t port)
{
    auto* const flow = flows_.find(host, port, Clock::now());
    if (flow == nullptr || !flow->extra.name) return;
    auto addresses = flow->extra.name->outcome()->addresses;
    // Not that of ranges, whose result clang 14 does not compile.
    std::stable_partition(addresses.begin(), addresses.end(), [](const Address& each) { return each.is_v4(); });
    auto& gate = flow->extra.gate;
    const auto fits = [&](const Address& each) {
        return outer_for(each) != nullptr && gate.admits(each) && io::has_route(each);
    };
    const auto chosen = std::ranges::find_if(addresses, fits);
    if (chosen == addresses.end()) {
        drop(addresses.empty() ? UdpDrop::no_name : UdpDrop::denied);
        flows_.erase(*flow);
        return;
    }
    flow->address = wire::unmapped(*chosen);
    const auto held = std::exchange(flow->extra.held, {});
    flow->extra.name.reset();
    send(*flow, held);
}

LIBNETXX_DECL void UdpAssociation::send(Flows::Flow& flow, std::string_view data)
{
    moved_ = true;
    if (pauses(flow.extra)) {
        drop(UdpDrop::limited);
        return;
    }
    auto* const outer = outer_for(*flow.address);
    if (outer == nullptr || !outer->send({*flow.address, flow.port}, {}, data)) {
        drop(UdpDrop::unsent);
        return;
    }
    flow.extra.meter.moved(data.size());
    received_ += data.size();
}

/// True: there may be more.
LIBNETXX_DECL bool UdpAssociation::receive_from(io::DatagramSocket& outer)
{
    for (int count = 0; outer.may_receive(); ++count) {
        if (count == most_at_once) return true;
        const auto [transferred, from] = outer.receive(proxy_.scratch);
        if (transferred.outcome == io::Transfer::want_read) break;
        if (transferred.outcome != io::Transfer::done) {
            drop(UdpDrop::unsent);
            continue;
        }
        auto* const flow = flows_.find_sender(from.address(), from.port(), Clock::now());
        if (flow == nullptr) {
            drop(UdpDrop::stranger);
            continue;
        }
        const bool is_slowed = meter_ != nullptr && meter_->pause() != io::SendMeter::Wait::zero();
        if (is_slowed || pauses(flow->extra)) {
            drop(UdpDrop::limited);
            continue;
        }
        header_.clear();
        wire::append_socks5_datagram_header(header_, from.address(), from.port());
        moved_ = true;
        if (!inner_.send({client_.address(), client_.port()}, header_, {proxy_.scratch.data(), transferred.size})) {
            drop(UdpDrop::unsent);
            continue;
        }
        flow->extra.meter.moved(transferred.size);
        if (meter_ != nullptr) meter_->sent(transferred.size);
        sent_ += transferred.size;
    }
    return false;
}

/// A datagram can't wait: what is too much is dropped.
LIBNETXX_DECL bool UdpAssociation::pauses(const Extra& extra) const
{
    if (extra.meter.empty()) return false;
    return extra.meter.is_spent() || extra.meter.pause() != io::EgressMeter::Wait::zero();
}

LIBNETXX_DECL io::DatagramSocket* UdpAssociation::outer_for(const Address& address) noexcept
{
    auto& outer = outer_[wire::unmapped(address).is_v6() ? 1 : 0];
    return outer ? &*outer : nullptr;
}

LIBNETXX_DECL bool UdpAssociation::drop(UdpDrop why) noexcept
{
    ++dropped_[static_cast<std::size_t>(why)];
    return false;
}

LIBNETXX_DECL void UdpAssociation::expect_more()
{
    const auto timeout = proxy_.options.udp_timeout;
    if (timeout.count() > 0) connection_.deadline().expires_after(timeout);
    else connection_.deadline().clear();
}

LIBNETXX_DECL std::string UdpAssociation::reason() const
{
    constexpr std::array<std::string_view, udp_drops> words{"from strangers", "malformed", "denied", "beyond a limit",
                                                            "without a name", "too many",  "unsent"};
    std::string text{reason_}, list;
    for (std::size_t kind = 0; kind < udp_drops; ++kind)
        if (dropped_[kind] > 0)
            list.append(list.empty() ? "" : ", ")
                .append(std::to_string(dropped_[kind]))
                .append(" ")
                .append(words[kind]);
    if (list.empty()) return text;
    return text.append(text.empty() ? "" : " ").append("Datagrams that were dropped: ").append(list).append(".");
}

}  // namespace libnet::inline v0::detail
