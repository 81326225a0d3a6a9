#pragma once
// Handlers of a program's own beside the files of a StaticFileServer, with the messages of Boost.Beast. Only this header and
// libnet/websocket_handlers.hpp include Beast.
//
//   libnet::StaticFileServer files{io.get_executor(), {.root = "public"}};
//   files.handle("GET", "/api/hosts/{name}", [&](libnet::HttpCall& call) -> asio::awaitable<libnet::HttpReply> {
//       auto json = co_await hosts.describe(call.parameter("name"));
//       co_return libnet::HttpReply::json(std::move(json));
//   });
//   co_await files.run();

#include <libnet/config.hpp>
#include <libnet/static_file_server.hpp>
#include <libnet/wire/http/query.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace libnet::inline v0 {

namespace detail {
struct HandledRequest;
struct HandlerJob;
}  // namespace detail

/// What a handler throws that wants the client to get an error page: the status, and the reason in words. Whatever else it
/// throws is a 500 without a word of it, and is told to `StaticFileServerOptions::diagnostics`.
class HttpFailure : public std::runtime_error {
public:
    /// `status` is 400 to 599; another one becomes a 500.
    HttpFailure(unsigned status, const std::string& reason) : std::runtime_error{reason}, status_{status} {}
    unsigned status() const noexcept { return status_; }  ///< that the client gets

private:
    unsigned status_;
};

/// A request for a handler: Beast's, with what the server knows beside it.
///
/// `body()` has the whole body, or nothing where the route has `stream_body`. Fields come as they were sent, but without line
/// breaks in them; the framing (Content-Length, Transfer-Encoding) is over and done with, and says nothing of `body()`.
class HttpCall : public boost::beast::http::request<boost::beast::http::string_body> {
public:
    /// What a `{name}` of the route stands for, percent-decoded: any octets but "/" and NUL; of a `{name...}`, segments with
    /// "/" between them.
    /// @throws std::out_of_range  the route has no such parameter
    std::string_view parameter(std::string_view name) const;

    /// The query of the target as names and values, percent-decoded.
    /// @throws HttpFailure  400: it can't be read, or one name is there twice (wire::Query)
    wire::Query query() const;

    /// The next piece of the body where the route has `stream_body`, up to 64 KiB; empty: it has ended, or there is none. The
    /// client is held back as long as none is asked for.
    /// @throws boost::system::system_error  `operation_aborted`: the body never came whole, was too large, or the
    ///         connection has ended; an answer would not be sent any more
    boost::asio::awaitable<std::string> read();

    /// Who asks: the peer, or whom a proxy names that the server trusts (StaticFileServerOptions::trusted_proxies). The port
    /// of one that is named is 0: it isn't known.
    boost::asio::ip::tcp::endpoint client{};

    /// Who has logged in, where the server has rules for that (StaticFileServerOptions::access); else empty.
    std::string user{};

private:
    friend struct detail::HandledRequest;
    friend struct detail::HandlerJob;
    std::vector<std::pair<std::string, std::string>> parameters_{};
    detail::HandlerJob* job_ = nullptr;  // null: a WebSocket's
};

/// Where a handler writes an answer whose end it doesn't know yet. Good until the coroutine that it was given to ends.
class HttpStream {
public:
    /// Sends a piece: at once, in a chunk of its own. Completes when there is room for more: no more than about 64 KiB wait
    /// for the client. An empty piece is nothing.
    /// @throws boost::system::system_error  `operation_aborted`: the client has gone, or the server ends
    boost::asio::awaitable<void> write(std::string_view piece);

    /// The server has been told to end (a drain): what has no end of its own should end now.
    bool draining() const noexcept;

private:
    friend struct detail::HandlerJob;
    detail::HandlerJob* job_ = nullptr;
};

/// What a handler answers.
///
/// Where the message has an ETag or a Last-Modified and its status is 200, the conditions of a GET or HEAD are judged by them
/// (RFC 9110 section 13): 304 or 412 goes out instead. Content-Length, Transfer-Encoding, Date and Server are the server's
/// to write, and left out. "Connection: close" ends the connection behind the answer.
class HttpReply {
public:
    using Message = boost::beast::http::response<boost::beast::http::string_body>;  ///< fields and body in memory
    using Source = std::function<boost::asio::awaitable<void>(HttpStream&)>;        ///< writes the body piece by piece

    /// A whole answer, with its body.
    HttpReply(Message message) : message_{std::move(message)} {}

    /// A text of this type.
    static HttpReply text(std::string body, std::string_view type = "text/plain; charset=utf-8", unsigned status = 200);
    static HttpReply json(std::string body, unsigned status = 200);  ///< of application/json

    /// No content: 204, or another status that says all.
    static HttpReply empty(unsigned status = 204);

    /// A regular file, by its name for this process: whole or one range of it, with an entity tag and the conditions, as files
    /// of the server are sent. No rule of access stands in front of it but that for the route. 404 where it isn't there,
    /// or can't be read. An empty type: by its extension.
    static HttpReply file(std::string path, std::string_view type = {});

