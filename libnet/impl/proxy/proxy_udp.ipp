#pragma once
// Clients of SOCKS5 that send datagrams.

#include <libnet/config.hpp>
#include <libnet/engine/proxy/socks_negotiation.hpp>
#include <libnet/impl/proxy/proxy_requests.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <boost/system/system_error.hpp>

#include <string>
#include <utility>

namespace libnet::inline v0::detail {

/// A client that may use the proxy wants to send datagrams. True: it can't, and has its answer.
LIBNETXX_DECL bool ProxyRequests::associate()
{
    auto& connection = session_->connection();
    told_->host = engine::socks_udp_host;
    told_->port = *unusual_->datagram_port;
    const auto refuse_with = [this](unsigned status, std::string_view reason, wire::ProxyStatusError error) {
        answer_with_page(*session_, {.status = status, .reason = reason, .may_keep = false, .error = error});
        return true;
    };
    const auto* const guard = session_->guard();
    auto policy = proxy_->egress->policy();
    UdpAssociation::Asker asker{policy, std::string{guard != nullptr ? guard->user() : std::string_view{}},
                                listener_of(*policy), moment_of(*policy), identity(*session_)};
    const auto client = wire::unmapped(session_->client().address());
    if (connection.local().address().is_unspecified() || client.is_unspecified())
        return refuse_with(500, "Datagrams are relayed for clients that have an address.",
                           wire::ProxyStatusError::proxy_configuration_error);
    place_ = proxy_->places.take(std::string{engine::socks_udp_host});
    if (!place_)
        return refuse_with(503, "connection_limit_reached: Too many connections to servers are in use.",
                           wire::ProxyStatusError::connection_limit_reached);
    try {
        unusual_->association =
            std::make_unique<UdpAssociation>(*proxy_, connection, static_cast<io::ReadinessListener&>(*this),
                                             std::move(asker), engine::UdpClient{client, *unusual_->datagram_port},
                                             guard != nullptr ? session_->guard()->meter() : nullptr);
    } catch (const boost::system::system_error&) {
        place_.reset();
        return refuse_with(503, "There is no socket left for datagrams.",
                           wire::ProxyStatusError::connection_limit_reached);
    }
    return false;
}

/// The client is told where it may send datagrams. From now on nothing is to come on its connection but the end.
LIBNETXX_DECL bool ProxyRequests::open_association()
{
    auto& session = *session_;
    session.begin_answer({.status = 200, .may_keep = false});
    std::string granted;
    const auto local = association()->local();
    wire::append_socks5_reply(granted, wire::Socks5Reply::succeeded, local.address(), local.port());
    session.send(granted, {}, {});
    if (session.given_up() || session.is_blocked()) {  // it has filled its own connection before it was answered
        unusual_->association.reset();
        session.lose();
        return true;
    }
    tell_tunnel(200);
    session.open_tunnel();
    if (association() == nullptr) return true;  // who was told of it may have closed the connection
    unusual_->is_associated = true;
    association()->begin();
    return go_on_association();
}

LIBNETXX_DECL bool ProxyRequests::go_on_association()
{
    using Step = UdpAssociation::Step;
    const auto step = association()->go_on();
    if (step == Step::more) session_->connection().go_on_soon();
    if (step != Step::over) return false;
    end_association();
    return true;
}

LIBNETXX_DECL void ProxyRequests::end_association()
{
    const auto association = std::move(unusual_->association);
    place_.reset();
    count();
    const auto reason = association->reason();
    session_->end_tunnel(association->sent(), association->received(), reason);
}

}  // namespace libnet::inline v0::detail
