#pragma once

#include <libnet/engine/proxy/first_octets.hpp>
#include <libnet/wire/http/http_syntax.hpp>
#include <libnet/wire/socks/socks.hpp>
#include <libnet/wire/tls/client_hello.hpp>

#include <cstddef>

namespace libnet::inline v0::engine {

namespace detail {

inline constexpr std::size_t longest_first_method = 32;
inline constexpr std::size_t longest_first_line = 16 * 1024;

/// A line that is, or may become, "METHOD target HTTP/1.x".
LIBNETXX_DECL FirstProtocol protocol_of_line(std::string_view received)
{
    const auto space = received.find(' ');
    const auto method = received.substr(0, space);
    if (method.size() > longest_first_method || !wire::is_token(method)) return FirstProtocol::other;
    const auto end = received.find('\n');
    if (end == received.npos)
        return received.size() < longest_first_line ? FirstProtocol::incomplete : FirstProtocol::other;
    auto line = received.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    constexpr std::size_t version_size = 8;  // "HTTP/1.1"
    if (line.size() < version_size) return FirstProtocol::other;
    const auto version = line.substr(line.size() - version_size);
    return version.starts_with("HTTP/1.") ? FirstProtocol::http : FirstProtocol::other;
}

}  // namespace detail

LIBNETXX_DECL FirstOctets look_at_first_octets(std::string_view received)
{
    using Kind = wire::ClientHelloKind;
    if (wire::dialect_of(received.front()) != wire::ProxyDialect::tls) return {detail::protocol_of_line(received), {}};
    const auto hello = wire::read_client_hello(received);
    if (hello.kind == Kind::incomplete) return {};
    if (hello.kind == Kind::not_tls) return {FirstProtocol::other, {}};
    return {FirstProtocol::tls, hello.server_name};
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const FirstOctets& octets)
{
    constexpr std::string_view names[] = {"incomplete", "http", "tls", "other"};
    out << names[static_cast<std::size_t>(octets.protocol)];
    if (!octets.server_name.empty()) out << " for " << octets.server_name;
    return out;
}

}  // namespace libnet::inline v0::engine
