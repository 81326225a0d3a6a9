#pragma once

#include <libnet/io/http_clock.hpp>
#include <libnet/io/http_endpoint.hpp>
#include <libnet/io/request_reader.hpp>
#include <libnet/io/response_writer.hpp>
#include <libnet/io/sigpipe.hpp>
#include <libnet/io/tcp_server.hpp>
#include <libnet/wire/http_status.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <map>
#include <optional>
#include <utility>

namespace libnet::io {

namespace detail {

using EndpointRoutes = std::map<std::string, EndpointHandler, std::less<>>;

/// One connection: a request, its answer, the next request.
class EndpointSession {
public:
    EndpointSession(const HttpEndpointOptions& options, const EndpointRoutes& routes, Connection& connection)
        : options_{options},
          routes_{routes},
          connection_{connection},
          reader_{connection, {.header = options.header_timeout, .idle = options.idle_timeout}},
          writer_{connection, options.write_timeout}
    {
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
    void refuse(unsigned status, std::string_view why);
    void fail(unsigned status, std::string_view why);
    void queue_answer();

    const HttpEndpointOptions& options_;
    const EndpointRoutes& routes_;
    Connection& connection_;
    RequestReader reader_;
    ResponseWriter writer_;
    HttpClock clock_;
    asio::cancellation_signal abort_;             // of the handler
    const wire::RequestHead* request_ = nullptr;  // null: what came is no request
    std::optional<EndpointAnswer> answer_;        // to it, once there is one
    bool keep_ = true;                            // the connection outlives the answer
    bool closed_ = false;                         // by force: there is nobody left to answer
};

LIBNET_DECL Task<> EndpointSession::run()
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
        alive = co_await writer_.flush();
        if (request_ != nullptr) reader_.next();
    }
    if (alive) co_await reader_.linger();
}

/// Waits for more of a request. False: there is nobody left to answer.
LIBNET_DECL Task<bool> EndpointSession::receive()
{
    const auto received = co_await reader_.receive();
    if (received == RequestReader::Received::bytes) co_return true;
    if (received == RequestReader::Received::closed || !reader_.has_input()) co_return false;
    request_ = nullptr;
    refuse(408, "The request took too long to arrive.");
    co_return true;
}

/// Sets the answer to the request, unless the client is gone.
LIBNET_DECL Task<> EndpointSession::answer_request()
{
    keep_ = request_->keep_alive && !connection_.draining();
    const auto route = routes_.find(request_->path);
    if (request_->body.kind != wire::BodyFraming::Kind::none) co_await take_body();
    if (answer_ || closed_) co_return;
    if (request_->unknown_expectation) refuse(417, "Nothing but 100-continue can be expected here.");
    else if (route == routes_.end()) fail(404, "There is nothing here.");
    else if (request_->method != "GET" && request_->method != "HEAD")
        fail(405, "GET and HEAD are all that can be done here.");
    else co_await call(route->second);
}

/// Gets a body out of the way, which is of no use to anybody. Answers, or closes, when that can't be done.
LIBNET_DECL Task<> EndpointSession::take_body()
{
    using Body = RequestReader::Body;
    if (request_->expect_continue) {  // the answer says no; the client may send it all the same (RFC 9110 10.1.1)
        keep_ = false;
        co_return;
    }
    const auto body = co_await reader_.discard_body(options_.max_request_body);
    if (body == Body::too_large) refuse(413, "There is no use for such a body here.");
    if (body == Body::refused) refuse(wire::status_of(reader_.error()), wire::reason_of(reader_.error()));
    if (body == Body::timed_out) refuse(408, "The request took too long to arrive.");
    if (body == Body::closed) closed_ = true;
}

LIBNET_DECL Task<> EndpointSession::call(const EndpointHandler& handler)
{
    const EndpointRequest request{request_->path, request_->query, request_->fields};
    const auto executor = co_await asio::this_coro::executor;
    try {
        auto token = asio::bind_cancellation_slot(abort_.slot(), asio::use_awaitable_t<Executor>{});
        auto answering = asio::co_spawn(executor, handler(request), std::move(token));
        auto answer = co_await std::move(answering);
        answer_ = std::move(answer);
    } catch (const std::exception&) {
        fail(500, "The program could not answer this.");
    }
}

/// Answers in words, and ends the connection: nobody knows where the next request begins.
LIBNET_DECL void EndpointSession::refuse(unsigned status, std::string_view why)
{
    keep_ = false;
    fail(status, why);
}

/// Answers in words.
LIBNET_DECL void EndpointSession::fail(unsigned status, std::string_view why)
{
    answer_.emplace();
    answer_->status = status;
    answer_->body.append(wire::reason_phrase(status)).append(": ").append(why).append("\n");
}

LIBNET_DECL void EndpointSession::queue_answer()
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
    field("Server", "libnet/" LIBNET_VERSION);
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
    State(const Executor& executor, const HttpEndpointOptions& endpoint_options) : options{endpoint_options}
    {
        const TcpServerOptions tcp_options{.address = options.address,
                                           .port = options.port,
                                           .max_connections = options.max_connections,
                                           .drain_timeout = options.drain_timeout};
        tcp.emplace(executor, tcp_options);
    }

    /// The session keeps the state alive: it may outlast the service by a turn of the event loop.
    static Task<> serve(std::shared_ptr<State> state, Connection& connection)
    {
        detail::EndpointSession session{state->options, state->routes, connection};
        co_await session.run();
    }

    const HttpEndpointOptions options;
    detail::EndpointRoutes routes;
    std::optional<TcpServer> tcp;
};

LIBNET_DECL HttpEndpoint::HttpEndpoint(const Executor& executor, const HttpEndpointOptions& options)
{
    ignore_sigpipe();
    state_ = std::make_shared<State>(executor, options);
}

LIBNET_DECL HttpEndpoint::~HttpEndpoint() { state_->tcp.reset(); }

LIBNET_DECL void HttpEndpoint::on(std::string path, EndpointHandler handler)
{
    state_->routes.insert_or_assign(std::move(path), std::move(handler));
}

LIBNET_DECL asio::ip::tcp::endpoint HttpEndpoint::local_endpoint() const { return state_->tcp->local_endpoint(); }

LIBNET_DECL asio::awaitable<void> HttpEndpoint::run()
{
    return state_->tcp->run([state = state_](Connection& connection) { return State::serve(state, connection); });
}

}  // namespace libnet::io
