#pragma once
// Under which names a page of a machine's own is served.

#include <libnet/base/text.hpp>
#include <libnet/wire/http/authority.hpp>

#include <boost/asio/ip/address_v4.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0::engine {

/// Theory of operation. A page of an attacker has a name that the attacker owns, and can make resolve to an address of ours
/// (DNS rebinding). To the browser our answers are then of the page's own origin, so that the page may read them. What it can't
/// change is the Host field, which has the attacker's name. So only names are taken that no attacker has: addresses, localhost
/// (RFC 6761 section 6.3), and those that are given.
class KnownHosts {
public:
    /// `names` are compared without regard to case.
    explicit KnownHosts(std::vector<std::string> names = {}) : names_{std::move(names)} {}

    /// Whether a Host field, which may have a port, is of these.
    bool allows(std::string_view field) const
    {
        const auto authority = wire::parse_authority(field);
        if (!authority) return false;
        if (authority->is_ipv6) return true;
        auto host = authority->host;
        if (host.ends_with('.')) host.remove_suffix(1);
        boost::system::error_code no_address;
        boost::asio::ip::make_address_v4(host, no_address);
        if (!no_address || is_localhost(host)) return true;
        return std::ranges::any_of(names_, [host](const std::string& name) { return base::iequals(name, host); });
    }

private:
    static bool is_localhost(std::string_view host) noexcept
    {
        constexpr std::string_view name = "localhost", below = ".localhost";
        if (base::iequals(host, name)) return true;
        return host.size() > below.size() && base::iequals(host.substr(host.size() - below.size()), below);
    }

    std::vector<std::string> names_;
};

}  // namespace libnet::inline v0::engine
