#pragma once
// The driver of an HTTP connection: performs what engine::HttpConnection says, over a socket or TLS.

#include <libnet/config.hpp>
#include <libnet/engine/http/http_connection.hpp>
#include <libnet/io/access/request_guard.hpp>
#include <libnet/io/http/client_sources.hpp>
#include <libnet/io/http/http_clock.hpp>
#include <libnet/io/http/http_handler.hpp>
#include <libnet/io/http/response_writer.hpp>
#include <libnet/io/loop/executor.hpp>
#include <libnet/io/tcp/byte_buffer.hpp>
#include <libnet/io/tcp/tcp_server.hpp>
#include <libnet/io/tls/tls_context.hpp>
#include <libnet/io/tls/transport.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0::io {

/// A few objects that no connection uses, with their memory: thousands of connections that take turns need no more.
template <typename T>
class SpareObjects {
public:
    /// One of them, or a new one that is made of the arguments.
    template <typename... Arguments>
    std::unique_ptr<T> take(Arguments&... arguments)
    {
        if (spare_.empty()) return std::make_unique<T>(arguments...);
        auto object = std::move(spare_.back());
        spare_.pop_back();
        return object;
    }

    void give(std::unique_ptr<T> object) noexcept
    {
        object->clear();
        if (spare_.size() < most) spare_.push_back(std::move(object));
    }

private:
    static constexpr std::size_t most = 64;
    std::vector<std::unique_ptr<T>> spare_ = [] {
        std::vector<std::unique_ptr<T>> spare;
        spare.reserve(most);  // now, so that `give` has no reason to fail
        return spare;
    }();
};

/// What the HTTP connections of a server share. Must outlive them.
struct HttpShare {
    /// Is told of each request that began, once; its views are good during the call.
    using OnRecord = std::function<void(const engine::HttpRecord& record, const asio::ip::tcp::endpoint& client)>;

    const engine::HttpConnectionOptions patience;
    const wire::HttpLimits limits{};          // of requests
    const std::shared_ptr<TlsContext> tls{};  // null: plain HTTP
    RequestGuardShare* guard = nullptr;  // limits, users and access rules; null: none. Must outlive the connections
    const OnRecord on_record{};          // may be empty
    const ClientSources sources{};       // who is believed about whose a connection or request is
    RefusedPrefaces refused_prefaces{};
    HttpClock clock{};
    SpareObjects<engine::HttpExchange> exchanges{};
};

/// One connection.
///
/// Everything that arrived in one read is answered before anything is sent: what handlers queue leaves in one call. As long
/// as nothing has to be waited for but the client's next octets there is no coroutine, and between two requests no buffer
/// and no exchange. `proceed` goes as far as it can and says what it has to wait for; a coroutine waits for that, and ends
/// when the connection has come to rest again. Handlers that go on by events, and tunnels, need none either.
class HttpSession final : public ConnectionHandler {
public:
    /// `share` and `connection` must outlive it.
    HttpSession(HttpShare& share, Connection& connection, std::unique_ptr<HttpHandler> handler);
    ~HttpSession() override;

    bool go_on() override;
    bool awaits_room() const noexcept override { return pursued_; }
    bool hears_drain() const noexcept override { return pursued_ && handler_->hears_drain(); }
    void describe(ConnectionNow& now) const override;

    // ------------------------------------------------------------------------------------------------ for handlers

    /// The request under way, and whether there is one.
    const wire::RequestHead& request() const noexcept { return engine_.request(); }
    bool has_request() const noexcept { return engine_.has_request(); }
    bool has_body() const noexcept { return engine_.has_body(); }
    bool awaits_invitation() const noexcept { return engine_.awaits_invitation(); }

    /// Its octets, up to the end of the head; and all that has come and isn't done with.
    std::string_view head_octets() const noexcept { return octets_.view().substr(0, engine_.head_size()); }
    std::string_view octets() const noexcept { return octets_.view(); }

    enum class Body : std::uint8_t {
        complete,   ///< it is read, or there is none
        too_large,  ///< it is more than is read: the connection ends behind the answer
        failed,     ///< it never came whole: the session answers, or the client has left
    };

    /// Reads the body and throws it away. Sends what is queued first.
    Task<Body> discard_body();

    /// A piece of the body, good until the next call; empty and `last` where there is none. `failed` as above.
    struct Piece {
        std::string_view content{};
        bool last = false;
        bool failed = false;
    };
    Task<Piece> read_body();

    // For a handler that goes on by events; none of these waits.

