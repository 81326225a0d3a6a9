#pragma once
// Clients that speak SOCKS, on the port where others speak HTTP.

#include <libnet/config.hpp>
#include <libnet/engine/proxy/socks_negotiation.hpp>
#include <libnet/impl/proxy/proxy_requests.hpp>

#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL bool ProxyRequests::negotiates(char first) const noexcept
{
    using wire::ProxyDialect;
    if (proxy_->options.transparent) return true;  // more than one octet is needed
    const auto dialect = wire::dialect_of(first);
    return proxy_->options.socks && (dialect == ProxyDialect::socks4 || dialect == ProxyDialect::socks5);
}

/// Ends in a CONNECT, which goes the way of all others.
LIBNETXX_DECL io::Task<> ProxyRequests::negotiate(io::HttpSession& session)
{
    using Kind = engine::SocksStep::Kind;
    using engine::SocksUsers;
    if (proxy_->options.transparent) {
        auto looking = look_at_client(session);
        co_await std::move(looking);
        co_return;
    }
    dialect_ = wire::dialect_of(session.octets().front());
    const auto& access = proxy_->options.access;
    const bool has_users = access && access->users() != nullptr;
    const auto udp = proxy_->options.socks_udp ? engine::SocksUdp::served : engine::SocksUdp::refused;
    engine::SocksNegotiation negotiation{dialect_, has_users ? SocksUsers::some : SocksUsers::none, udp};
    unsigned status = 400;
    for (;;) {
        const auto step = negotiation.next(session.octets());
        session.consume(step.consumed);
        bool goes_on = true;
        if (step.kind == Kind::receive) goes_on = co_await session.receive_more();
        if (step.kind == Kind::send) {
            session.writer().queue().append(negotiation.reply());
            goes_on = co_await session.writer().flush();
            if (!goes_on) session.lose();
        }
        if (step.kind == Kind::log_in) {
            auto checking = session.guard()->log_in(negotiation.login());
            const auto verdict = co_await std::move(checking);
            status = verdict.status;
            negotiation.logged_in(verdict.status == 0);
        }
        if (step.kind == Kind::connect) {
            if (const auto port = negotiation.datagram_port()) unusual().datagram_port = port;
            session.begin_with(negotiation.connect_head());
            goes_on = false;
        }
        if (step.kind == Kind::refuse) {
            unusual().socks_refusal = negotiation.reply();
            session.turn_away(status == 0 ? 400 : status, step.reason, engine::HttpFarewell::lingering);
            goes_on = false;
        }
        if (!goes_on) co_return;
    }
}

/// The answer has no words and no fields, only a number.
LIBNETXX_DECL void ProxyRequests::answer_socks(io::HttpSession& session, const Answer& answer)
{
    session.begin_answer({.status = answer.status, .reason = answer.reason, .may_keep = false});
    auto octets = unusual_ ? std::exchange(unusual_->socks_refusal, {}) : std::string{};
    if (octets.empty()) {
        const auto reply = failure_ ? engine::socks5_reply_of(*failure_) : engine::socks5_reply_of(answer.status);
        engine::append_socks_answer(octets, dialect_, reply);
    }
    session.writer().queue().append(octets);
    session.head_queued();
    session.end_answer();
}

}  // namespace libnet::inline v0::detail
