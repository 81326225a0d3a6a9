#pragma once
// What to make of the first octets of a connection, on a server that takes PROXY headers from some networks.

#include <libnet/config.hpp>
#include <libnet/wire/proxy/proxy_protocol.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string_view>

namespace libnet::inline v0::engine {

/// Who sends the first octets.
enum class PrefaceSender : std::uint8_t {
    trusted,  ///< a proxy: it must begin with a header
    other,    ///< a client: it must not
};

/// What the driver of a connection does with its first octets.
struct PrefaceDecision {
    enum class Kind : std::uint8_t {
        wait,    ///< more octets have to come
        serve,   ///< the connection begins behind `consumed` octets
        refuse,  ///< it must be closed without an answer, for `reason`
    };

    Kind kind = Kind::wait;
    std::size_t consumed = 0;                     ///< serve: octets of the header
    std::optional<wire::ProxyEndpoint> client{};  ///< serve: whose connection it is; nothing: the sender's own
    std::string_view reason{};                    ///< refuse: static

    friend bool operator==(const PrefaceDecision&, const PrefaceDecision&) = default;
};

/// Prints the decision, for tests.
std::ostream& operator<<(std::ostream& out, const PrefaceDecision& decision);

/// Why a connection of a client is refused that begins as if it came from a proxy.
inline constexpr std::string_view preface_not_trusted = "A PROXY header came from an address that is not trusted.";

/// Why a connection ends whose first octets don't come.
inline constexpr std::string_view preface_too_slow = "The PROXY header took too long to arrive.";

/// Judges `received`, all that has come so far. HAProxy's proxy-protocol.txt, section 2: who is configured to take headers
/// never guesses whether there is one. What no trusted network sends is left as it is, unless it begins with a signature of
/// the PROXY protocol: that is a misconfigured proxy, or a client that claims another's address.
PrefaceDecision judge_preface(std::string_view received, PrefaceSender sender);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/http/connection_preface.ipp>
#endif
