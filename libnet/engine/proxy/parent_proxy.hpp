#pragma once
// A proxy behind this one, by which requests go on.

#include <libnet/config.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// What a parent proxy speaks.
enum class ParentKind : std::uint8_t {
    http,    ///< requests with the whole URL, and CONNECT for tunnels
    socks5,  ///< RFC 1928; it looks the names up
};

/// What a parent, or a server, is told first.
enum class ParentPreface : std::uint8_t {
    none,
    proxy_v1,  ///< a header of the PROXY protocol with the client's address, see wire/proxy/proxy_protocol.hpp
    proxy_v2,  ///< the same, version 2
};

/// A proxy that requests can go on by. It is dialled as the operator has named it: neither its name nor its address is judged by
/// the policy. The connection to it is not encrypted, and what it is told of a log-in neither.
struct ParentProxy {
    std::string name{};  ///< by which rules, logs and Proxy-Status know it: letters, digits, '.', '_', '-'
    ParentKind kind = ParentKind::http;           ///< which protocol it speaks
    std::string host{};                           ///< a name or an address, without brackets
    std::uint16_t port = 0;                       ///< 1 to 65535
    std::string authorization{};                  ///< http: the value of Proxy-Authorization; empty: it wants none
    ParentPreface preface = ParentPreface::none;  ///< what is said before that protocol
    std::string user{}, password{};               ///< socks5: 1 to 255 octets each; empty: it wants no log-in
    friend bool operator==(const ParentProxy&, const ParentProxy&) = default;
};

/// In rules, and among the parents of the command line: the request goes to its server without a parent.
inline constexpr std::string_view direct_route = "direct";

/// Whether a parent can have this name: it is made of letters, digits, '.', '_' and '-', and no word of rules ("to", "direct").
bool is_parent_name(std::string_view name) noexcept;

/// Reads "corp=http://proxy.corp.example:3128", "corp=socks5://[2001:db8::1]", or the URL alone: then the parent is named as its
/// host. Without a port it is 3128 for http, and 1080 for socks5.
/// @throws std::invalid_argument  it is none of these; what() says what would do
ParentProxy parse_parent_proxy(std::string_view text);

/// Gives a parent its log-in: the text of a file whose only line is "user:password", or for http any other value of
/// Proxy-Authorization ("Bearer abc").
/// @throws std::invalid_argument  it is no such text; nothing of it is in what()
void set_parent_login(ParentProxy& parent, std::string_view text);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/parent_proxy.ipp>
#endif
