#pragma once

#include <libnet/io/http/http_clock.hpp>
#include <libnet/io/http/http_endpoint.hpp>
#include <libnet/io/http/request_reader.hpp>
#include <libnet/io/http/response_writer.hpp>
#include <libnet/io/loop/sigpipe.hpp>
#include <libnet/io/tcp/tcp_server.hpp>
#include <libnet/io/tls/transport.hpp>
#include <libnet/wire/http/http_status.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <map>
#include <optional>
#include <utility>

namespace libnet::inline v0::io {

namespace detail {

inline constexpr std::size_t small_answer = 4 * 1024;

/// A connection that waits for a request gives back a queue larger than this.
inline constexpr std::size_t largest_idle_endpoint_queue = 8 * 1024;

/// What the sessions of a service share.
struct EndpointContext {
    const HttpEndpointOptions options;
    std::map<std::string, EndpointHandler, std::less<>> routes = {};  // by path
    std::size_t unsent = 0;  // octets of answers that clients haven't taken yet
};

/// Counts an answer as long as it is on its way.
class UnsentAnswer {
public:
    UnsentAnswer(EndpointContext& context, std::size_t size) : context_{context}, size_{size}
    {
        context_.unsent += size_;
    }
    ~UnsentAnswer() { context_.unsent -= size_; }
    UnsentAnswer(const UnsentAnswer&) = delete;
    UnsentAnswer& operator=(const UnsentAnswer&) = delete;

private:
    EndpointContext& context_;
    std::size_t size_;
};

/// One connection: a request, its answer, the next request.
class EndpointSession {
public:
    EndpointSession(EndpointContext& context, Connection& connection)
        : context_{context},
          connection_{connection},
          transport_{connection.polled()},
          reader_{
              connection, transport_, {.header = context.options.header_timeout, .idle = context.options.idle_timeout}},
          writer_{connection, transport_, {.timeout = context.options.write_timeout}}
    {
        reader_.use(&parsing_);
        connection_.on_close([this] {
            closed_ = true;
            abort_.emit(asio::cancellation_type::terminal);
        });
    }
    ~EndpointSession() { connection_.on_close(nullptr); }
    EndpointSession(const EndpointSession&) = delete;
    EndpointSession& operator=(const EndpointSession&) = delete;

    Task<> run();

private:
    Task<bool> receive();
    Task<> answer_request();
    Task<> take_body();
    Task<> call(const EndpointHandler& handler);
    bool has_room(std::size_t size) const noexcept;
    void refuse(unsigned status, std::string_view why);
    void fail(unsigned status, std::string_view why);
    void queue_answer();

