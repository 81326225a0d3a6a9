#pragma once
// The four forms of a request target, RFC 9112 section 3.2.

#include <libnet/config.hpp>
#include <libnet/wire/http/authority.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace libnet::inline v0::wire {

/// How a request names what it wants.
enum class TargetForm : std::uint8_t {
    origin,     ///< `/path?query`: to the server itself
    absolute,   ///< `http://host/path?query`: to a proxy, and allowed to a server
    authority,  ///< `host:port`: CONNECT, and nothing else
    asterisk,   ///< `*`: OPTIONS, about the server as a whole
};

/// A target in its parts, as views.
struct HttpTarget {
    TargetForm form = TargetForm::origin;
    std::string_view scheme{};  ///< absolute form only, as sent: not always `http`
    Authority authority{};      ///< absolute and authority form
    std::string_view path{};  ///< origin and absolute form, percent-encoded. `/` where an absolute target has none, but
                              ///< empty for OPTIONS: that is `*` to the last server (RFC 9112 section 3.2.4)
    std::string_view query{};  ///< behind the `?`
    bool has_query = false;    ///< tells an empty query from none
    friend bool operator==(const HttpTarget&, const HttpTarget&) = default;
};

/// Takes a target apart, of bytes that are all in CharClass::target. Nothing: it has no form that the method allows, or
/// its authority is not valid. Userinfo is refused (RFC 9110 section 4.2.4); so is an absolute target whose scheme
/// has no `//`. CONNECT needs a port.
std::optional<HttpTarget> parse_target(std::string_view method, std::string_view target) noexcept;

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/http_target.ipp>
#endif
