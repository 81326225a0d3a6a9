#pragma once
// What answers the requests of an HTTP connection.

#include <libnet/engine/access/access_verdict.hpp>
#include <libnet/io/loop/executor.hpp>
#include <libnet/io/tcp/connection_now.hpp>
#include <libnet/wire/http/http_request.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace libnet::inline v0::io {

class HttpSession;

/// The handler of one connection: a file server, a proxy, a program's own. It is told of one request at a time, looks at it
/// and its body by the session, and answers through that: `begin_answer`, octets into `writer`, `end_answer`.
///
/// What can be answered at once is answered in `start`, without a coroutine; where something has to be waited for, either a
/// coroutine of the session's runs `go_on`, or, for a handler that waits for several things at once, `pursue` is called
/// each time that something has happened. What they throw is told to the server's diagnostics, and the client gets a
/// 500, or, behind half an answer, the end of the connection.
class HttpHandler {
public:
    virtual ~HttpHandler() = default;

    /// Whether a connection whose first octet is this begins in a protocol of the handler's own, which no request of HTTP
    /// could be: see `negotiate`.
    virtual bool negotiates([[maybe_unused]] char first) const noexcept { return false; }

    /// Reads the client's side of that protocol, within the time for a head, until there is a request: puts the request's
    /// head in front of what follows (`HttpSession::begin_with`), or turns the client away.
    virtual Task<> negotiate(HttpSession&) { co_return; }

    /// What has become of a request that may be known by its octets.
    enum class Known : std::uint8_t {
        no,        ///< it isn't, or hasn't come to its end
        answered,  ///< it is answered: `answer_known` of the session has been told so
        waits,     ///< as `answered`, but for what `go_on` has to wait for
    };

    /// May answer the request at the front of the session's octets without its being read.
    virtual Known answer_known(HttpSession&) { return Known::no; }

    /// What the server's access rules are about in a request: a path, a host. Good until the request's answer has ended.
    /// Nothing: the rules say nothing of it, and `start` refuses it.
    virtual std::optional<std::string_view> guarded_name(const wire::RequestHead&) { return std::nullopt; }

    /// A request has come, which may be answered. True: its answer has ended. False: `go_on` answers it, or `pursue`.
    virtual bool start(HttpSession& session) = 0;

    /// The same for one that may not: the answer says so, with the verdict's status and field. False: `go_on` answers it.
    virtual bool start_refused(HttpSession& session, const engine::AccessVerdict& verdict)
    {
        refuse(session, verdict.status, verdict.reason);
        return true;
    }

    /// Waits for what has to be waited for, and goes on until the answer has ended; or until the session says that there
    /// will be none, as when the body never comes.
    virtual Task<> go_on(HttpSession& session) = 0;

    /// How a request that `start` hasn't answered is gone on with. One that goes on by events may have a coroutine do the rest
    /// of the work, from the end of a call of `pursue` on.
    enum class Way : std::uint8_t {
        coroutine,  ///< `go_on` waits for one thing after the other
        events,     ///< `pursue` never waits, and is told of each event
    };
    virtual Way way() const noexcept { return Way::coroutine; }

    /// Does what can be done now; first right after `start`, then whenever something has happened: octets of the client's
    /// have come where the handler reads them, the client takes more, a deadline has passed, or the handler has called
    /// `Connection::go_on`. True: the answer has ended, or the session says that there will be none. It isn't called any
    /// more when the client has left; the handler is destroyed then, and what it has under way with it.
    virtual bool pursue(HttpSession&) { return true; }

    /// `pursue` is called when a drain begins, too.
    virtual bool hears_drain() const noexcept { return false; }

    /// Answers a whole page of an error in words, without waiting: to the request under way, or to what is no request. The
    /// connection may be about to end.
    virtual void refuse(HttpSession& session, unsigned status, std::string_view reason) = 0;

    /// Nothing is under way: gives back what only requests need.
    virtual void rest() noexcept {}

    /// The connection was closed by force while the request is gone on with, or a tunnel is open: ends that.
    virtual void stop() noexcept {}

    /// Says what is known of the tunnel that is open: where it leads, and its octets.
    virtual void describe(ConnectionNow&) const {}
};

/// What a program has mounted in front of a server's own answers: it gets each connection's requests first.
class MountedHandlers {
public:
    virtual ~MountedHandlers() = default;

    /// What answers the requests of a connection: some itself, and the others by `others`.
    virtual std::unique_ptr<HttpHandler> before(std::unique_ptr<HttpHandler> others) = 0;
};

}  // namespace libnet::inline v0::io
