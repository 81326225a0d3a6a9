#pragma once
// The head of a request, as a value.

#include <libnet/wire/http/authority.hpp>
#include <libnet/wire/http/http_fields.hpp>
#include <libnet/wire/http/http_framing.hpp>
#include <libnet/wire/http/http_target.hpp>

#include <string_view>

namespace libnet::inline v0::wire {

/// A request that RequestParser found beyond doubt. All views point into the bytes it was given, but for a path that
/// the target didn't have.
struct RequestHead {
    std::string_view method{};  ///< a token; methods have case (RFC 9110 section 9.1)
    std::string_view target{};  ///< as sent
    TargetForm form = TargetForm::origin;
    std::string_view scheme{};  ///< absolute form only, as sent: the caller decides which schemes it serves
    Authority authority{};      ///< from the target, else from Host; its host is empty on HTTP/1.0 without either
    std::string_view path{};    ///< percent-encoded; see HttpTarget::path
    std::string_view query{};   ///< behind the `?`
    bool has_query = false;     ///< tells an empty query from none
    HttpVersion version = HttpVersion::http_1_1;
    HttpFields fields{};
    BodyFraming body{};
    bool keep_alive = false;           ///< the client will use the connection again; a proxy must not let an HTTP/1.0
                                       ///< client (RFC 9112 section 9.3)
    bool expect_continue = false;      ///< the client waits for `100 Continue` before it sends the body, and there is
                                       ///< one (RFC 9110 section 10.1.1)
    bool unknown_expectation = false;  ///< Expect asks for something else: 417 is due
};

}  // namespace libnet::inline v0::wire
