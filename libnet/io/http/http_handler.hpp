#pragma once
// What answers the requests of an HTTP connection.

#include <libnet/io/loop/executor.hpp>

#include <cstdint>
#include <string_view>

namespace libnet::inline v0::io {

class HttpSession;

/// The handler of one connection: a file server, a proxy, a program's own. It is told of one request at a time, looks at it
/// and its body by the session, and answers through that: `begin_answer`, octets into `writer`, `end_answer`.
///
/// What can be answered at once is answered in `start`, without a coroutine; where something has to be waited for, a
/// coroutine of the session's runs `go_on`. What either throws is told to the server's diagnostics, and the client gets a
/// 500, or, behind half an answer, the end of the connection.
class HttpHandler {
public:
    virtual ~HttpHandler() = default;

    /// The connection begins. False: it is turned away, and `turn_away` of the session has been told so.
    virtual bool welcome(HttpSession&) { return true; }

    /// What has become of a request that may be known by its octets.
    enum class Known : std::uint8_t {
        no,        ///< it isn't, or hasn't come to its end
        answered,  ///< it is answered: `answer_known` of the session has been told so
        waits,     ///< as `answered`, but for what `go_on` has to wait for
    };

    /// May answer the request at the front of the session's octets without its being read.
    virtual Known answer_known(HttpSession&) { return Known::no; }

    /// A request has come. True: its answer has ended. False: `go_on` answers it.
    virtual bool start(HttpSession& session) = 0;

    /// Waits for what has to be waited for, and goes on until the answer has ended; or until the session says that there
    /// will be none, as when the body never comes.
    virtual Task<> go_on(HttpSession& session) = 0;

    /// Answers a whole page of an error in words, without waiting: to the request in hand, or to what is no request. The
    /// connection may be about to end.
    virtual void refuse(HttpSession& session, unsigned status, std::string_view reason) = 0;

    /// Nothing is under way: gives back what only requests need.
    virtual void rest() noexcept {}

    /// The connection was closed by force while `go_on` waits: ends that.
    virtual void stop() noexcept {}
};

}  // namespace libnet::inline v0::io
