#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/forwarded.hpp>
#include <libnet/wire/http/http_syntax.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <algorithm>

namespace libnet::inline v0::wire {

namespace detail {

namespace ip = boost::asio::ip;

LIBNETXX_DECL std::optional<ip::address> parse_plain_address(std::string_view text)
{
    // Asio reads up to a zero octet, and takes scopes ("fe80::1%eth0") that mean something on another machine.
    constexpr std::size_t longest = 45;
    if (text.size() > longest || text.find_first_of(std::string_view{"%\0", 2}) != text.npos) return std::nullopt;
    boost::system::error_code failed;
    const auto address = ip::make_address(text, failed);
    if (failed) return std::nullopt;
    return unmapped(address);
}

/// "80", "_port": RFC 7239 section 6.
LIBNETXX_DECL bool is_forwarding_port(std::string_view text)
{
    if (text.starts_with('_')) return is_token(text);
    return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, base::is_digit);
}

/// The nodes of a line, from the left. Nothing: the line is not well formed.
using ForwardingNodes = std::optional<std::vector<std::string_view>>;

LIBNETXX_DECL ForwardingNodes nodes_of_x_forwarded_for(std::string_view line)
{
    std::vector<std::string_view> nodes;
    base::for_each_list_item(line, [&nodes](std::string_view item) { nodes.push_back(item); });
    return nodes;
}

/// Takes a token or a quoted string. A value with a backslash in it is no address, and comes back as it is.
LIBNETXX_DECL std::optional<std::string_view> take_forwarded_value(std::string_view& text)
{
    if (!text.starts_with('"')) {
        const auto value = text.substr(0, end_of_run(CharClass::token, text));
        text.remove_prefix(value.size());
        return value.empty() ? std::nullopt : std::optional{value};
    }
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            const auto value = text.substr(1, at - 1);
            text.remove_prefix(at + 1);
            return value;
        }
    }
    return std::nullopt;
}

LIBNETXX_DECL void skip_blanks(std::string_view& text)
{
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

/// `forwarded-element = [ pair ] *( ";" [ pair ] )`, elements parted by commas (RFC 7239 section 4). An element without
/// "for" gives an empty node: that a proxy was there is known, but not who asked it. One "for" an element.
LIBNETXX_DECL ForwardingNodes nodes_of_forwarded(std::string_view line)
{
    std::vector<std::string_view> nodes;
    std::string_view node;
    bool any_pair = false, any_node = false;
    for (;;) {
        skip_blanks(line);
        if (const auto name = line.substr(0, end_of_run(CharClass::token, line)); !name.empty()) {
            line.remove_prefix(name.size());
            if (!line.starts_with('=')) return std::nullopt;
            line.remove_prefix(1);
            const auto value = take_forwarded_value(line);
            const bool is_node = base::iequals(name, "for");
            if (!value || (is_node && any_node)) return std::nullopt;
            if (is_node) node = *value;
            any_node = any_node || is_node;
            any_pair = true;
        }
        skip_blanks(line);
        const bool ends = line.empty() || line.front() == ',';
        if (ends && any_pair) nodes.push_back(node);
        if (line.empty()) return nodes;
        if (ends) {
            node = {};
            any_pair = any_node = false;
        } else if (line.front() != ';') {
            return std::nullopt;
        }
        line.remove_prefix(1);
    }
}

LIBNETXX_DECL bool is_trusted(const std::vector<Network>& trusted, const ip::address& address)
{
    return std::ranges::any_of(trusted, [&address](const Network& network) { return network.contains(address); });
}

/// How far the walk from the server towards the client has come.
struct ForwardingWalk {
    ip::address believed;
    std::size_t hops = 0;

    /// Follows the nodes of a line, the last one first. True: the walk goes on with the line before.
    bool follow(const std::vector<std::string_view>& nodes, const std::vector<Network>& trusted)
    {
        for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
            const auto address = ++hops > max_forwarding_hops ? std::nullopt : parse_forwarding_node(*node);
            if (!address) return false;
            believed = *address;
            if (!is_trusted(trusted, believed)) return false;
        }
        return true;
    }
};

}  // namespace detail

LIBNETXX_DECL std::optional<boost::asio::ip::address> parse_forwarding_node(std::string_view node)
{
    if (node.starts_with('[')) {
        const auto end = node.find(']');
        if (end == node.npos) return std::nullopt;
        const auto rest = node.substr(end + 1);
        if (!rest.empty() && (!rest.starts_with(':') || !detail::is_forwarding_port(rest.substr(1))))
            return std::nullopt;
        const auto inside = node.substr(1, end - 1);
        return inside.find(':') == inside.npos ? std::nullopt : detail::parse_plain_address(inside);
    }
    const auto colon = node.find(':');
    if (colon == node.npos || node.find(':', colon + 1) != node.npos) return detail::parse_plain_address(node);
    if (!detail::is_forwarding_port(node.substr(colon + 1))) return std::nullopt;
    return detail::parse_plain_address(node.substr(0, colon));
}

LIBNETXX_DECL std::string to_forwarded_node(const boost::asio::ip::address& address)
{
    const auto plain = unmapped(address);
    return plain.is_v4() ? plain.to_string() : "\"[" + plain.to_string() + "]\"";
}

LIBNETXX_DECL boost::asio::ip::address client_address(const HttpFields& fields, const boost::asio::ip::address& peer,
                                                      const std::vector<Network>& trusted, ForwardingField field)
{
    detail::ForwardingWalk walk{unmapped(peer)};
    if (!detail::is_trusted(trusted, walk.believed)) return walk.believed;
    const bool is_forwarded = field == ForwardingField::forwarded;
    const std::string_view name = is_forwarded ? "Forwarded" : "X-Forwarded-For";
    for (auto line = fields.end(); line != fields.begin();) {
        --line;
        if (!base::iequals(line->name, name)) continue;
        const auto nodes =
            is_forwarded ? detail::nodes_of_forwarded(line->value) : detail::nodes_of_x_forwarded_for(line->value);
        if (!nodes || !walk.follow(*nodes, trusted)) break;
    }
    return walk.believed;
}

}  // namespace libnet::inline v0::wire
