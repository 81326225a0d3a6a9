#pragma once
// The autonomous systems that addresses belong to, for people to read.

#include <libnet/config.hpp>
#include <libnet/resolver_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace libnet::inline v0 {

namespace detail {
class AddressOriginsState;
}

/// Options of AddressOrigins.
struct AddressOriginsOptions {
    /// How long the name servers have, and which they are; the system's by default.
    ResolverOptions resolver{};

    /// Called on the executor whenever another origin is known, or known not to come. It must not throw.
    std::function<void()> on_settled{};
};

/// Asks Team Cymru's DNS zones (https://www.team-cymru.com/ip-asn-mapping) which autonomous systems announce addresses,
/// while something else goes on.
///
/// One question for each prefix; addresses that can't be in the global routing table (private ones, say) are not asked for.
/// What it does not protect: the zone's operator, and every name server in between, learn the first 24 bits of the IPv4
/// addresses (all of one of them) and 64 of the IPv6 ones that are asked for.
///
/// Memory: 4,096 prefixes at the most. One object belongs to the thread of its executor; destroying it ends its questions.
class AddressOrigins {
public:
    /// Reads the system's resolver configuration. Throws `boost::system::system_error` where that fails.
    explicit AddressOrigins(boost::asio::any_io_executor executor, AddressOriginsOptions options = {});
    ~AddressOrigins();
    AddressOrigins(AddressOrigins&&) noexcept;
    AddressOrigins& operator=(AddressOrigins&&) noexcept;

    /// Looks an address up, unless that was done before.
    void look_up(const boost::asio::ip::address& address);

    /// Whether it makes no sense to wait for the origin (any more): it is known, doesn't come, or wasn't asked for.
    bool is_settled(const boost::asio::ip::address& address) const;

    /// "AS64500", or "AS64500/64501" where several announce the prefix; nothing as long as none is known.
    std::optional<std::string> find(const boost::asio::ip::address& address) const;

private:
    std::shared_ptr<detail::AddressOriginsState> state_;  ///< its questions share it weakly
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/dns/address_origins.ipp>
#endif
