#pragma once
// The file by which browsers find the proxy.

#include <libnet/config.hpp>
#include <libnet/engine/proxy/egress_policy.hpp>

#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// The media type of the file.
inline constexpr std::string_view pac_type = "application/x-ns-proxy-autoconfig";

/// A script with the function FindProxyForURL, made of the policy: what the proxy would refuse for being private goes
/// directly (names without a dot, localhost, addresses that aren't public), private services and all else through the proxy,
/// which says so where a rule denies it. Names that go by a parent proxy are not refused for being private: hosts that rules send
/// there, and names without a dot where everything goes there, are for the proxy. `proxy` is how a client reaches the
/// proxy: "PROXY proxy.test:8888", or by TLS "HTTPS proxy.test:8888".
std::string pac_file(const EgressPolicy& policy, std::string_view proxy);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/pac_file.ipp>
#endif
