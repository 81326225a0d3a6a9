#pragma once

#include <libnet/base/only.hpp>
#include <libnet/engine/http/http_sentences.hpp>
#include <libnet/io/http/gzip_stream.hpp>
#include <libnet/io/http/http_endpoint.hpp>
#include <libnet/io/http/http_session.hpp>
#include <libnet/io/http/response_head.hpp>
#include <libnet/io/loop/deadline.hpp>
#include <libnet/io/loop/require_option.hpp>
#include <libnet/io/loop/sigpipe.hpp>
#include <libnet/io/tcp/relay.hpp>
#include <libnet/io/tcp/tcp_server.hpp>
#include <libnet/wire/http/http_status.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/intrusive/list.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace libnet::inline v0::io {

namespace detail {

inline constexpr std::size_t small_answer = 4 * 1024;

/// Assigning an empty text keeps the memory.
inline void free_memory(std::string& text) noexcept { std::string{}.swap(text); }

/// Looks, while a handler is at work, whether its client is still there, and cancels the handler when it isn't: else clients
/// that leave at once could have any number of handlers wait for nothing. Who has closed only its half, as `nc -N` does, can't be
/// told from who has left, and gets what is ready within a second, unless others wait for the place.
class ClientWatch
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    using List = boost::intrusive::list<ClientWatch, boost::intrusive::constant_time_size<false>>;

    /// Is in `all` as long as it lives.
    ClientWatch(Connection& connection, asio::cancellation_signal& abort, List& all)
        : connection_{connection},
          abort_{abort},
          look_{connection.wheel(), [this] { look(); }}
    {
        all.push_back(*this);
        connection_.spare_once_left();
        look_.expires_after(std::chrono::seconds{1});
    }
    ~ClientWatch() { connection_.busy(); }
    ClientWatch(const ClientWatch&) = delete;
    ClientWatch& operator=(const ClientWatch&) = delete;

    /// The handler was cancelled for it.
    bool has_left() const noexcept { return has_left_; }

    /// Cancels the handler if its client has left. Called on every tick of the wheel, too.
    void look()
    {
        if (has_left_ || !connection_.polled().hung_up()) return;
        has_left_ = true;
        abort_.emit(asio::cancellation_type::terminal);
    }

private:
    Connection& connection_;
    asio::cancellation_signal& abort_;
    Deadline look_;
    bool has_left_ = false;
};

/// What the handlers of a service share.
struct EndpointContext {
    const HttpEndpointOptions options;
    struct Route {
        EndpointHandler handler;
        bool posts = false;  // else it answers GET and HEAD
    };
    std::map<std::string, Route, std::less<>> routes = {};  // by path
    std::shared_ptr<MountedHandlers> mounted = {};          // null: nothing is
    std::size_t unsent = 0;                                 // octets of answers that clients haven't taken yet
    ClientWatch::List watches = {};                         // of the handlers that are at work
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

/// Answers the requests of one connection.
class EndpointRequests final : public HttpHandler {
public:
    explicit EndpointRequests(EndpointContext& context) : context_{context} {}

    bool start(HttpSession& session) override { return !session.has_body() && answer_at_once(session); }
    Task<> go_on(HttpSession& session) override;
    void refuse(HttpSession& session, unsigned status, std::string_view reason) override;
    void stop() noexcept override { abort_.emit(asio::cancellation_type::terminal); }

private:
    bool answer_at_once(HttpSession& session);
    Task<> call(HttpSession& session, const EndpointHandler& handler);
    Task<> stream(HttpSession& session, EndpointAnswer& answer);
    static void queue_stream_head(HttpSession& session, const EndpointAnswer& answer, bool chunked, bool gzip);
    static std::uint64_t queue_piece(HttpSession& session, std::string_view piece, bool chunked, bool last);
    bool has_room(std::size_t size) const noexcept;
    void queue(HttpSession& session, const EndpointAnswer& answer, std::string_view reason = {}, bool may_keep = true);