    /// The next piece of the body, good until the next call: octets that the handler is told of if there are none yet
    /// (`waits`). It is for the handler to ask the client for them, where that waits to be asked: see `invited`.
    struct NextPiece {
        std::string_view content{};
        bool last = false;
        bool waits = false;
        bool failed = false;  ///< as above
    };
    NextPiece next_piece();

    /// The piece that came last is done with: none follows, or none is taken for now.
    void take_piece() noexcept;

    /// What followed the last piece.
    const wire::HttpFields& trailers() const noexcept { return engine_.trailers(); }

    /// A 100 (Continue) has been queued.
    void invited() noexcept { engine_.invited(steady_now_); }

    /// Sends what is queued and then the pieces; what the kernel doesn't take is queued. A handler should have no more to
    /// send as long as the client `is_blocked`. False: the client is gone.
    bool send(std::string_view before, std::string_view content, std::string_view behind);
    bool send_queued();
    bool is_blocked() const noexcept { return blocked_; }

    /// There will be no answer, or none of the handler's: the client has left, has sent what is no HTTP, or the server ends.
    bool given_up() const noexcept { return engine_.given_up(); }

    /// Octets have moved since this was asked last, in either direction.
    bool moved() noexcept { return std::exchange(moved_, false); }

    /// The handler has no answer: a refusal with these words, or the end of an answer that has begun.
    void fail(unsigned status, std::string reason);

    /// Octets of the body's content that have come so far.
    std::uint64_t body_size() const noexcept { return engine_.body_size(); }

    /// As engine::HttpConnection::tell.
    void tell(std::shared_ptr<const engine::HttpForwarding> forwarding) noexcept
    {
        engine_.tell(std::move(forwarding));
    }

    /// Says that the answer begins, and returns what its Connection field has to say.
    engine::HttpPersistence begin_answer(const engine::HttpAnswer& answer);

    /// Ends its head, which is queued: says whether the connection goes on. The content follows.
    void end_head(engine::HttpPersistence persistence);

    /// The same where the handler has queued a head with its own Connection field and the empty line.
    void head_queued() noexcept { engine_.head_queued(writer_.queued()); }

    /// As engine::HttpConnection::content_queued.
    void content_queued(std::uint64_t size) noexcept { engine_.content_queued(size); }

    /// The answer is queued or sent.
    void end_answer(std::uint64_t content = 0);

    /// As engine::HttpConnection::answer_known, at the time of the last read.
    void answer_known(std::size_t head_size, bool keep, const engine::HttpRecord* record);

    /// The client doesn't take what it is sent: the connection ends. `writer` says why.
    void lose() noexcept { engine_.lost(writer_.failure()); }

    /// As engine::HttpConnection::turn_away.
    void turn_away(unsigned status, std::string_view reason,
                   engine::HttpFarewell farewell = engine::HttpFarewell::curt);

    /// A tunnel, whose answer has begun: from now on the connection is the handler's, and `octets` behind the head belong
    /// to the other end. `go_on` completes when the tunnel has ended, and has said so.
    void hand_over() noexcept { engine_.hand_over(); }
    void end_tunnel(std::uint64_t sent, std::uint64_t received, std::string_view reason);

    /// The same for a handler that goes on by events. The octets that have come, and the request, are gone then; what was
    /// queued has to be out. `pursue` is told of all that happens to the client's socket and to the connection's deadline,
    /// both of which are the handler's, and returns true behind `end_tunnel`.
    void open_tunnel();

    /// The same, and `handler` is the connection's from now on. Returns the one before, for that to end when its call does.
    std::unique_ptr<HttpHandler> open_tunnel(std::unique_ptr<HttpHandler> handler);

    // For `HttpHandler::negotiate`.

    /// Octets at the front of `octets` are done with.
    void consume(std::size_t size) noexcept { octets_.consume(size); }

    /// Takes more octets. False: none will come, and the client is turned away; or the connection is closed.
    Task<bool> receive_more();

    /// The head of a request, with which HTTP begins. `octets` follow it.
    void begin_with(std::string_view head);

    /// What has judged the request; null: nothing does.
    RequestGuard* guard() const noexcept { return guard_.get(); }

    /// Whose the connection is: the peer, or who a PROXY header has named.
    const asio::ip::tcp::endpoint& connected_client() const noexcept { return client_ ? *client_ : connection_.peer(); }

    /// Whose the request under way is: as above, or whom a trusted proxy names in a field; the port is 0 then.
    asio::ip::tcp::endpoint client() const;

    /// The client is a proxy that names others: what its requests say of them counts.
    bool names_clients() const noexcept { return names_clients_; }

