#pragma once
// Where a program with a port of its own listens, as a user writes it.

#include <apps/common/option_values.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>

#include <string_view>

namespace libnet::apps {

/// Throws BadValue for a link-local address that doesn't say of which interface it is: the system has no default. `like` is what
/// would do.
inline void require_zone(std::string_view text, const boost::asio::ip::address& address, std::string_view like)
{
    if (!address.is_v6()) return;
    const auto v6 = address.to_v6();
    if (!v6.is_link_local() || v6.scope_id() != 0) return;
    throw BadValue{
        fmt::format("'{}': {} is link-local: say on which interface, as in {}", printable(text), v6.to_string(), like)};
}

/// Reads an address to bind to.
inline auto bind_address()
{
    return [](std::string_view text) {
        const auto given = address()(text);
        require_zone(text, given, given.to_string() + "%eth0");
        return given;
    };
}

/// Reads where to listen. An address has to be given for others to reach it, or the colon with which other exporters
/// mean every address: "9374" is 127.0.0.1 alone, ":9374" is every address, "192.0.2.1:9374" and "[::1]:9374" are
/// those.
inline auto listen_address()
{
    const auto read = [](std::string_view text) {
        using namespace boost::asio::ip;
        const auto colon = text.rfind(':');
        const auto host = text.substr(0, colon == text.npos ? 0 : colon);
        const bool brackets = host.starts_with('[') && host.ends_with(']');
        const bool has_zone = brackets && host.find('%') != host.npos;
        if (has_zone) address()(host);  // which says what is wrong with it
        try {
            const auto number = port(0)(text.substr(colon == text.npos ? 0 : colon + 1));
            if (colon == text.npos) return tcp::endpoint{address_v4::loopback(), number};
            if (host.empty()) return tcp::endpoint{address_v6::any(), number};
            const auto given = address()(host);
            if (given.is_v6() && !brackets) throw BadValue{""};  // where does the address end?
            return tcp::endpoint{given, number};
        } catch (const BadValue&) {
            throw BadValue{
                fmt::format("'{}' is no place to listen: give a port (for 127.0.0.1), :PORT (for every "
                            "address), 192.0.2.1:PORT or [2001:db8::1]:PORT",
                            printable(text))};
        }
    };
    return [read](std::string_view text) {
        const auto place = read(text);
        const auto& given = place.address();
        if (given.is_v6()) require_zone(text, given, fmt::format("[{}%eth0]:{}", given.to_string(), place.port()));
        return place;
    };
}

}  // namespace libnet::apps
