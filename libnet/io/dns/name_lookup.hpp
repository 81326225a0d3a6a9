#pragma once
// What asking for the addresses of a name brings, and who may be asked in place of a Resolver.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace libnet::inline v0::io {

namespace asio = boost::asio;

/// Which addresses a name is asked for.
enum class AddressFamily {
    any,   ///< both, asked at the same time
    ipv4,  ///< A records only
    ipv6,  ///< AAAA records only
};

/// The addresses of a name, and how long they hold.
struct ResolvedName {
    std::vector<asio::ip::address> addresses;  ///< at least one, best first
    /// The least time to live (RFC 1035 section 3.2.1) of the records that led to them, not counting what they have spent
    /// since they were read. Empty: an address that was written out or a name that no server is asked for, which always
    /// hold. Zero for what /etc/hosts says, too.
    std::optional<std::chrono::seconds> ttl;
};

/// Looks names up in place of a `Resolver`: another protocol, a cache, or the script of a test. Gets the name as the user
/// wrote it. Throws `boost::system::system_error` with a Resolver's codes when there is no answer; one without an address
/// counts as `no_data`. It is called on the thread of its user's executor, any number of times at once.
using NameLookup = std::function<asio::awaitable<ResolvedName>(std::string name, AddressFamily family)>;

}  // namespace libnet::inline v0::io
