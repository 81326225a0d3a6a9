#pragma once
// The Basic authentication scheme, RFC 7617.

#include <libnet/config.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::wire {

/// Who a client says it is. Octets as they came: clients of today send UTF-8.
struct BasicCredentials {
    std::string user, password;
    friend bool operator==(const BasicCredentials&, const BasicCredentials&) = default;
};

/// Reads the value of an Authorization field: "Basic dXNlcjpwYXNz". Nothing: another scheme, or no such credentials
/// (bad Base64, no colon, a control character, which RFC 7617 section 2 forbids).
std::optional<BasicCredentials> parse_basic_credentials(std::string_view value);

/// Decodes Base64 (RFC 4648 section 4) with its padding, strictly; nothing for anything else.
std::optional<std::string> decode_base64(std::string_view text);

/// Encodes octets as Base64, with padding.
std::string encode_base64(std::string_view octets);

/// The value of WWW-Authenticate that asks for such credentials. Quotes, backslashes and what is not visible ASCII or a
/// space are left out of the realm.
std::string basic_challenge(std::string_view realm);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/basic_credentials.ipp>
#endif
