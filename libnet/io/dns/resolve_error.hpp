#pragma once
// Why a name has no address, in words.

#include <libnet/base/utf8.hpp>
#include <libnet/io/dns/resolver_options.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <ares.h>

namespace libnet::inline v0::io::detail {

/// Says in words what went wrong, and with which host.
class ResolveError : public boost::system::system_error {
public:
    ResolveError(boost::system::error_code code, const std::string& words)
        : system_error{code},
          words_{std::make_shared<const std::string>(words)}
    {}
    const char* what() const noexcept override { return words_->c_str(); }

private:
    std::shared_ptr<const std::string> words_;  // an exception's copy constructor must not throw
};

/// A name, as far as it can be shown: what was asked for may be anything, and messages end up on terminals.
inline std::string printable_host(std::string_view name)
{
    std::string text;
    for (name = name.substr(0, 253); !name.empty();) {
        const auto length = name.front() == ' ' ? 0 : base::visible_length(name);
        text += length == 0 ? "?" : name.substr(0, length);
        name.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return text.empty() ? "(empty)" : text;
}

inline std::string_view wanted_address(AddressFamily family)
{
    if (family == AddressFamily::ipv4) return "IPv4 address";
    return family == AddressFamily::ipv6 ? "IPv6 address" : "address";
}

inline ResolveError no_such_address(std::string_view name, AddressFamily family)
{
    return {asio::error::no_data, printable_host(name) + ": has no " + std::string{wanted_address(family)}};
}

/// Of an IPv6 address with a zone, too, where that isn't one of this host's interfaces, or the address has none.
inline ResolveError not_a_host_name(std::string_view name)
{
    boost::system::error_code bad;
    const auto zone = name.find('%');
    const auto address =
        zone == name.npos ? asio::ip::address_v6{} : asio::ip::make_address_v6(std::string{name.substr(0, zone)}, bad);
    if (zone != name.npos && !bad && !address.is_link_local() && !address.is_multicast_link_local())
        return {asio::error::host_not_found, printable_host(name) + ": only link-local addresses have a zone"};
    if (zone != name.npos && !bad)
        return {asio::error::host_not_found,
                printable_host(name) + ": there is no interface " + printable_host(name.substr(zone + 1))};
    return {asio::error::host_not_found, printable_host(name) + ": not a host name"};
}

inline boost::system::system_error resolve_aborted()
{
    return boost::system::system_error{asio::error::make_error_code(asio::error::operation_aborted)};
}

/// A status of ours beside those of c-ares, which are not negative: the name is an alias of itself, over however many
/// others.
constexpr int alias_loop = -1;

/// What a c-ares status other than success means for the caller.
inline ResolveError resolve_error(int status, std::string_view name, AddressFamily family)
{
    const std::string host = printable_host(name);
    switch (status) {
    case alias_loop:
        return {make_error_code(boost::system::errc::too_many_symbolic_link_levels),
                host + ": its aliases (CNAME records) form a loop"};
    case ARES_ENOTFOUND:
        return {asio::error::host_not_found, host + ": no such host"};
    case ARES_EBADNAME:
        return not_a_host_name(name);
    case ARES_ENODATA:
        return no_such_address(name, family);
    case ARES_ETIMEOUT:
        return {asio::error::timed_out, host + ": no name server answered in time"};
    // c-ares tries the next server when one fails (SERVFAIL) or refuses, and reports the end of the list as this.
    case ARES_ECONNREFUSED:
    case ARES_ESERVFAIL:
    case ARES_EREFUSED:
        return {asio::error::host_not_found_try_again, host + ": every name server is out of reach, refuses or fails"};
    default:
        return {asio::error::no_recovery, host + ": no usable answer: " + ares_strerror(status)};
    }
}

/// Throws unless c-ares could do `what`.
inline void check_ares(int status, const char* what)
{
    if (status == ARES_SUCCESS) return;
    const auto code = status == ARES_ENOMEM ? asio::error::make_error_code(asio::error::no_memory)
                                            : asio::error::make_error_code(asio::error::no_recovery);
    throw ResolveError{code, std::string{what} + ": " + ares_strerror(status)};
}

}  // namespace libnet::inline v0::io::detail
