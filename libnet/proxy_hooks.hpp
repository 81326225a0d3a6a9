#pragma once
// What a program itself has to say about the requests that a ForwardProxy forwards: coroutines that are asked at three moments of
// a request's way, and that may rewrite bodies.
//
//   auto hooks = std::make_shared<libnet::ProxyHooks>();
//   hooks->on_request = [&](libnet::ProxyRequest& request) -> asio::awaitable<std::optional<libnet::ProxyReply>> {
//       const bool known = co_await accounts.knows(request.user);
//       if (!known) co_return libnet::ProxyReply{403, "Not you.\n"};
//       request.fields.set("X-Account", request.user);
//       co_return std::nullopt;
//   };
//   libnet::ForwardProxy proxy{io.get_executor(), {.hooks = hooks}};

#include <libnet/config.hpp>
#include <libnet/engine/proxy/editable_fields.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0 {

namespace detail {
struct ProxyBodyRun;
}

/// The fields of a head that goes through a proxy. Those that frame it or say where it goes can't be changed.
using ProxyFields = engine::EditableFields;

/// A body on its way through a ProxyBodyFilter. Good until the filter's coroutine ends; for one coroutine.
class ProxyBody {
public:
    /// The next piece, of up to some 64 KiB, without its framing; nothing: the body has ended. Content codings (gzip) are as
    /// they came. The sender is held back as long as none is asked for.
    /// @throws boost::system::system_error  `operation_aborted`: the request is over, for the client has left or the body never
    ///         came whole
    boost::asio::awaitable<std::optional<std::string>> read();

    /// Sends a piece on. Completes when there is room for more: no more than about 64 KiB wait for the receiver.
    /// @throws boost::system::system_error  as `read`
    boost::asio::awaitable<void> write(std::string_view piece);

private:
    friend struct detail::ProxyBodyRun;
    detail::ProxyBodyRun* run_ = nullptr;
};

/// Rewrites a body: reads it, and writes what goes on in its place. The body that goes on ends when the coroutine does; what it
/// hasn't read by then is thrown away, with the connection that it came on. It has `ProxyHooks::filter_timeout` for each piece. What it throws ends the message in the
/// middle, so that the receiver knows, or is a 500 where the client has no answer yet. Cancelled (terminal) when the
/// request is over.
using ProxyBodyFilter = std::function<boost::asio::awaitable<void>(ProxyBody& body)>;

/// An answer of the program's own, in the place of the server's.
class ProxyReply {
public:
    /// `status` is 200 to 599. Who asks for a tunnel (CONNECT, SOCKS) can only be refused: 300 and more.
    /// @throws std::invalid_argument  another status, or a type that no field can have
    explicit ProxyReply(unsigned status, std::string content = {}, std::string_view type = "text/plain; charset=utf-8");

    /// Adds a field. @throws std::invalid_argument  as ProxyFields::add
    ProxyReply& field(std::string_view name, std::string_view value)
    {
        fields_.add(name, value);
        return *this;
    }

    unsigned status() const noexcept { return status_; }              ///< of the answer
    const std::string& content() const noexcept { return content_; }  ///< of the answer; HEAD, 204 and 304 get none
    const ProxyFields& fields() const noexcept { return fields_; }    ///< beside those that the proxy writes

private:
    unsigned status_;
    std::string content_;
    ProxyFields fields_;
};

/// A request as hooks see it: one object for all hooks of one request.
struct ProxyRequest {
    boost::asio::ip::tcp::endpoint client{};  ///< who asks: the peer, or whom a trusted PROXY header names
    std::string user{};                       ///< who has logged in; empty: no user
    std::string id{};                         ///< the request's, as the log and error pages have it
    std::string method{};                     ///< as sent; "CONNECT" for tunnels, those of SOCKS too
    bool is_tunnel = false;                   ///< only its beginning is seen: nothing of what goes through it
    bool is_tls = false;                      ///< the proxy speaks TLS with the server (`https://` in absolute form)

    // What `on_request` may change.

    /// Where it goes: a name or an address, without brackets. The proxy's policy judges what stands here behind the
    /// hook, and Host says the same.
    std::string host{};
    std::uint16_t port = 0;  ///< likewise; not 0
    std::string
        path{};  ///< with the query, percent-encoded: "/a?b". Empty for a tunnel, and for OPTIONS of a whole server
    ProxyFields fields{};  ///< as the client sent them. HeaderRules count for what stands here behind the hook

    /// Has the body rewritten, if there is one. It goes on chunked, and without trailers.
    ProxyBodyFilter filter_body{};

    /// The program's own, such as what `on_request` wants `on_response` to know. Destroyed with the request.
    std::shared_ptr<void> context{};
};

/// A connection to a server that a request is about to use.
struct ProxyConnection {
    boost::asio::ip::address address{};  ///< of the server, or of the parent proxy; unspecified: it has none
    std::string parent{};                ///< the name of the parent proxy that it goes by; empty: by none
    bool was_connected = false;          ///< it has served a request before
};

/// The head of a server's answer, which `on_response` may change.
struct ProxyResponse {
    unsigned status = 0;   ///< 200 to 599, and not to or from 204, 205 or 304, which have no content
    ProxyFields fields{};  ///< as the server sent them. HeaderRules count for what stands here behind the hook

    /// Has the body rewritten, if there is one. It goes on chunked, or until the connection's end to HTTP/1.0, and without
    /// trailers; Content-Length is left out. What speaks of the octets (ETag, Digest, Content-MD5, Accept-Ranges) is for the hook
    /// to take out.
    ProxyBodyFilter filter_body{};
};

/// What decides about a request: nothing, and it goes on, changed or not; or an answer, and it goes no further.
using ProxyHookDecision = boost::asio::awaitable<std::optional<ProxyReply>>;

/// Coroutines of a program's own, each of which may be empty. They are called on the proxy's thread, for many requests at a time;
/// references that they get are good until they end. One that isn't there costs nothing.
///
/// A hook is cancelled (terminal) when the client leaves, at the end of a drain, and when it takes longer than
/// `timeout`. One that doesn't heed that goes on, and what it decides is dropped. What it throws is told to
/// `ForwardProxyOptions::diagnostics`, and the client gets 500 (Internal Server Error) without a word of it; so it does
/// for changes that can't be sent. Coroutines that haven't ended are destroyed with the io_context at the latest: what
/// they refer to is declared before it.
struct ProxyHooks {
    /// Before the policy has judged a request that would be forwarded or become a tunnel. What the proxy answers itself
    /// (OPTIONS with Max-Forwards: 0, the PAC file, what is malformed, who hasn't logged in) is not asked about.
    std::function<ProxyHookDecision(ProxyRequest& request)> on_request{};

    /// When there is a connection to the server, by the policy, which knows nothing of the request yet; for each
    /// connection that a request gets. An answer closes it.
    std::function<ProxyHookDecision(ProxyRequest& request, const ProxyConnection& connection)> on_connect{};

    /// When the head of a server's final answer has come; not for 1xx, nor for a tunnel.
    std::function<ProxyHookDecision(ProxyRequest& request, ProxyResponse& response)> on_response{};

    std::chrono::milliseconds timeout{60'000};  ///< for each call of a hook, but not for filters; 0: any time
    /// For a filter, from one of its calls of `ProxyBody` to the next, or to its end; the time in which such a call waits, for the
    /// sender or the receiver, doesn't count. Then the message ends as if it had thrown. 0: any time.
    std::chrono::milliseconds filter_timeout{60'000};
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/proxy/proxy_hooks.ipp>
#endif