    EndpointContext& context_;
    Connection& connection_;
    Transport transport_;
    RequestParsing parsing_;
    RequestReader reader_;
    ResponseWriter writer_;
    HttpClock clock_;
    asio::cancellation_signal abort_;             // of the handler
    const wire::RequestHead* request_ = nullptr;  // null: what came is no request
    std::optional<EndpointAnswer> answer_;        // to it, once there is one
    bool keep_ = true;                            // the connection outlives the answer
    bool closed_ = false;                         // by force: there is nobody left to answer
};

LIBNETXX_DECL Task<> EndpointSession::run()
{
    bool alive = true;
    while (alive && keep_) {
        const auto parsed = reader_.parse();
        if (parsed == RequestReader::Parsed::incomplete) {
            alive = co_await receive();
            if (!answer_) continue;  // else: it took too long
        } else {
            request_ = parsed == RequestReader::Parsed::request ? &reader_.head() : nullptr;
            if (request_ == nullptr) refuse(wire::status_of(reader_.error()), wire::reason_of(reader_.error()));
            else co_await answer_request();
        }
        if (!answer_ || closed_) co_return;
        queue_answer();
        const UnsentAnswer unsent{context_, writer_.queue().size()};
        alive = co_await writer_.flush();
        if (request_ != nullptr) reader_.next();
    }
    if (alive) co_await reader_.linger();
}

/// Waits for more of a request. False: there is nobody left to answer.
LIBNETXX_DECL Task<bool> EndpointSession::receive()
{
    if (writer_.queue().capacity() > largest_idle_endpoint_queue) writer_.queue().release();
    const auto received = co_await reader_.receive();
    if (received == RequestReader::Received::bytes) co_return true;
    if (received == RequestReader::Received::closed || !reader_.has_input()) co_return false;
    request_ = nullptr;
    refuse(408, "The request took too long to arrive.");
    co_return true;
}

/// Sets the answer to the request, unless the client is gone.
LIBNETXX_DECL Task<> EndpointSession::answer_request()
{
    keep_ = request_->keep_alive && !connection_.draining();
    const auto route = context_.routes.find(request_->path);
    if (request_->body.kind != wire::BodyFraming::Kind::none) co_await take_body();
    if (answer_ || closed_) co_return;
    if (request_->unknown_expectation) refuse(417, "Nothing but 100-continue can be expected here.");
    else if (route == context_.routes.end()) fail(404, "There is nothing here.");
    else if (request_->method != "GET" && request_->method != "HEAD")
        fail(405, "GET and HEAD are all that can be done here.");
    else co_await call(route->second);
}

/// Gets a body out of the way, which is of no use to anybody. Answers, or closes, when that can't be done.
LIBNETXX_DECL Task<> EndpointSession::take_body()
{
    using Body = RequestReader::Body;
    if (request_->expect_continue) {  // the answer says no; the client may send it all the same (RFC 9110 10.1.1)
        keep_ = false;
        co_return;
    }
    const auto body = co_await reader_.discard_body(context_.options.max_request_body);
    if (body == Body::too_large) refuse(413, "There is no use for such a body here.");
    if (body == Body::refused) refuse(wire::status_of(reader_.error()), wire::reason_of(reader_.error()));
    if (body == Body::timed_out) refuse(408, "The request took too long to arrive.");
    if (body == Body::closed) closed_ = true;
}

LIBNETXX_DECL Task<> EndpointSession::call(const EndpointHandler& handler)
{
    const EndpointRequest request{request_->path, request_->query, request_->fields};
    const auto executor = co_await asio::this_coro::executor;
    try {
        auto token = asio::bind_cancellation_slot(abort_.slot(), asio::use_awaitable_t<Executor>{});
        auto answering = asio::co_spawn(executor, handler(request), std::move(token));
        auto answer = co_await std::move(answering);
        if (has_room(answer.body.size())) answer_ = std::move(answer);
        else fail(503, "Too much is on its way to clients that don't take it.");
    } catch (const std::exception&) {
        fail(500, "The program could not answer this.");
    }
}

/// Short answers, on health for one, must get through whatever others do; and one that is larger than the limit, alone.
LIBNETXX_DECL bool EndpointSession::has_room(std::size_t size) const noexcept
{
    return size <= small_answer || context_.unsent == 0 || context_.unsent + size <= context_.options.max_unsent;
}

/// Answers in words, and ends the connection: nobody knows where the next request begins.
LIBNETXX_DECL void EndpointSession::refuse(unsigned status, std::string_view why)
{
    keep_ = false;
    fail(status, why);
}

/// Answers in words.
LIBNETXX_DECL void EndpointSession::fail(unsigned status, std::string_view why)
{
    answer_.emplace();
    answer_->status = status;
    answer_->body.append(wire::reason_phrase(status)).append(": ").append(why).append("\n");
}

LIBNETXX_DECL void EndpointSession::queue_answer()
{
    auto& queue = writer_.queue();
    const auto field = [&queue](std::string_view name, std::string_view value) {
        for (const auto part : {name, std::string_view{": "}, value, std::string_view{"\r\n"}}) queue.append(part);
    };
    if (connection_.draining()) keep_ = false;
    queue.append("HTTP/1.1 ");
    queue.append(std::to_string(answer_->status));
    queue.append(" ");
    queue.append(wire::reason_phrase(answer_->status));
    queue.append("\r\n");
    field("Server", "libnet/" LIBNETXX_VERSION);
    field("Date", clock_.date(HttpClock::now()));
    field("Content-Type", answer_->content_type);
    field("Content-Length", std::to_string(answer_->body.size()));
    field("Cache-Control", "no-store");  // every answer is about this moment
    field("X-Content-Type-Options", "nosniff");
    if (answer_->status == 405) field("Allow", "GET, HEAD");
    if (!keep_) field("Connection", "close");
    else if (request_->version == wire::HttpVersion::http_1_0) field("Connection", "keep-alive");
    queue.append("\r\n");
    if (request_ == nullptr || request_->method != "HEAD") queue.append(answer_->body);
    answer_.reset();
}

}  // namespace detail

/// Lives as long as the service and its last session.
struct HttpEndpoint::State {
    State(const Executor& executor, const HttpEndpointOptions& options, FileDescriptor listener = {})
        : context{.options = options}
    {
        const TcpServerOptions tcp_options{.address = options.address,
                                           .port = options.port,
                                           .max_connections = options.max_connections,
                                           .drain_timeout = options.drain_timeout};
        tcp.emplace(executor, tcp_options, std::move(listener));
    }

    /// Closes everything.
    void stop() noexcept { tcp.reset(); }

    /// The session keeps the state alive: it may outlast the service by a turn of the event loop.
    static Task<> serve(std::shared_ptr<State> state, Connection& connection)
    {
        detail::EndpointSession session{state->context, connection};
        co_await session.run();
    }

    detail::EndpointContext context;
    std::optional<TcpServer> tcp;
};

LIBNETXX_DECL HttpEndpoint::HttpEndpoint(const Executor& executor, const HttpEndpointOptions& options)
    : state_{std::make_shared<State>(executor, options)}
{
    ignore_sigpipe();
}

LIBNETXX_DECL HttpEndpoint::HttpEndpoint(const Executor& executor, const HttpEndpointOptions& options,
                                         asio::ip::tcp::acceptor listener)
    : state_{std::make_shared<State>(executor, options, FileDescriptor{listener.release()})}
{
    ignore_sigpipe();
}

LIBNETXX_DECL HttpEndpoint::~HttpEndpoint() = default;

LIBNETXX_DECL HttpEndpoint::HttpEndpoint(HttpEndpoint&&) noexcept = default;

LIBNETXX_DECL HttpEndpoint& HttpEndpoint::operator=(HttpEndpoint&&) noexcept = default;

LIBNETXX_DECL Executor HttpEndpoint::get_executor() const { return state_->tcp->executor(); }

LIBNETXX_DECL void HttpEndpoint::on(std::string path, EndpointHandler handler)
{
    state_->context.routes.insert_or_assign(std::move(path), std::move(handler));
}

LIBNETXX_DECL asio::ip::tcp::endpoint HttpEndpoint::local_endpoint() const { return state_->tcp->local_endpoint(); }

LIBNETXX_DECL asio::awaitable<void> HttpEndpoint::run() &
{
    return state_->tcp->run_sessions(
        [state = state_.share()](Connection& connection) { return State::serve(state, connection); });
}

LIBNETXX_DECL void HttpEndpoint::serve(asio::ip::tcp::socket connection) { state_->tcp->serve(std::move(connection)); }

}  // namespace libnet::inline v0::io
