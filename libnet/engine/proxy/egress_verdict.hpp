#pragma once
// What a proxy's policy says of a request, under one name for the answer, the log and the metric.

#include <libnet/config.hpp>
#include <libnet/engine/proxy/address_class.hpp>
#include <libnet/wire/http/proxy_status.hpp>

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// May this client have this target?
enum class EgressVerdict : std::uint8_t {
    allowed,
    bad_host,               ///< the host is neither a name nor an address, in any spelling
    bad_path,               ///< the path can be read in two ways, and a rule about paths would have to decide
    port_denied,            ///< CONNECT or https to a port that isn't listed
    rule_denied,            ///< a `deny` rule
    default_denied,         ///< no rule, and the default is to deny
    requests_exceeded,      ///< a limit of requests is used up for now
    quota_exceeded,         ///< one of bytes is
    documentation_address,  ///< from here: not an address of the public internet, see AddressClass
    benchmarking_address,
    reserved_address,
    shared_address,
    private_address,
    link_local_address,
    loopback_address,
    multicast_address,
    metadata_address,  ///< a cloud's metadata service, by name or address: `allow_private` doesn't open it
};
inline constexpr std::size_t egress_verdicts = 17;  ///< how many there are

/// The name for logs and metrics: "private_address".
std::string_view name_of(EgressVerdict verdict) noexcept;
inline std::ostream& operator<<(std::ostream& out, EgressVerdict verdict) { return out << name_of(verdict); }

/// The verdict as a sentence for client and log, with its name in front and what the operator can do about it behind:
/// "private_address: The target's address is private. ...". Always a literal.
std::string_view reason_of(EgressVerdict verdict) noexcept;

/// The error of Proxy-Status for a refusal: destination_ip_prohibited for addresses, http_request_error for what can't be
/// read, http_request_denied for the rest (RFC 9209 section 2.3).
wire::ProxyStatusError proxy_status_of(EgressVerdict verdict) noexcept;

/// The status of a refusal: 400 for what can't be read, 429 for what is beyond a limit (RFC 6585), 403 for the rest.
unsigned status_of(EgressVerdict verdict) noexcept;

/// The refusal for an address of this kind; allowed: it is global.
EgressVerdict verdict_of(AddressClass kind) noexcept;

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/egress_verdict.ipp>
#endif
