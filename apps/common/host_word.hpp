#pragma once
// A HOST of the command line, or of a list: a name, an address or a range of addresses.

#include <apps/common/output.hpp>
#include <libnet/base/printable.hpp>
#include <libnet/io/dns/host_text.hpp>
#include <libnet/io/dns/resolver_options.hpp>
#include <libnet/wire/ip/address_range.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <string>

namespace libnet::apps {

namespace asio = boost::asio;

/// What a HOST is, before a name server is asked.
struct HostWord {
    enum class Kind { name, address, range, mistake } kind = Kind::name;
    wire::AddressRange range;  ///< of an address, it twice
    std::string complaint;     ///< why it is a mistake
};

/// A hyphen may stand in a name, a slash may not.
inline HostWord read_host(const std::string& text, io::AddressFamily family)
{
    using Kind = HostWord::Kind;
    boost::system::error_code no_address;
    const auto address = wire::unmapped(asio::ip::make_address(io::resolvable_host(text), no_address));
    const bool wanted = family == io::AddressFamily::any || address.is_v4() == (family == io::AddressFamily::ipv4);
    if (!no_address && wanted && text.find('%') == text.npos) return {Kind::address, {address, address}, {}};
    if (!no_address || text.find_first_of("/-") == text.npos) return {};
    const auto range = wire::parse_address_range(text);
    if (range) return {Kind::range, *range, {}};
    if (text.find('/') == text.npos) return {};
    return {Kind::mistake, {}, fmt::format("{}: expected {}", base::printable(text), wire::expected(range.error()))};
}

}  // namespace libnet::apps
