#pragma once

#include <libnet/engine/proxy/socks_negotiation.hpp>
#include <libnet/wire/dns/idn.hpp>
#include <libnet/wire/http/authority.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <utility>

namespace libnet::inline v0::engine {

namespace detail {

/// The authority of a destination; empty: its name is none that a request-target could have.
LIBNETXX_DECL std::string socks_authority(const wire::SocksDestination& destination)
{
    if (destination.port == 0) return {};
    const auto port = ':' + std::to_string(destination.port);
    if (destination.address) {
        const auto address = wire::unmapped(*destination.address);
        return address.is_v4() ? address.to_string() + port : '[' + address.to_string() + ']' + port;
    }
    const auto name = wire::ascii_host_name(destination.name);
    if (!name) return {};
    auto text = *name + port;
    const auto parsed = wire::parse_authority(text);
    const bool is_whole = parsed && !parsed->is_ipv6 && parsed->host == *name;
    return is_whole ? text : std::string{};
}

LIBNETXX_DECL SocksStep refusal(std::string_view reason) { return {.kind = SocksStep::Kind::refuse, .reason = reason}; }

}  // namespace detail

LIBNETXX_DECL SocksStep SocksNegotiation::next(std::string_view received)
{
    reply_.clear();
    if (dialect_ == wire::ProxyDialect::socks4) return read_socks4(received);
    switch (phase_) {
    case Phase::greeting:
        return read_greeting(received);
    case Phase::login:
        return read_login(received);
    case Phase::granted:
    case Phase::denied:
        return answer_login();
    case Phase::request:
        break;
    }
    return read_request(received);
}

LIBNETXX_DECL void SocksNegotiation::logged_in(bool granted) { phase_ = granted ? Phase::granted : Phase::denied; }

LIBNETXX_DECL SocksStep SocksNegotiation::read_socks4(std::string_view received)
{
    const auto parsed = wire::parse_socks4_request(received);
    std::string_view reason;
    if (!parsed) reason = wire::reason_of(parsed.error());
    else if (!*parsed) return {};
    else if ((*parsed)->value.command != wire::SocksCommand::connect) reason = socks_no_command;
    else if (!make_head((*parsed)->value.destination)) reason = wire::reason_of(wire::SocksError::bad_name);
    else return {.kind = SocksStep::Kind::connect, .consumed = (*parsed)->consumed};
    wire::append_socks4_reply(reply_, wire::Socks4Reply::refused);
    return detail::refusal(reason);
}

LIBNETXX_DECL SocksStep SocksNegotiation::read_greeting(std::string_view received)
{
    const auto parsed = wire::parse_socks5_greeting(received);
    if (!parsed) return detail::refusal(wire::reason_of(parsed.error()));
    if (!*parsed) return {};
    const auto& offered = (*parsed)->value;
    auto method = offered.none ? wire::Socks5Method::none : wire::Socks5Method::unacceptable;
    if (offered.password && (users_ == SocksUsers::some || !offered.none)) method = wire::Socks5Method::password;
    wire::append_socks5_method(reply_, method);
    if (method == wire::Socks5Method::unacceptable) return detail::refusal(socks_no_method);
    phase_ = method == wire::Socks5Method::password ? Phase::login : Phase::request;
    return {.kind = SocksStep::Kind::send, .consumed = (*parsed)->consumed};
}

LIBNETXX_DECL SocksStep SocksNegotiation::read_login(std::string_view received)
{
    const auto parsed = wire::parse_socks5_login(received);
    if (!parsed) return detail::refusal(wire::reason_of(parsed.error()));
    if (!*parsed) return {};
    login_ = {(*parsed)->value.user, (*parsed)->value.password};
    const auto consumed = (*parsed)->consumed;
    if (users_ == SocksUsers::some) return {.kind = SocksStep::Kind::log_in, .consumed = consumed};
    logged_in(true);
    auto step = answer_login();
    step.consumed = consumed;
    return step;
}

LIBNETXX_DECL SocksStep SocksNegotiation::answer_login()
{
    const bool granted = phase_ == Phase::granted;
    wire::append_socks5_login_status(reply_, granted);
    if (!granted) return detail::refusal(socks_wrong_password);
    phase_ = Phase::request;
    return {.kind = SocksStep::Kind::send};
}

LIBNETXX_DECL SocksStep SocksNegotiation::read_request(std::string_view received)
{
    const auto parsed = wire::parse_socks5_request(received);
    if (!parsed) return refuse_socks5(wire::socks5_reply_to(parsed.error()), wire::reason_of(parsed.error()));
    if (!*parsed) return {};
    return read_command((*parsed)->value, (*parsed)->consumed);
}

/// `size` octets that have come are the request.
LIBNETXX_DECL SocksStep SocksNegotiation::read_command(const wire::Socks5Request& request, std::size_t size)
{
    using wire::SocksCommand, wire::SocksError;
    const bool is_served = request.command == SocksCommand::connect ||
                           (request.command == SocksCommand::udp_associate && udp_ == SocksUdp::served);
    if (!is_served)
        return refuse_socks5(wire::Socks5Reply::command_not_supported,
                             udp_ == SocksUdp::served ? socks_no_bind : socks_no_command);
    auto destination = request.destination;
    if (request.command == SocksCommand::udp_associate) {
        datagram_port_ = destination.port;
        constexpr std::uint16_t any = 1;  // a target has to have one
        destination = {std::nullopt, std::string{socks_udp_host}, destination.port == 0 ? any : destination.port};
    }
    if (!make_head(destination))
        return refuse_socks5(wire::socks5_reply_to(SocksError::bad_name), wire::reason_of(SocksError::bad_name));
    return {.kind = SocksStep::Kind::connect, .consumed = size};
}

LIBNETXX_DECL SocksStep SocksNegotiation::refuse_socks5(wire::Socks5Reply code, std::string_view reason)
{
    wire::append_socks5_reply(reply_, code);
    return detail::refusal(reason);
}

/// False: the destination is none.
LIBNETXX_DECL bool SocksNegotiation::make_head(const wire::SocksDestination& destination)
{
    const auto authority = detail::socks_authority(destination);
    if (authority.empty()) return false;
    head_ = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
    if (!login_.user.empty())
        head_ += "Proxy-Authorization: Basic " + wire::encode_base64(login_.user + ':' + login_.password) + "\r\n";
    head_ += "\r\n";
    return true;
}

LIBNETXX_DECL wire::Socks5Reply socks5_reply_of(unsigned status) noexcept
{
    using wire::Socks5Reply;
    switch (status) {
    case 403:
    case 407:
    case 429:
        return Socks5Reply::not_allowed;
    case 502:
        return Socks5Reply::host_unreachable;
    case 504:
        return Socks5Reply::ttl_expired;
    default:
        return status / 100 == 2 ? Socks5Reply::succeeded : Socks5Reply::general_failure;
    }
}

LIBNETXX_DECL wire::Socks5Reply socks5_reply_of(ProxyFailure failure) noexcept
{
    using wire::Socks5Reply;
    switch (failure) {
    case ProxyFailure::refused:
        return Socks5Reply::connection_refused;
    case ProxyFailure::parent_denied:
        return Socks5Reply::not_allowed;
    case ProxyFailure::name_not_found:
    case ProxyFailure::name_is_loop:
    case ProxyFailure::name_server_failed:
    case ProxyFailure::unreachable:
        return Socks5Reply::host_unreachable;
    case ProxyFailure::name_timeout:
    case ProxyFailure::connect_timeout:
        return Socks5Reply::ttl_expired;
    default:
        return Socks5Reply::general_failure;
    }
}

LIBNETXX_DECL void append_socks_answer(std::string& out, wire::ProxyDialect dialect, wire::Socks5Reply reply)
{
    using wire::Socks4Reply;
    const bool granted = reply == wire::Socks5Reply::succeeded;
    if (dialect == wire::ProxyDialect::socks4)
        wire::append_socks4_reply(out, granted ? Socks4Reply::granted : Socks4Reply::refused);
    else wire::append_socks5_reply(out, reply);
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const SocksStep& step)
{
    constexpr std::string_view names[] = {"receive", "send", "log_in", "connect", "refuse"};
    out << names[static_cast<std::size_t>(step.kind)];
    if (step.consumed > 0) out << " behind " << step.consumed;
    if (!step.reason.empty()) out << ": " << step.reason;
    return out;
}

}  // namespace libnet::inline v0::engine