    /// How long the client may take over what it sends and is sent.
    const engine::HttpConnectionOptions& patience() const noexcept { return share_.patience; }

    ResponseWriter& writer() noexcept { return writer_; }
    Transport& transport() noexcept { return transport_; }
    Connection& connection() noexcept { return connection_; }
    /// The answer under way should be the connection's last.
    bool draining() const noexcept { return connection_.draining() || connection_.retiring(); }

    /// The time of answers to what came in one read; and the Date that goes with it.
    HttpClock::Time now() const noexcept { return now_; }
    std::string_view date() { return share_.clock.date(now_); }

    /// Something was waited for.
    void refresh_now() noexcept { now_ = HttpClock::now(); }

private:
    /// What has to be waited for.
    enum class Wait : std::uint8_t {
        nothing,      ///< it can go on
        client,       ///< the client's next octets, or its end
        turn,         ///< others, for the client's octets never end
        preface,      ///< a PROXY header, or octets that are none
        handshake,    ///< of TLS
        negotiation,  ///< of the handler's, in front of HTTP
        guard,        ///< which checks a password
        handler,      ///< which goes on
        output,       ///< that is queued
        events,       ///< which the handler is told of
        end,          ///< of the connection, which has come
    };

    Wait begin();
    Wait admit();
    Wait proceed();
    Wait step();
    engine::HttpAction next();
    Wait handle();
    bool learn_client();
    void tell(const engine::HttpRecord& record) const;
    Wait start(const engine::AccessVerdict& verdict);
    Wait send_if_much();
    Wait receive(engine::HttpTime deadline);
    Wait take_octets(engine::HttpTime deadline, std::size_t size);
    Wait finish();
    Wait linger(engine::HttpTime deadline);
    bool rest();
    Wait pursue();
    Wait go_on_handling();
    bool admit_client();
    void look_at_client();
    void resume_sending();
    void note_blocked(ResponseWriter::Progress progress);
    void watch_client();

    Task<> drive(Wait wait, std::shared_ptr<void> server);
    Task<Wait> wait_for(Wait wait);
    Task<> wait_for_client(Wait wait);
    Task<Wait> read_preface();
    Task<> shake_hands();
    Task<> negotiate();
    Task<Wait> ask_guard();
    Task<> run_handler();
    Task<> receive_body(engine::HttpTime deadline);

    void invite();
    bool take(std::size_t size);
    void hold_head(std::size_t size);
    void expect(engine::HttpTime deadline);
    void expect_nothing() noexcept;
    void expect_earliest();
    void began_to_wait() noexcept;
    void settle();
    void close_log() noexcept;
    void close() noexcept;
    engine::HttpExchange& exchange();
    void give_exchange_back() noexcept;
    void drop_spent() noexcept;
    std::span<char> octets_in_place() noexcept;

    HttpShare& share_;
    Connection& connection_;
    Transport transport_;
    engine::HttpTime steady_now_;
    engine::HttpConnection engine_;
    ResponseWriter writer_;
    std::unique_ptr<HttpHandler> handler_;
    std::unique_ptr<RequestGuard> guard_{};             // null: the server has none
    std::unique_ptr<engine::HttpExchange> exchange_{};  // null: between two requests
    ByteBuffer octets_{};
    std::size_t read_size_ = 4096;  // doubles each time a read fills it
    engine::HttpTime expected_{};   // the deadline that runs; none: none
    engine::HttpTime read_by_{};    // while a request is pursued: octets of its body
    engine::HttpTime send_by_{};    // and room for more of its answer; none: there is room
    engine::HttpTime negotiates_until_{};
    std::unique_ptr<engine::KeptRecord> tunnel_{};
    std::unique_ptr<asio::ip::tcp::endpoint> client_{};  // whom a PROXY header has named; null: the peer
    HttpClock::Time now_ = HttpClock::now();
    Transfer outcome_ = Transfer::want_read;        // of the last call that took octets, or none
    PolledSocket::Side side_ = PolledSocket::read;  // that it has to wait for
    std::uint8_t receptions_ = 0;                   // in a row, since others had their turn
    bool begun_ = false;
    bool driven_ = false;   // a coroutine waits for something
    bool pursued_ = false;  // its handler is told of events
    bool blocked_ = false;  // octets of its answer are queued that the client doesn't take
    bool moved_ = false;
    bool has_piece_ = false;  // `next_piece` has given one
    bool any_request_ = false;
    bool body_begun_ = false;  // the body of the request under way is read
    bool shut_ = false;        // the sending half
    bool names_clients_ = false;
    bool negotiated_ = false;  // or there was nothing to negotiate
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/http/http_session.ipp>
#endif
