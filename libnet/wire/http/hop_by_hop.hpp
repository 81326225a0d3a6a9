#pragma once
// What an intermediary forwards of a message's fields and what it doesn't: RFC 9110 section 7.6.

#include <libnet/config.hpp>
#include <libnet/wire/http/http_fields.hpp>
#include <libnet/wire/http/http_framing.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::wire {

/// Which fields of a message are for the next hop only, and stay behind (RFC 9110 section 7.6.1).
///
/// That is what Connection nominates, and by their nature Connection, Keep-Alive, Proxy-Connection, Transfer-Encoding,
/// TE, Upgrade, HTTP2-Settings, Proxy-Authenticate, Proxy-Authentication-Info and Proxy-Authorization.
///
/// A nomination is ignored where it would change what the message means to its last recipient: fields that frame,
/// route, authorise or steer caches (RFC 9110 forbids a sender to nominate them; `Connection: Authorization` or
/// `Connection: Cookie` through a careless proxy is an attack on whoever trusts that field).
class HopByHop {
public:
    /// More nominations than this are refused: no ordinary message has them, and each costs a comparison for each field.
    static constexpr std::size_t max_nominations = 32;

    /// Reads the Connection fields. Nothing: they nominate more than `max_nominations` fields. The views of `fields` must
    /// outlive the object.
    static std::optional<HopByHop> read(const HttpFields& fields);

    /// Whether a field of this name is forwarded.
    bool forwards(std::string_view name) const noexcept;

private:
    std::array<std::string_view, max_nominations> nominated_;
    std::size_t count_ = 0;
};

/// Whether the message has already passed through the intermediary of this name: a forwarding loop (RFC 9110
/// section 7.6.3). Names have no case. Commas in comments are taken for the list's: a comment whose sender forgot, or
/// declined, to close must not hide what follows it.
bool has_passed(const HttpFields& fields, std::string_view pseudonym);

/// Appends the Via field: what the message's own Via fields say, and then us. `received` is the version of the message
/// as it came to us.
void append_via(std::string& out, const HttpFields& fields, HttpVersion received, std::string_view pseudonym);

/// Appends `name: value CRLF`.
inline void append_field(std::string& out, std::string_view name, std::string_view value)
{
    out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/hop_by_hop.ipp>
#endif
