#pragma once
// The heads that a forward proxy sends, each written anew from the head it received.

#include <libnet/config.hpp>
#include <libnet/engine/proxy/header_rules.hpp>
#include <libnet/wire/http/http_framing.hpp>
#include <libnet/wire/http/http_request.hpp>
#include <libnet/wire/http/http_response.hpp>

#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// How an answer goes to the client.
struct ProxyResponsePlan {
    wire::BodyFraming::Kind body = wire::BodyFraming::Kind::none;  ///< how the client will know the body's end
    bool keep_alive = false;                                       ///< the client's connection outlives the answer
    friend bool operator==(const ProxyResponsePlan&, const ProxyResponsePlan&) = default;
};

/// Plans how a response is framed for the client: a length stays a length; a body of unknown length is chunked for
/// HTTP/1.1, and for HTTP/1.0 it lasts until the connection closes. A connection with an HTTP/1.0 client is never kept,
/// as a proxy must not (RFC 9112 section 9.3). `may_keep` says whether we want to keep one.
ProxyResponsePlan plan_response(const wire::RequestHead& request, const wire::ResponseHead& response, bool may_keep);

/// Who forwards a head, for whom, and what it changes. The views and the rules must outlive it.
struct ForwardedBy {
    // Not an aggregate, so that a name alone will do.
    ForwardedBy(const char* name) : via_name{name} {}
    ForwardedBy(std::string_view name, const HeaderRules* header_rules = nullptr, const ForwardedClient& of = {})
        : via_name{name},
          rules{header_rules},
          client{of}
    {}

    std::string_view via_name;           ///< our pseudonym in Via
    const HeaderRules* rules = nullptr;  ///< null: nothing is changed
    ForwardedClient client{};
    std::string_view authorization{};  ///< takes the place of the request's Authorization; empty: that is forwarded
    /// For a parent proxy: the target as the server's `http://host:port`, before path and query; empty: origin form.
    std::string_view absolute{};
    std::string_view proxy_authorization{};  ///< for a parent proxy; empty: none
};

/// Appends the head that goes to the origin server, or to a parent proxy: origin form or absolute form, our Host from
/// the target (RFC 9112 section 3.2.2), the end-to-end fields, Via, one Max-Forwards less, and the framing. The request
/// must be one that `decide` forwards. `upgrade` is what `requested_upgrade` says.
void append_forwarded_request(std::string& out, const wire::RequestHead& request, const ForwardedBy& by,
                              std::string_view upgrade = {});

/// Appends the head of a final response (status 200 and above). `date` becomes the Date of a response that has none
/// (RFC 9110 section 6.6.1). The response's Connection fields must not nominate more than HopByHop::max_nominations.
void append_forwarded_response(std::string& out, const wire::ResponseHead& response, ProxyResponsePlan plan,
                               const ForwardedBy& by, std::string_view date);

/// Appends the head of an interim response (status below 200). `upgrade` is what `accepted_upgrade` says of a 101.
void append_forwarded_interim(std::string& out, const wire::ResponseHead& response, const ForwardedBy& by,
                              std::string_view upgrade = {});

/// Appends the received head as the content of an answer to TRACE, without the fields that hold secrets (RFC 9110
/// section 9.3.8).
void append_traced_request(std::string& out, const wire::RequestHead& request);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/proxy_head.ipp>
#endif
