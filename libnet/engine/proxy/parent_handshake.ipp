#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/proxy/parent_handshake.hpp>
#include <libnet/wire/http/hop_by_hop.hpp>
#include <libnet/wire/http/http_syntax.hpp>
#include <libnet/wire/socks/socks5_client.hpp>

#include <boost/asio/ip/address.hpp>

#include <array>
#include <utility>

namespace libnet::inline v0::engine {

namespace detail {

/// The server's failure behind the status of a parent's answer to CONNECT.
LIBNETXX_DECL ProxyFailure failure_of_connect_status(unsigned status) noexcept
{
    switch (status) {
    case 407:
        return ProxyFailure::parent_login;
    case 502:
    case 503:
        return ProxyFailure::connect_failed;
    case 504:
        return ProxyFailure::connect_timeout;
    default:
        return status / 100 == 4 ? ProxyFailure::parent_denied : ProxyFailure::connect_failed;
    }
}

LIBNETXX_DECL ProxyFailure failure_of_reply(wire::Socks5Reply reply) noexcept
{
    using wire::Socks5Reply;
    switch (reply) {
    case Socks5Reply::not_allowed:
        return ProxyFailure::parent_denied;
    case Socks5Reply::network_unreachable:
    case Socks5Reply::host_unreachable:
        return ProxyFailure::unreachable;
    case Socks5Reply::connection_refused:
        return ProxyFailure::refused;
    case Socks5Reply::ttl_expired:
        return ProxyFailure::connect_timeout;
    default:
        return ProxyFailure::connect_failed;
    }
}

/// The host as an address where it is one: a resolver at the other end might read its spelling in another way.
LIBNETXX_DECL wire::SocksDestination socks_destination(const ProxyDestination& destination)
{
    boost::system::error_code is_name;
    const auto address = boost::asio::ip::make_address(destination.host, is_name);
    wire::SocksDestination socks;
    if (is_name) socks.name = destination.host;
    else socks.address = address;
    socks.port = destination.port;
    return socks;
}

}  // namespace detail

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const ParentStep& step)
{
    constexpr std::array<std::string_view, 4> names{"send", "receive", "agreed", "failed"};
    return out << names[static_cast<std::size_t>(step.kind)] << " after " << step.consumed;
}

LIBNETXX_DECL void append_parent_connect(std::string& out, const ParentProxy& parent,
                                         const ProxyDestination& destination, const wire::HttpFields& vias,
                                         wire::HttpVersion version, std::string_view via_name)
{
    const auto authority = to_string(destination);
    out.append("CONNECT ").append(authority).append(" HTTP/1.1\r\n");
    wire::append_field(out, "Host", authority);
    if (!parent.authorization.empty()) wire::append_field(out, "Proxy-Authorization", parent.authorization);
    wire::append_via(out, vias, version, via_name);
    out.append("\r\n");
}

LIBNETXX_DECL ParentHandshake::ParentHandshake(const ParentProxy& parent, const ProxyDestination& destination,
                                               std::string connect_head, wire::HttpLimits limits)
    : parent_{parent},
      destination_{destination},
      out_{std::move(connect_head)},
      parser_{limits}
{}

LIBNETXX_DECL ParentStep ParentHandshake::next(std::string_view received)
{
    switch (phase_) {
    case Phase::begin:
        if (parent_.kind == ParentKind::http) return send(Phase::response, 0);
        out_.clear();
        wire::append_socks5_greeting(out_, !parent_.user.empty());
        return send(Phase::method, 0);
    case Phase::method:
        return read_method(received);
    case Phase::login:
        return read_login(received);
    case Phase::answer:
        return read_answer(received);
    case Phase::response:
        break;
    }
    return read_response(received);
}

LIBNETXX_DECL ParentStep ParentHandshake::on_closed()
{
    return fail(ProxyFailure::connection_lost, has_asked() ? ParentFault::this_request : ParentFault::parent);
}

LIBNETXX_DECL ParentStep ParentHandshake::on_timeout()
{
    if (has_asked()) return fail(ProxyFailure::response_timeout, ParentFault::none);
    return fail(ProxyFailure::connect_timeout, ParentFault::parent);
}

LIBNETXX_DECL ParentStep ParentHandshake::fail(ProxyFailure failure, ParentFault fault)
{
    failure_ = failure;
    fault_ = fault;
    return {ParentStep::Kind::failed};
}

LIBNETXX_DECL ParentStep ParentHandshake::send(Phase next, std::size_t consumed)
{
    phase_ = next;
    return {ParentStep::Kind::send, consumed};
}

LIBNETXX_DECL ParentStep ParentHandshake::read_response(std::string_view received)
{
    constexpr int most_interim = 10;
    const auto size = parser_.parse(received, "CONNECT", head_);
    if (!size) return fail(ProxyFailure::bad_response, ParentFault::parent);
    if (*size == 0) return {};
    if (head_.status < 200) {
        // 101 would be the answer to an Upgrade, and none was asked for.
        if (head_.status == 101 || ++interim_ > most_interim)
            return fail(ProxyFailure::bad_response, ParentFault::parent);
        auto step = read_response(received.substr(*size));
        step.consumed += *size;
        return step;
    }
    status_ = head_.status;
    if (status_ < 300) return {ParentStep::Kind::agreed, *size};
    return fail(detail::failure_of_connect_status(status_), status_ == 407 ? ParentFault::parent : ParentFault::none);
}

LIBNETXX_DECL ParentStep ParentHandshake::read_method(std::string_view received)
{
    const auto method = wire::parse_socks5_method(received);
    if (!method) return fail(ProxyFailure::bad_response, ParentFault::parent);
    if (!*method) return {};
    const auto [chosen, consumed] = **method;
    if (chosen == wire::Socks5Method::unacceptable) return fail(ProxyFailure::parent_login, ParentFault::parent);
    if (chosen == wire::Socks5Method::none) return request(consumed);
    if (parent_.user.empty()) return fail(ProxyFailure::bad_response, ParentFault::parent);  // it was not offered
    out_.clear();
    wire::append_socks5_login(out_, parent_.user, parent_.password);
    return send(Phase::login, consumed);
}

LIBNETXX_DECL ParentStep ParentHandshake::read_login(std::string_view received)
{
    const auto status = wire::parse_socks5_login_status(received);
    if (!status) return fail(ProxyFailure::bad_response, ParentFault::parent);
    if (!*status) return {};
    if (!(*status)->value) return fail(ProxyFailure::parent_login, ParentFault::parent);
    return request((*status)->consumed);
}

LIBNETXX_DECL ParentStep ParentHandshake::request(std::size_t consumed)
{
    out_.clear();
    const auto destination = detail::socks_destination(destination_);
    if (!wire::append_socks5_request(out_, wire::SocksCommand::connect, destination))
        return fail(ProxyFailure::name_not_found, ParentFault::none);  // no name is as long as that
    return send(Phase::answer, consumed);
}

LIBNETXX_DECL ParentStep ParentHandshake::read_answer(std::string_view received)
{
    const auto answer = wire::parse_socks5_answer(received);
    if (!answer) return fail(ProxyFailure::bad_response, ParentFault::parent);
    if (!*answer) return {};
    const auto reply = (*answer)->value.reply;
    if (reply == wire::Socks5Reply::succeeded) return {ParentStep::Kind::agreed, (*answer)->consumed};
    return fail(detail::failure_of_reply(reply), ParentFault::none);
}

}  // namespace libnet::inline v0::engine