    EndpointContext& context_;
    asio::cancellation_signal abort_;  // of the handler that is at work
};

/// False: a handler of the program has to be asked.
LIBNETXX_DECL bool EndpointRequests::answer_at_once(HttpSession& session)
{
    const auto& request = session.request();
    const auto route = context_.routes.find(request.path);
    if (request.unknown_expectation) {
        refuse(session, 417, engine::unknown_expectation);
    } else if (route == context_.routes.end()) {
        refuse(session, 404, "There is nothing here.");
    } else if (route->second.posts) {
        if (request.method == "POST" || request.method == "PUT") return false;
        refuse(session, 405, "POST and PUT are all that can be done here.");
    } else {
        if (request.method == "GET" || request.method == "HEAD") return false;
        refuse(session, 405, "GET and HEAD are all that can be done here.");
    }
    return true;
}

LIBNETXX_DECL Task<> EndpointRequests::go_on(HttpSession& session)
{
    // A body is of no use here. Who asks first whether to send it is answered without (RFC 9110 10.1.1).
    if (session.has_body() && !session.request().expect_continue) {
        const auto body = co_await session.discard_body();
        if (body == HttpSession::Body::failed) co_return;
        if (body == HttpSession::Body::too_large) {
            refuse(session, 413, "There is no use for such a body here.");
            co_return;
        }
    }
    if (answer_at_once(session)) co_return;
    const auto route = context_.routes.find(session.request().path);
    auto calling = call(session, route->second.handler);
    co_await std::move(calling);
}

LIBNETXX_DECL Task<> EndpointRequests::call(HttpSession& session, const EndpointHandler& handler)
{
    const auto& head = session.request();
    const EndpointRequest request{head.path, head.query, head.fields, session.client()};
    const auto executor = co_await asio::this_coro::executor;
    auto token = asio::bind_cancellation_slot(abort_.slot(), asio::use_awaitable_t<Executor>{});
    auto answering = asio::co_spawn(executor, handler(request), std::move(token));
    const ClientWatch watch{session.connection(), abort_, context_.watches};
    EndpointAnswer answer;
    try {
        answer = co_await std::move(answering);
    } catch (...) {
        if (!watch.has_left()) throw;
    }
    if (watch.has_left()) {
        session.writer().give_up(engine::client_gone);
        session.lose();
        co_return;
    }
    session.refresh_now();
    if (!has_room(answer.body.size())) {
        refuse(session, 503, "Too much is on its way to clients that don't take it.");
        co_return;
    }
    if (answer.more) {
        auto streaming = stream(session, answer);
        co_await std::move(streaming);
        co_return;
    }
    queue(session, answer);
    free_memory(answer.body);
    const UnsentAnswer unsent{context_, session.writer().queue().size()};
    const bool sent = co_await session.writer().flush();
    if (!sent) session.lose();
}

/// An answer that is made as the client takes it.
LIBNETXX_DECL Task<> EndpointRequests::stream(HttpSession& session, EndpointAnswer& answer)
{
    constexpr asio::use_awaitable_t<Executor> token;
    const auto executor = co_await asio::this_coro::executor;
    const bool head_only = session.request().method == "HEAD";
    const bool chunked = session.request().version == wire::HttpVersion::http_1_1;
    const auto gzip = GzipStream::for_client(session.request().fields);
    queue_stream_head(session, answer, chunked, gzip != nullptr);
    std::uint64_t sent = 0;
    std::string piece = std::move(answer.body);
    if (piece.empty() && !head_only) piece = answer.more();
    for (bool last = head_only; !last;) {
        last = piece.empty();
        if (gzip) piece = last ? gzip->finish() : gzip->add(piece);
        sent += queue_piece(session, piece, chunked, last);
        free_memory(piece);
        const UnsentAnswer unsent{context_, session.writer().queue().size()};
        const bool taken = co_await session.writer().flush();
        if (!taken) {
            session.lose();
            co_return;
        }
        if (last) break;
        co_await asio::post(executor, token);  // others have their turn
        try {
            piece = answer.more();
        } catch (...) {
            if (!chunked) io::reset(session.connection().polled());  // else it would look complete
            throw;
        }
    }
    session.end_answer(sent);
}

LIBNETXX_DECL void EndpointRequests::queue_stream_head(HttpSession& session, const EndpointAnswer& answer, bool chunked,
                                                       bool gzip)
{
    const auto persistence =
        session.begin_answer({.status = answer.status, .reason = {}, .content_length = 0, .may_keep = chunked});
    ResponseHead head{session.writer().queue(), answer.status, session.date()};
    head.field("Content-Type", answer.content_type);
    head.field("Cache-Control", "no-store");
    head.field("X-Content-Type-Options", "nosniff");
    if (!answer.policy.empty()) head.field("Content-Security-Policy", answer.policy);
    head.field("Vary", "Accept-Encoding");
    if (gzip) head.field("Content-Encoding", "gzip");
    if (chunked) head.field("Transfer-Encoding", "chunked");
    session.end_head(persistence);
}

/// Returns the octets of content that are queued.
LIBNETXX_DECL std::uint64_t EndpointRequests::queue_piece(HttpSession& session, std::string_view piece, bool chunked,
                                                          bool last)
{
    auto& queue = session.writer().queue();
    const auto before = session.writer().queued();
    if (!piece.empty() && chunked) {
        std::array<char, 16> size;
        const auto [end, error] = std::to_chars(size.data(), size.data() + size.size(), piece.size(), 16);
        queue.append({size.data(), static_cast<std::size_t>(end - size.data())});
        queue.append("\r\n");
    }
    queue.append(piece);
    if (!piece.empty() && chunked) queue.append("\r\n");
    if (last && chunked) queue.append("0\r\n\r\n");
    return session.writer().queued() - before;
}

/// Short answers, on health for one, must get through whatever others do; and one that is larger than the limit, alone.
LIBNETXX_DECL bool EndpointRequests::has_room(std::size_t size) const noexcept
{
    return size <= small_answer || context_.unsent == 0 || context_.unsent + size <= context_.options.max_unsent;
}

LIBNETXX_DECL void EndpointRequests::refuse(HttpSession& session, unsigned status, std::string_view reason)
{
    EndpointAnswer answer{.status = status};
    answer.body.append(wire::reason_phrase(status)).append(": ").append(reason).append("\n");
    queue(session, answer, reason, status != 417);
}

LIBNETXX_DECL void EndpointRequests::queue(HttpSession& session, const EndpointAnswer& answer, std::string_view reason,
                                           bool may_keep)
{
    auto& queue = session.writer().queue();
    const bool head_only = session.has_request() && session.request().method == "HEAD";
    const auto persistence = session.begin_answer({.status = answer.status,
                                                   .reason = reason,
                                                   .content_length = head_only ? 0 : answer.body.size(),
                                                   .may_keep = may_keep});
    ResponseHead head{queue, answer.status, session.date()};
    head.field("Content-Type", answer.content_type);
    head.field("Content-Length", std::to_string(answer.body.size()));
    head.field("Cache-Control", "no-store");  // every answer is about this moment
    head.field("X-Content-Type-Options", "nosniff");
    if (!answer.policy.empty()) head.field("Content-Security-Policy", answer.policy);
    if (answer.status == 405)
        head.field("Allow", context_.routes.find(session.request().path)->second.posts ? "POST, PUT" : "GET, HEAD");
    session.end_head(persistence);
    if (!head_only) queue.append(answer.body);
    session.end_answer();
}

}  // namespace detail

