#pragma once
// Where a class gets the addresses of names from.

#include <libnet/io/dns/name_lookup.hpp>
#include <libnet/io/dns/resolve_error.hpp>
#include <libnet/io/dns/resolver.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <utility>

namespace libnet::inline v0::io {

/// A Resolver of its own, or what its user has put in the place of one. Destroying it ends the Resolver's calls with
/// `operation_aborted`, and none of the other's.
class NameSource {
public:
    /// Reads the system's configuration, where no other one is given. Throws `boost::system::system_error`, as Resolver.
    NameSource(const asio::any_io_executor& executor, NameLookup other, ResolverOptions options = {})
        : other_{std::move(other)}
    {
        if (!other_) resolver_.emplace(executor, std::move(options));
    }

    /// The addresses of a name, at least one. Throws as Resolver::look_up does.
    asio::awaitable<ResolvedName> look_up(std::string name, AddressFamily family)
    {
        if (resolver_) return resolver_->look_up(std::move(name), family);
        auto asking = other_(name, family);
        return checked(std::move(asking), std::move(name), family);
    }

private:
    static asio::awaitable<ResolvedName> checked(asio::awaitable<ResolvedName> asking, std::string name,
                                                 AddressFamily family)
    {
        auto found = co_await std::move(asking);
        if (found.addresses.empty()) throw detail::no_such_address(name, family);
        co_return found;
    }

    NameLookup other_;
    std::optional<Resolver> resolver_;
};

}  // namespace libnet::inline v0::io
