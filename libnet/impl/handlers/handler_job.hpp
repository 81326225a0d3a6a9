#pragma once
// One request while its handler is at work. The handler's coroutine and the connection share it: either may end first.

#include <libnet/engine/http/route_table.hpp>
#include <libnet/http_handlers.hpp>
#include <libnet/io/http/gzip_stream.hpp>
#include <libnet/io/http/http_session.hpp>
#include <libnet/io/loop/executor.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::detail {

/// So many octets of a stream wait for the client before its handler has to wait.
inline constexpr std::size_t most_pending = 64 * 1024;

/// Any request that a handler has.
struct HandledRequest {
    explicit HandledRequest(io::Connection& of) : connection{&of} {}
    HandledRequest(const HandledRequest&) = delete;
    HandledRequest& operator=(const HandledRequest&) = delete;

    /// The request as Beast has it, without its body; and what the server knows beside it.
    void take_head(io::HttpSession& session, const engine::RouteMatch& match);

    /// The connection has no use for it any more: the handler's coroutine is cancelled.
    void leave() noexcept;

    /// Has the connection look at what is new.
    void tell();

    HttpCall call{};
    io::Connection* connection;        // null: it is gone, or has no use for this
    std::shared_ptr<void> handlers{};  // what the functions belong to
    std::exception_ptr failure{};      // of the handler
    bool done = false;                 // the coroutine is at its end
    bool quiet = false;                // the connection is looking already
    boost::asio::cancellation_signal abort{};
};

/// One that is answered.
struct HandlerJob : HandledRequest {
    explicit HandlerJob(io::Connection& of);

    /// As that of every request; and whatever the coroutine waits for ends.
    void leave() noexcept;

    // For the coroutine.

    /// Completes when the connection has changed something.
    boost::asio::awaitable<void> wait();
    boost::asio::awaitable<std::string> read();
    boost::asio::awaitable<void> write(std::string_view piece);

    /// Calls the handler's function, or the source of its stream, and keeps what becomes of it.
    static boost::asio::awaitable<void> answer(std::shared_ptr<HandlerJob> job,
                                               const RequestHandler::Coroutine& handler);
    static boost::asio::awaitable<void> write_stream(std::shared_ptr<HandlerJob> job);

    /// Throws `operation_aborted` where the connection is gone.
    void check() const;

    // What the connection looks at of a reply.
    HttpReply::Message& message() noexcept { return reply->message_; }
    const std::string& file() const noexcept { return reply->file_; }
    const HttpReply::Source& source() const noexcept { return reply->source_; }
    bool is_compressed() const noexcept { return reply->compress_; }
    bool is_stream() const noexcept { return reply && reply->source_; }

    /// It is 304, or the like.
    void drop_content()
    {
        reply->message_.body().clear();
        reply->source_ = nullptr;
        reply->compress_ = false;
    }

    using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                    boost::asio::wait_traits<std::chrono::steady_clock>, io::Executor>;

    HttpStream stream;
    std::optional<HttpReply> reply;  // none: `failure`, which may also come in the middle of a stream
    Timer changed;                   // a condition variable: it doesn't expire
    boost::asio::cancellation_signal abort_stream;

    // The body as a stream.
    std::string piece;
    bool wants_piece = false, body_ended = false;

    // The answer as a stream.
    std::string pending;
    std::unique_ptr<io::GzipStream> gzip;
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/handlers/handler_job.ipp>
#endif