namespace detail {

/// Takes them.
LIBNETXX_DECL std::vector<FileDescriptor> descriptors_of(std::vector<asio::ip::tcp::acceptor>& listeners)
{
    require_option(!listeners.empty(), "HTTP endpoint listeners: one at least");
    std::vector<FileDescriptor> all;
    for (auto& listener : listeners) all.emplace_back(listener.release());
    return all;
}

}  // namespace detail

/// Lives as long as the service and its last session.
struct HttpEndpoint::State {
    State(const Executor& executor, const HttpEndpointOptions& options, std::vector<FileDescriptor> listeners = {})
        : context{.options = options},
          share{.patience = {.header_timeout = options.header_timeout,
                             .idle_timeout = options.idle_timeout,
                             .body_timeout = options.header_timeout,
                             .min_receive_rate = options.min_receive_rate,
                             .send_timeout = options.write_timeout,
                             .min_send_rate = options.min_send_rate,
                             .max_discarded_body = options.max_request_body},
                .tls = options.tls}
    {
        const TcpServerOptions tcp_options{.address = options.address,
                                           .port = options.port,
                                           .defer_accept = options.defer_accept,
                                           .max_connections = options.max_connections,
                                           .drain_timeout = options.drain_timeout,
                                           .diagnostics = options.diagnostics};
        if (listeners.empty()) tcp.emplace(executor, tcp_options);
        else tcp.emplace(executor, tcp_options, std::move(listeners));
    }

