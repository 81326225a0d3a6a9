#pragma once
// What a proxy changes in the heads that it forwards, beside what it must.

#include <libnet/config.hpp>
#include <libnet/wire/http/forwarded.hpp>
#include <libnet/wire/http/http_fields.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::engine {

/// What servers are told of a client's address.
enum class ClientAddressRule : std::uint8_t {
    pass,     ///< what the client says of it, as it stands there
    add,      ///< that, and behind it the address that its connection comes from
    replace,  ///< the address that its connection comes from, and nothing that the client says
    obfuscate,  ///< that there is a client: `for=_ID` with the request's id (RFC 7239 section 6.3), "unknown" in X-Forwarded-For
    remove,  ///< nothing
};

/// A field that is set: others of its name are left out.
struct HeaderField {
    std::string name, value;  ///< without CR and LF
};

/// What is changed. Fields that say how a message is framed or where it goes can't be named: see `check_header_rules`.
struct HeaderRules {
    ClientAddressRule client_address = ClientAddressRule::pass;  ///< what servers are told of it
    /// The field that `add`, `replace` and `obfuscate` write. The other one is left out then: what stands there would be the
    /// client's word.
    wire::ForwardingField client_field = wire::ForwardingField::x_forwarded_for;
    /// Servers learn nothing of who asks that the request itself doesn't need: Forwarded, X-Forwarded-*, Via of others, From,
    /// Referer, and the usual fields for a client's address are left out. Cookies and User-Agent are not.
    bool anonymous = false;
    std::vector<std::string> strip_request{}, strip_response{};  ///< names of fields that are left out
    std::vector<HeaderField> set_request{}, set_response{};      ///< fields that are set

    /// Nothing is changed.
    bool empty() const noexcept
    {
        return client_address == ClientAddressRule::pass && !anonymous && strip_request.empty() &&
               strip_response.empty() && set_request.empty() && set_response.empty();
    }
};

/// @throws std::invalid_argument  a name is no token, a value has control characters, or the field is one that framing, routing
/// or the connection depends on (Content-Length, Transfer-Encoding, Connection, Host, Via, Upgrade, ...); `what()` says which
void check_header_rules(const HeaderRules& rules);

namespace detail {
void check_header_name(const std::string& name);  // as above, for one
void check_header_field(const HeaderField& field);
}  // namespace detail

/// Whether a field of a request, or a response, is forwarded. Of those that are forwarded at all.
bool keeps_request_field(const HeaderRules& rules, std::string_view name) noexcept;
bool keeps_response_field(const HeaderRules& rules, std::string_view name) noexcept;  ///< likewise

/// Who the client is, for the fields about it.
struct ForwardedClient {
    boost::asio::ip::address address{};  ///< of its connection
    std::string_view request_id{};       ///< letters and digits
};

/// Appends the fields that the rules add to a request, each with its CRLF.
void append_request_additions(std::string& out, const HeaderRules& rules, const ForwardedClient& client);

/// Appends those that they add to a response.
void append_response_additions(std::string& out, const HeaderRules& rules);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/header_rules.ipp>
#endif