    /// An answer that is made as the client takes it: `source` writes it. The body of the head isn't sent. What it throws ends
    /// the connection in the middle of the answer, so that the client knows. To HTTP/1.0 its end is the connection's.
    static HttpReply stream(Message head, Source source);

    /// Compresses the body, or the stream, with gzip where the client takes that; the entity tag becomes a weak one then.
    HttpReply&& compressed() && noexcept
    {
        compress_ = true;
        return std::move(*this);
    }

    const Message& message() const noexcept { return message_; }  ///< without a file's or a stream's contents
    Message& message() noexcept { return message_; }              ///< the same, to add fields to

private:
    friend struct detail::HandlerJob;
    Message message_;
    std::string file_{};
    Source source_{};
    bool compress_ = false;
};

/// How a route behaves.
struct RouteOptions {
    std::size_t max_body = 1024 * 1024;  ///< octets of a request's body; 413 beyond

    /// The handler is called before the body has come, and reads it with `HttpCall::read`. Where it answers without having
    /// read all of it, the connection ends behind the answer.
    bool stream_body = false;

    /// From the call of the handler until it has an answer: then it is cancelled, and the client gets a 503. Zero: any time.
    /// Of a body that is a stream it is the time between two pieces of it that counts.
    std::chrono::milliseconds answer_timeout{60'000};
};

/// A handler in the form that StaticFileServer::handle takes: made from any function object that takes a `HttpCall&` (or a
/// reference to Beast's request) and returns a HttpReply or Beast's response, or an awaitable of either. It is called on the
/// server's thread, and for many requests at a time; what it returns must not refer to temporaries of its own.
///
/// A coroutine is cancelled (terminal) when the client closes the connection, be it only its half of it, when the answer takes
/// too long, and at the end of a drain. The HttpCall is good until it ends. One that doesn't heed the cancellation
/// goes on, and what it answers is dropped. Coroutines that haven't ended are destroyed with the io_context at the latest: what
/// they refer to is declared before it.
class RequestHandler {
public:
    using AtOnce = std::function<HttpReply(HttpCall&)>;                             ///< answers without waiting
    using Coroutine = std::function<boost::asio::awaitable<HttpReply>(HttpCall&)>;  ///< may wait for other things

    template <typename Handler>  ///< either kind
    requires std::invocable<Handler&, HttpCall&> RequestHandler(Handler handler)
    {
        using Result = std::invoke_result_t<Handler&, HttpCall&>;
        if constexpr (std::convertible_to<Result, HttpReply>) at_once_ = std::move(handler);
        else if constexpr (std::same_as<Result, boost::asio::awaitable<HttpReply>>) coroutine_ = std::move(handler);
        else coroutine_ = adapted(std::move(handler), static_cast<Result*>(nullptr));
    }

    const AtOnce& at_once() const noexcept { return at_once_; }         ///< empty: it is a coroutine
    const Coroutine& coroutine() const noexcept { return coroutine_; }  ///< empty: it answers at once

private:
    template <typename Handler, typename Reply>
    static Coroutine adapted(Handler handler, boost::asio::awaitable<Reply>*)
    {
        return [handler = std::move(handler)](HttpCall& call) mutable -> boost::asio::awaitable<HttpReply> {
            auto answering = handler(call);
            Reply reply = co_await std::move(answering);
            co_return HttpReply{std::move(reply)};
        };
    }

    AtOnce at_once_;
    Coroutine coroutine_;
};

/// An event for an EventStream.
struct ServerSentEvent {
    std::string_view data{};   ///< any text; lines are told apart by "\n", "\r\n" or "\r"
    std::string_view event{};  ///< the type that the page listens to; empty: "message"
    std::string_view id{};     ///< what the client tells when it connects again; empty: none
};

/// Server-sent events (the HTML standard, section 9.2) over a HttpStream.
///
///   co_return libnet::EventStream::reply([last = libnet::EventStream::last_id(call)](libnet::EventStream& events)
///                                            -> asio::awaitable<void> { co_await events.send({.data = "hello"}); });
class EventStream {
public:
    explicit EventStream(HttpStream& stream) noexcept : stream_{stream} {}  ///< the stream outlives it

    /// Sends an event, with the back-pressure of HttpStream::write.
    /// @throws std::invalid_argument  the type or the id has a line break or NUL in it
    boost::asio::awaitable<void> send(ServerSentEvent event);

    /// Sends a comment, which keeps proxies on the way from ending the connection: one every 15 seconds will do.
    boost::asio::awaitable<void> keep_alive();

    /// Says how long the client waits before it connects again.
    boost::asio::awaitable<void> retry_after(std::chrono::milliseconds time);

    bool draining() const noexcept { return stream_.draining(); }  ///< the server stops: end soon

    /// The id of the last event that the client got before the connection was lost; empty: none.
    static std::string last_id(const HttpCall& call);

    /// The answer that such a stream is. It isn't compressed, nor kept by caches.
    static HttpReply reply(std::function<boost::asio::awaitable<void>(EventStream&)> source);

private:
    HttpStream& stream_;
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/handlers/http_handlers.ipp>
#endif
