#pragma once

#include <libnet/wire/ip/unmapped.hpp>
#include <libnet/wire/socks/socks5.hpp>

#include <algorithm>
#include <utility>

namespace libnet::inline v0::wire {

namespace detail {

enum class Socks5AddressType : std::uint8_t { ipv4 = 1, name = 3, ipv6 = 4 };

/// Reads type, address and port at the front. Nothing: more must come.
LIBNETXX_DECL SocksResult<std::optional<SocksMessage<SocksDestination>>> parse_socks5_destination(std::string_view text)
{
    using Parsed = std::optional<SocksMessage<SocksDestination>>;
    constexpr std::size_t port_size = 2;
    if (text.empty()) return Parsed{};
    const auto type = static_cast<Socks5AddressType>(octet_at(text, 0));
    SocksDestination destination;
    std::size_t end = 1;
    if (type == Socks5AddressType::ipv4) {
        end += 4;
        if (text.size() >= end) destination.address = address_at<boost::asio::ip::address_v4>(text, 1);
    } else if (type == Socks5AddressType::ipv6) {
        end += 16;
        if (text.size() >= end) destination.address = address_at<boost::asio::ip::address_v6>(text, 1);
    } else if (type == Socks5AddressType::name) {
        if (text.size() < 2) return Parsed{};
        end += 1 + std::size_t{octet_at(text, 1)};
        const auto name = text.substr(2, end - 2);
        const bool is_whole = text.size() >= end;
        if (end == 2 || (!name.empty() && !is_socks_name(name))) return SocksError::bad_name;
        if (is_whole) destination.name = name;
    } else {
        return SocksError::bad_address_type;
    }
    if (text.size() < end + port_size) return Parsed{};
    destination.port = port_at(text, end);
    return Parsed{{std::move(destination), end + port_size}};
}

LIBNETXX_DECL void append_socks5_endpoint(std::string& out, const boost::asio::ip::address& address, std::uint16_t port)
{
    const auto plain = unmapped(address);
    out += static_cast<char>(plain.is_v4() ? Socks5AddressType::ipv4 : Socks5AddressType::ipv6);
    if (plain.is_v4()) append_octets(out, plain.to_v4());
    else append_octets(out, plain.to_v6());
    append_port(out, port);
}

}  // namespace detail

LIBNETXX_DECL SocksResult<std::optional<SocksMessage<Socks5Greeting>>> parse_socks5_greeting(std::string_view received)
{
    using Parsed = std::optional<SocksMessage<Socks5Greeting>>;
    if (!received.empty() && detail::octet_at(received, 0) != 5) return SocksError::bad_version;
    if (received.size() < 2) return Parsed{};
    const std::size_t size = 2 + std::size_t{detail::octet_at(received, 1)};
    if (received.size() < size) return Parsed{};
    const auto methods = received.substr(2, size - 2);
    const auto offers = [methods](Socks5Method method) {
        return methods.find(static_cast<char>(method)) != methods.npos;
    };
    return Parsed{{Socks5Greeting{offers(Socks5Method::none), offers(Socks5Method::password)}, size}};
}

LIBNETXX_DECL SocksResult<std::optional<SocksMessage<Socks5Login>>> parse_socks5_login(std::string_view received)
{
    using Parsed = std::optional<SocksMessage<Socks5Login>>;
    if (!received.empty() && detail::octet_at(received, 0) != 1) return SocksError::bad_version;
    if (received.size() < 2) return Parsed{};
    const std::size_t user_size = detail::octet_at(received, 1);
    if (user_size == 0) return SocksError::bad_credentials;
    const std::size_t password_at = 2 + user_size + 1;
    if (received.size() < password_at) return Parsed{};
    const std::size_t password_size = detail::octet_at(received, password_at - 1);
    if (received.size() < password_at + password_size) return Parsed{};
    Socks5Login login{std::string{received.substr(2, user_size)},
                      std::string{received.substr(password_at, password_size)}};
    return Parsed{{std::move(login), password_at + password_size}};
}

LIBNETXX_DECL SocksResult<std::optional<SocksMessage<Socks5Request>>> parse_socks5_request(std::string_view received)
{
    using Parsed = std::optional<SocksMessage<Socks5Request>>;
    constexpr std::size_t destination_at = 3;
    if (!received.empty() && detail::octet_at(received, 0) != 5) return SocksError::bad_version;
    if (received.size() > 1 && (received[1] < 1 || received[1] > 3)) return SocksError::bad_command;
    if (received.size() > 2 && received[2] != 0) return SocksError::bad_reserved;
    if (received.size() <= destination_at) return Parsed{};
    auto destination = detail::parse_socks5_destination(received.substr(destination_at));
    if (!destination) return destination.error();
    if (!*destination) return Parsed{};
    Socks5Request request{static_cast<SocksCommand>(received[1]), std::move((*destination)->value)};
    return Parsed{{std::move(request), destination_at + (*destination)->consumed}};
}

LIBNETXX_DECL Socks5Reply socks5_reply_to(SocksError error) noexcept
{
    if (error == SocksError::bad_command) return Socks5Reply::command_not_supported;
    if (error == SocksError::bad_address_type) return Socks5Reply::address_type_not_supported;
    return Socks5Reply::general_failure;
}

LIBNETXX_DECL void append_socks5_method(std::string& out, Socks5Method method)
{
    out += '\5';
    out += static_cast<char>(method);
}

LIBNETXX_DECL void append_socks5_login_status(std::string& out, bool granted)
{
    out += '\1';
    out += granted ? '\0' : '\1';
}

LIBNETXX_DECL void append_socks5_reply(std::string& out, Socks5Reply reply, const boost::asio::ip::address& bound,
                                       std::uint16_t port)
{
    out += '\5';
    out += static_cast<char>(reply);
    out += '\0';
    detail::append_socks5_endpoint(out, bound, port);
}

LIBNETXX_DECL std::optional<Socks5Datagram> parse_socks5_datagram(std::string_view datagram)
{
    constexpr std::size_t destination_at = 3;
    constexpr std::string_view whole{"\0\0\0", destination_at};  // reserved (2), and the number of the fragment
    if (!datagram.starts_with(whole)) return std::nullopt;
    auto destination = detail::parse_socks5_destination(datagram.substr(destination_at));
    if (!destination || !*destination) return std::nullopt;
    const auto data_at = destination_at + (*destination)->consumed;
    return Socks5Datagram{std::move((*destination)->value), datagram.substr(data_at)};
}

LIBNETXX_DECL void append_socks5_datagram_header(std::string& out, const boost::asio::ip::address& from,
                                                 std::uint16_t port)
{
    out.append(3, '\0');
    detail::append_socks5_endpoint(out, from, port);
}

}  // namespace libnet::inline v0::wire
