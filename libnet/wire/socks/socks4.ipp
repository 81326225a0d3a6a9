#pragma once

#include <libnet/wire/socks/socks4.hpp>

#include <cstddef>

namespace libnet::inline v0::wire {

namespace detail {

/// Takes a text that ends with NUL. An empty result: it hasn't come whole.
LIBNETXX_DECL SocksResult<std::optional<std::string_view>> take_socks4_text(std::string_view& rest)
{
    constexpr std::size_t most = 255;
    const auto end = rest.substr(0, most + 1).find('\0');
    if (end == rest.npos && rest.size() > most) return SocksError::too_long;
    if (end == rest.npos) return std::optional<std::string_view>{};
    const auto text = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return std::optional{text};
}

}  // namespace detail

LIBNETXX_DECL SocksResult<std::optional<SocksMessage<Socks4Request>>> parse_socks4_request(std::string_view received)
{
    using Parsed = std::optional<SocksMessage<Socks4Request>>;
    constexpr std::size_t fixed = 8;
    if (!received.empty() && detail::octet_at(received, 0) != 4) return SocksError::bad_version;
    if (received.size() > 1 && received[1] != 1 && received[1] != 2) return SocksError::bad_command;
    if (received.size() < fixed) return Parsed{};

    auto rest = received.substr(fixed);
    const auto user = detail::take_socks4_text(rest);
    if (!user) return user.error();
    if (!*user) return Parsed{};
    Socks4Request request;
    request.command = static_cast<SocksCommand>(received[1]);
    request.destination.port = detail::port_at(received, 2);
    request.user = **user;

    const auto address = detail::address_at<boost::asio::ip::address_v4>(received, 4);
    const bool has_name = address.to_uint() > 0 && address.to_uint() < 256;
    if (!has_name) {
        request.destination.address = address;
        return Parsed{{std::move(request), received.size() - rest.size()}};
    }
    const auto name = detail::take_socks4_text(rest);
    if (!name) return name.error();
    if (!*name) return Parsed{};
    if (!detail::is_socks_name(**name)) return SocksError::bad_name;
    request.destination.name = **name;
    return Parsed{{std::move(request), received.size() - rest.size()}};
}

LIBNETXX_DECL void append_socks4_reply(std::string& out, Socks4Reply reply)
{
    out += '\0';
    out += static_cast<char>(reply);
    out.append(6, '\0');
}

}  // namespace libnet::inline v0::wire
