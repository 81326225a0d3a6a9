#pragma once
// The requests of one client's connection to a ForwardProxy.

#include <libnet/engine/http/send_watch.hpp>
#include <libnet/engine/proxy/proxy_body.hpp>
#include <libnet/engine/proxy/proxy_decision.hpp>
#include <libnet/engine/proxy/proxy_failure.hpp>
#include <libnet/engine/proxy/proxy_head.hpp>
#include <libnet/impl/proxy/proxy_peer.hpp>
#include <libnet/impl/proxy/proxy_record.hpp>
#include <libnet/impl/proxy/proxy_state.hpp>
#include <libnet/impl/proxy/proxy_tunnel.hpp>
#include <libnet/io/loop/handler_slot.hpp>
#include <libnet/io/tcp/byte_buffer.hpp>
#include <libnet/wire/http/http_request_parser.hpp>
#include <libnet/wire/http/http_response_parser.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace libnet::inline v0::detail {

namespace asio = io::asio;

inline constexpr std::string_view proxy_client_left = "The client closed the connection before it had the answer.";

/// A connection to an origin server, while a request uses it.
struct ProxyUpstream {
    ProxyUpstream(std::unique_ptr<io::PolledSocket> connected, bool used_before)
        : socket{std::move(connected)},
          was_idle{used_before}
    {}

    std::unique_ptr<io::PolledSocket> socket;
    ProxyPeer peer{*socket};
    bool was_idle;  // it has served another request before
};

/// A request's body on its way to the server.
struct ProxyUpload {
    ProxyUpload(wire::BodyFraming framing, const wire::HttpLimits& limits)
        : reader{framing, limits},
          writer{framing.kind}
    {}

    engine::ProxyBodyReader reader;
    engine::ProxyBodyWriter writer;
    bool begun = false;  // what came with the head is taken
};

/// How far sending a request's body has got.
enum class ProxyUploadState : std::uint8_t {
    under_way,
    complete,       ///< all of it is sent, or there was none
    upstream_gone,  ///< the server takes no more; it may have answered all the same
    client_failed,  ///< the client sent nonsense, stopped sending, or went away
};

/// How far receiving an answer and sending it to the client has got.
enum class ProxyDownloadState : std::uint8_t {
    head,               ///< waits for a head
    body,               ///< the client has the head
    complete,           ///< all of it is sent
    complete_and_last,  ///< and the server takes nothing any more on this connection
    upstream_failed,    ///< the server failed; see `Answer::begun`
    client_gone,        ///< the client doesn't take the answer
};

/// Serves one request after another, in one coroutine: it does what can be done for both directions, then waits until
/// something has happened to either connection, to a name that it looks up, or to its deadlines.
class ProxySession {
public:
    ProxySession(ForwardProxyState& proxy, io::Connection& connection, io::ReadinessListener& listener);
    ProxySession(const ProxySession&) = delete;
    ProxySession& operator=(const ProxySession&) = delete;

    /// Completes when the connection has served its last request, or has become a tunnel.
    io::Task<> run();

    /// The tunnel, after `run`; null: the connection ends.
    std::unique_ptr<ProxyTunnel> take_tunnel() noexcept { return std::move(tunnel_); }

    /// Something has happened.
    void wake()
    {
        if (waiter_) waiter_.complete(true);
        else woken_ = true;
    }

private:
    using Clock = std::chrono::steady_clock;

    /// What one connection to a server makes of a request.
    struct Answer {
        std::optional<engine::ProxyFailure> failure;
        bool any_byte = false;  // the server has begun to answer
        bool begun = false;     // and so have we
        engine::ProxyResponsePlan plan;
        int interim = 0;                             // answers before the one
        std::optional<Clock::time_point> head_ends;  // once its first byte is there
    };

    /// Reports the request in hand when it is over, however that comes.
    struct ReportAtEnd {
        ProxySession& session;
        ~ReportAtEnd() { session.report(); }
    };

    // proxy_session.ipp: requests in, own answers out
    void begin_request();
    io::Task<bool> receive_request();
    void expect_request();
    bool receive_input();
    void forget_request();
    void forget_head();
    io::Task<> fail_head();
    io::Task<> answer_request();
    io::Task<> answer_itself(std::string_view type, std::string content);
    io::Task<> refuse(unsigned status, std::string reason);
    io::Task<bool> send_all();
    io::Task<> linger();
    void report() noexcept;

