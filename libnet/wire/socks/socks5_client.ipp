#pragma once

#include <libnet/wire/socks/socks5.ipp>
#include <libnet/wire/socks/socks5_client.hpp>

#include <cstddef>
#include <utility>

namespace libnet::inline v0::wire {

namespace detail {

LIBNETXX_DECL void append_socks5_text(std::string& out, std::string_view text)
{
    constexpr std::size_t longest = 255;
    text = text.substr(0, longest);
    out += static_cast<char>(text.size());
    out += text;
}

}  // namespace detail

LIBNETXX_DECL void append_socks5_greeting(std::string& out, bool login)
{
    out += '\5';
    out += login ? '\2' : '\1';
    out += static_cast<char>(Socks5Method::none);
    if (login) out += static_cast<char>(Socks5Method::password);
}

LIBNETXX_DECL void append_socks5_login(std::string& out, std::string_view user, std::string_view password)
{
    out += '\1';
    detail::append_socks5_text(out, user);
    detail::append_socks5_text(out, password);
}

LIBNETXX_DECL bool append_socks5_request(std::string& out, SocksCommand command, const SocksDestination& destination)
{
    const bool is_name = !destination.address;
    if (is_name && (destination.name.empty() || !detail::is_socks_name(destination.name))) return false;
    out += '\5';
    out += static_cast<char>(command);
    out += '\0';
    if (!is_name) {
        detail::append_socks5_endpoint(out, *destination.address, destination.port);
        return true;
    }
    out += static_cast<char>(detail::Socks5AddressType::name);
    detail::append_socks5_text(out, destination.name);
    detail::append_port(out, destination.port);
    return true;
}

LIBNETXX_DECL SocksResult<std::optional<SocksMessage<Socks5Method>>> parse_socks5_method(std::string_view received)
{
    using Parsed = std::optional<SocksMessage<Socks5Method>>;
    if (!received.empty() && detail::octet_at(received, 0) != 5) return SocksError::bad_version;
    if (received.size() < 2) return Parsed{};
    const auto method = static_cast<Socks5Method>(detail::octet_at(received, 1));
    const bool is_known = method == Socks5Method::none || method == Socks5Method::password;
    return Parsed{{is_known ? method : Socks5Method::unacceptable, 2}};
}

LIBNETXX_DECL SocksResult<std::optional<SocksMessage<bool>>> parse_socks5_login_status(std::string_view received)
{
    using Parsed = std::optional<SocksMessage<bool>>;
    if (!received.empty() && detail::octet_at(received, 0) != 1) return SocksError::bad_version;
    if (received.size() < 2) return Parsed{};
    return Parsed{{received[1] == 0, 2}};
}

LIBNETXX_DECL SocksResult<std::optional<SocksMessage<Socks5Answer>>> parse_socks5_answer(std::string_view received)
{
    using Parsed = std::optional<SocksMessage<Socks5Answer>>;
    constexpr std::size_t destination_at = 3;
    constexpr std::uint8_t last_reply = static_cast<std::uint8_t>(Socks5Reply::address_type_not_supported);
    if (!received.empty() && detail::octet_at(received, 0) != 5) return SocksError::bad_version;
    if (received.size() > 2 && received[2] != 0) return SocksError::bad_reserved;
    if (received.size() <= destination_at) return Parsed{};
    auto bound = detail::parse_socks5_destination(received.substr(destination_at));
    if (!bound) return bound.error();
    if (!*bound) return Parsed{};
    const auto code = detail::octet_at(received, 1);
    Socks5Answer answer{code <= last_reply ? static_cast<Socks5Reply>(code) : Socks5Reply::general_failure,
                        std::move((*bound)->value)};
    return Parsed{{std::move(answer), destination_at + (*bound)->consumed}};
}

}  // namespace libnet::inline v0::wire
