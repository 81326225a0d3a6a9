#pragma once
// Names to addresses and back, thousands at once, without a blocking call or a thread.

#include <libnet/config.hpp>
#include <libnet/io/dns/resolver_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace libnet::inline v0::io {

namespace detail {
class ResolverState;
}

/// An asynchronous DNS resolver.
///
/// Any number of coroutines may share one object, on the thread that runs its executor: one per thread. Destroying it
/// ends every pending call with `operation_aborted`; a call may outlive the object by that much, and one that starts
/// later ends the same way.
///
/// It trusts its name servers as far as plain DNS lets one (random ports and ids, no DNSSEC), and it caches nothing.
class Resolver {
public:
    /// Reads the system's configuration. Throws `boost::system::system_error` where that fails, or for an option out of
    /// its range (`invalid_argument`).
    explicit Resolver(asio::any_io_executor executor, ResolverOptions options = {});
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    /// The addresses of a name, at least one, best first (RFC 6724: those that can be reached from here, IPv6 before
    /// IPv4).
    ///
    /// A literal address ("192.0.2.1", "2001:db8::1", "fe80::1%eth0") answers at once; an IPv4-mapped one is the IPv4
    /// address that it stands for. A name in UTF-8 is asked for as IDNA 2008 writes it. "localhost" and the names below it
    /// are the loopback addresses (see `ResolverOptions::localhost_from_hosts`), those in "invalid" don't exist, and no server
    /// is asked for either (RFC 6761). All others are looked for in /etc/hosts, then asked for at the name servers, with the
    /// system's search list. At most 64 addresses are taken.
    ///
    /// Throws `boost::system::system_error` with a `what()` in words that names the host:
    ///  - `host_not_found`: no such name, or not a host name at all (see `wire::is_host_name`)
    ///  - `no_data`: the name exists, without an address of this family
    ///  - `host_not_found_try_again`: the name servers can't be reached, refuse or fail
    ///  - `timed_out`: no name server answered in time
    ///  - `no_recovery`: the answer makes no sense
    ///  - `errc::too_many_symbolic_link_levels`: the name is an alias of itself, over however many others
    ///  - `operation_aborted` (plain): cancelled (terminal; ends this call only), or the resolver was destroyed
    asio::awaitable<std::vector<asio::ip::address>> resolve(std::string name,
                                                            AddressFamily family = AddressFamily::any);

    /// The same, with the time that the answer holds.
    asio::awaitable<ResolvedName> look_up(std::string name, AddressFamily family = AddressFamily::any);

    /// The name of an address: from /etc/hosts, else its PTR record (RFC 1035 section 3.5, RFC 3596 section 2.5).
    /// An IPv4-mapped IPv6 address is asked for as IPv4. 127.0.0.1 and ::1 are `localhost`, and no server is asked.
    ///
    /// A name is an extra, so whatever keeps it away (none there, a failing or silent name server) is `nullopt`.
    /// So is a name that isn't a host name (`wire::is_host_name`): whoever owns an address block writes its PTR records, and
    /// may put terminal escapes or another address there. The name is a claim: it need not resolve to the address.
    ///
    /// Throws `operation_aborted` only, as `resolve` does.
    asio::awaitable<std::optional<std::string>> name_of(asio::ip::address address);

private:
    std::shared_ptr<detail::ResolverState> state_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/dns/resolver.ipp>
#endif