    /// Waits until something has happened.
    auto pause()
    {
        return asio::async_initiate<const asio::deferred_t, void(bool)>(
            [this](auto handler) {
                if (std::exchange(woken_, false)) post_wake();
                waiter_.put(std::move(handler));
            },
            asio::deferred);
    }
    void post_wake();
    void poke();

    // proxy_upstream.ipp: connections to servers
    io::Task<bool> connect_upstream(const engine::ProxyDestination& destination, bool may_be_idle);
    bool reuse_upstream(const std::string& server, bool may_be_idle);
    void use_upstream(std::unique_ptr<io::PolledSocket> socket, bool was_idle);
    void note_failure(const io::Dial& dial);
    bool may_connect(const asio::ip::address& address, std::uint16_t port) const;
    void drop_upstream() noexcept;

    // proxy_exchange.ipp: one request and its answer
    io::Task<> forward(const engine::ProxyDestination& destination);
    io::Task<> open_tunnel(const engine::ProxyDestination& destination);
    io::Task<bool> exchange();
    bool is_over() const noexcept;
    void expect_progress();
    void judge_deadlines();
    bool client_has_left();
    io::Task<> fail_exchange(const engine::ProxyDestination& destination);
    void end_exchange(const engine::ProxyDestination& destination);

    // proxy_transfer.ipp: the two directions of an exchange
    void upload();
    bool receive_body(std::span<char>& received);
    void fail_upload(unsigned status, std::string_view why);
    void download();
    bool receive_answer_head();
    void handle_answer_head(std::size_t size);
    bool relay_body(std::span<char> received, bool ended);
    void lose_client(std::string_view why);
    void fail_answer(engine::ProxyFailure failure);

    static constexpr std::size_t input_step = 4096, answer_step = 16'384;
    static constexpr int rounds = 8;  // so much is done in a row for one client; then others have their turn

    ForwardProxyState& proxy_;
    io::Connection& connection_;
    io::ReadinessListener& listener_;
    ProxyPeer client_;
    io::Deadline upstream_deadline_;
    bool keep_ = true;   // the connection takes another request
    bool more_ = false;  // there is more to do at once

    // The request in hand: its head is the front of `input_`, where nothing moves before it is reported.
    wire::RequestParser parser_;
    wire::RequestHead request_;
    io::ByteBuffer input_;
    std::size_t consumed_ = 0;  // of what was received, octets of the request in hand
    std::string surplus_;       // received behind its body: the next request
    ProxyRecord record_;
    std::optional<ProxyUpload> upload_;
    ProxyUploadState upload_state_ = ProxyUploadState::complete;
    std::optional<engine::SendWatch> upload_watch_;
    Clock::time_point upload_waits_since_{};
    std::string client_fault_;            // what the client did wrong, in words
    unsigned client_fault_status_ = 400;  // 0: it has left

    // The answer to it.
    std::optional<ProxyUpstream> upstream_;
    std::unique_ptr<io::PolledSocket> pinned_;  // authenticated as this client: nobody else's
    std::string pinned_to_;
    wire::ResponseParser response_parser_;
    wire::ResponseHead response_;
    io::ByteBuffer answer_bytes_;
    std::optional<engine::ProxyBodyReader> answer_reader_;
    engine::ProxyBodyWriter answer_writer_;
    ProxyDownloadState download_state_ = ProxyDownloadState::head;
    bool authenticates_ = false;  // the connection to the server, see engine::authenticates_connection
    bool nothing_left_ = true;    // the server has sent nothing behind its answer
    bool body_was_invited_ = true;
    bool awaited_client_ = false;    // the deadline of its connection is for the exchange
    bool awaited_upstream_ = false;  // so is that of the server's
    std::string head_;               // of the message that goes out
    Answer answer_;

    std::unique_ptr<ProxyTunnel> tunnel_;
    const std::shared_ptr<ProxySession*> self_ = std::make_shared<ProxySession*>(this);
    bool woken_ = false;
    io::HandlerSlot waiter_;
};

}  // namespace libnet::inline v0::detail