    /// Closes everything.
    void stop() noexcept { tcp.reset(); }

    detail::EndpointContext context;
    HttpShare share;
    std::optional<TcpServer> tcp;
};

LIBNETXX_DECL HttpEndpoint::HttpEndpoint(ServerExecutor executor, const HttpEndpointOptions& options)
    : state_{std::make_shared<State>(executor, options)}
{
    ignore_sigpipe();
}

LIBNETXX_DECL HttpEndpoint::HttpEndpoint(ServerExecutor executor, const HttpEndpointOptions& options,
                                         asio::ip::tcp::acceptor listener)
    : state_{std::make_shared<State>(executor, options, base::only(FileDescriptor{listener.release()}))}
{
    ignore_sigpipe();
}

LIBNETXX_DECL HttpEndpoint::HttpEndpoint(ServerExecutor executor, const HttpEndpointOptions& options,
                                         std::vector<asio::ip::tcp::acceptor> listeners)
    : state_{std::make_shared<State>(executor, options, detail::descriptors_of(listeners))}
{
    ignore_sigpipe();
}

LIBNETXX_DECL HttpEndpoint::~HttpEndpoint() = default;

LIBNETXX_DECL HttpEndpoint::HttpEndpoint(HttpEndpoint&&) noexcept = default;

LIBNETXX_DECL HttpEndpoint& HttpEndpoint::operator=(HttpEndpoint&&) noexcept = default;

LIBNETXX_DECL Executor HttpEndpoint::get_executor() const { return state_->tcp->executor(); }

LIBNETXX_DECL void HttpEndpoint::on(std::string path, EndpointHandler handler)
{
    state_->context.routes.insert_or_assign(std::move(path), detail::EndpointContext::Route{std::move(handler)});
}

LIBNETXX_DECL void HttpEndpoint::on_post(std::string path, EndpointHandler handler)
{
    state_->context.routes.insert_or_assign(std::move(path), detail::EndpointContext::Route{std::move(handler), true});
}

LIBNETXX_DECL void HttpEndpoint::mount(std::shared_ptr<MountedHandlers> handlers)
{
    if (state_->context.mounted)
        throw std::logic_error{"HttpEndpoint: handlers are mounted already; add yours to those with EndpointHandlers"};
    state_->context.mounted = std::move(handlers);
}

LIBNETXX_DECL const std::shared_ptr<MountedHandlers>& HttpEndpoint::mounted() const noexcept
{
    return state_->context.mounted;
}

LIBNETXX_DECL void HttpEndpoint::give_up_left()
{
    // What a cancellation calls may end others of them.
    detail::ClientWatch::List looked_at;
    auto& watches = state_->context.watches;
    while (!watches.empty()) {
        auto& watch = watches.front();
        looked_at.splice(looked_at.end(), watches, watches.begin());
        watch.look();
    }
    watches.splice(watches.end(), looked_at);
}

LIBNETXX_DECL bool HttpEndpoint::uses_tls() const noexcept { return state_->context.options.tls != nullptr; }

LIBNETXX_DECL asio::ip::tcp::endpoint HttpEndpoint::local_endpoint() const { return state_->tcp->local_endpoint(); }

LIBNETXX_DECL asio::awaitable<void> HttpEndpoint::run() &
{
    // The factory keeps the state alive: connections may outlast the service by a turn of the event loop.
    return state_->tcp->run([state = state_.share()](Connection& connection) {
        std::unique_ptr<HttpHandler> requests = std::make_unique<detail::EndpointRequests>(state->context);
        if (const auto& mounted = state->context.mounted) requests = mounted->before(std::move(requests));
        return std::make_unique<HttpSession>(state->share, connection, std::move(requests));
    });
}

LIBNETXX_DECL void HttpEndpoint::serve(asio::ip::tcp::socket connection) { state_->tcp->serve(std::move(connection)); }

}  // namespace libnet::inline v0::io
