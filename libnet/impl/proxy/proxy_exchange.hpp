#pragma once
// One request of a client's, and the server's answer to it.

#include <libnet/engine/http/http_forwarding.hpp>
#include <libnet/engine/proxy/egress_gate.hpp>
#include <libnet/engine/proxy/parent_choice.hpp>
#include <libnet/engine/proxy/parent_handshake.hpp>
#include <libnet/engine/proxy/parent_proxy.hpp>
#include <libnet/engine/proxy/proxy_body.hpp>
#include <libnet/engine/proxy/proxy_decision.hpp>
#include <libnet/engine/proxy/proxy_failure.hpp>
#include <libnet/engine/proxy/proxy_head.hpp>
#include <libnet/impl/proxy/proxy_hook_run.hpp>
#include <libnet/impl/proxy/proxy_meter.hpp>
#include <libnet/impl/proxy/proxy_peer.hpp>
#include <libnet/io/connect/connector.hpp>
#include <libnet/io/http/http_session.hpp>
#include <libnet/io/loop/deadline.hpp>
#include <libnet/io/tcp/byte_buffer.hpp>
#include <libnet/io/tcp/original_destination.hpp>
#include <libnet/wire/http/http_response_parser.hpp>
#include <libnet/wire/http/proxy_status.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace libnet::inline v0::detail {

struct ForwardProxyState;

/// A connection to an origin server, while a request uses it.
struct ProxyUpstream {
    ProxyUpstream(io::OpenConnection connected, bool used_before)
        : connection{std::move(connected)},
          was_idle{used_before}
    {
        peer.use(connection.tls.get());
    }

    io::OpenConnection connection;
    ProxyPeer peer{*connection.socket};
    bool was_idle;  // it has served another request before
};

/// A connection to a server that has authenticated as this client, and serves no other one.
struct ProxyPinned {
    io::OpenConnection connection;
    std::string server;
};

/// How far sending a request's body has got.
enum class ProxyUploadState : std::uint8_t {
    under_way,
    complete,       ///< all of it is sent, or there was none
    upstream_gone,  ///< the server takes no more; it may have answered all the same
};

/// How far receiving an answer and sending it to the client has got.
enum class ProxyDownloadState : std::uint8_t {
    head,               ///< waits for a head
    asking,             ///< a head is there, and a hook is asked about it
    body,               ///< the client has the head
    complete,           ///< all of it is sent
    complete_and_last,  ///< and the server takes nothing any more on this connection
    switched,           ///< the server has agreed to speak another protocol from now on
    upstream_failed,    ///< the server failed; see `Answer::begun`
    hooked,             ///< a hook has an answer of its own, or has failed
};

/// Connects to the server, and does, each time it is called, what can be done for both directions. It never waits: the
/// client's connection goes on when something has happened to either socket, to the name that is looked up, or to a
/// deadline. Of the client's side it knows the session only.
class ProxyExchange {
public:
    explicit ProxyExchange(ForwardProxyState& proxy);
    ~ProxyExchange() { clear(); }
    ProxyExchange(const ProxyExchange&) = delete;
    ProxyExchange& operator=(const ProxyExchange&) = delete;

    /// Takes up the session's request, which is for this server; `tunnels`: it is a CONNECT. The listener is told of the
    /// server's socket. All but the destination must be there until `clear`.
    void begin(io::HttpSession& session, io::ReadinessListener& listener, std::unique_ptr<ProxyPinned>& pinned,
               engine::ProxyDestination destination, engine::EgressGate gate, engine::ParentRoute route, bool tunnels,
               std::shared_ptr<engine::HttpForwarding> told);

    /// What goes to the server and comes from it counts for this meter, slows down for it, and ends where its quota is used up;
    /// null: it doesn't. Until `clear`.
    void count_for(ProxyMeter* meter) noexcept { meter_ = meter; }

    /// Asks these hooks about the server's connection and answer, and has them filter bodies; null: none. Until `clear`.
    void use(ProxyHookUse* hooks) noexcept { hooks_ = hooks; }

    /// Why there is no answer of the server's, or half of one; nothing: there is one.
    std::optional<wire::ProxyStatusError> error() const noexcept { return error_; }

    enum class Step : std::uint8_t {
        waits,
        over,    ///< the client has its answer, or there will be none: the session knows
        tunnel,  ///< the server waits for what the client says, and the client has been told nothing of that yet
        hooked,  ///< a hook has an answer of its own, or has failed, and the client has been told nothing of that yet
    };
    Step go_on();

    /// For a tunnel: the server's connection, its answer (status 101 with its head, or none to a CONNECT), and what it has
    /// said already.
    io::OpenConnection take_upstream();
    io::OwnConnection take_own_connection() noexcept { return std::move(own_); }
    unsigned status() const noexcept { return tunnels_ ? 200 : response_.status; }
    const wire::CanonicalHost& host() const noexcept { return *gate_.target().host; }
    std::string_view tunnel_head() const noexcept { return head_; }
    std::string_view early() const noexcept { return answer_bytes_.view(); }

    /// Gives the request up, however far it got: the server's connection is closed, and reset where it has got half a
    /// request. Keeps the memory.
    void clear() noexcept;

    /// Why the server has not answered; nothing: it has, or wasn't allowed to be asked.
    std::optional<engine::ProxyFailure> failure() const noexcept { return answer_.failure; }

private:
    using Clock = std::chrono::steady_clock;

    /// What one connection to a server makes of a request.
    struct Answer {
        std::optional<engine::ProxyFailure> failure;
        bool any_byte = false;  // the server has begun to answer
        bool begun = false;     // and so have we
        engine::ProxyResponsePlan plan;
        int interim = 0;                             // answers before the one
        bool interim_keeps = true;                   // none of them spoke against another use of the connection
        std::optional<Clock::time_point> head_ends;  // once its first byte is there
    };

    // proxy_exchange.ipp: the request as a whole
    engine::ForwardedBy forwarded_by() const;
    std::optional<Step> open();
    void send_request();
    Step end();
    bool is_over() const noexcept;
    bool may_retry() const noexcept;
    void expect_progress();
    void judge_deadline();
    void fail_exchange();
    void cut_client() noexcept;
    bool ends_by_quota();
    std::string deny();
    void end_exchange();

    // proxy_upstream.ipp: connections to servers
    enum class Connected : std::uint8_t { yes, no, not_yet };
    Connected connect();
    Connected reach();
    void take_way(std::size_t way);
    bool goes_another_way();
    bool reuse_upstream();
    void use_upstream(io::OpenConnection connection, const io::asio::ip::address& address, bool was_idle);
    bool use_dialled(io::FileDescriptor connected, const std::optional<io::asio::ip::address>& judged);
    bool is_at_other_address() const;
    Connected reach_address();
    void note_failure(const io::Dial& dial);
    bool may_connect(const io::asio::ip::address& address);
    io::OpenConnection take_idle(io::asio::ip::address& address);
    void drop_upstream() noexcept;

    // proxy_secure.ipp: servers that speak TLS
    Connected begin_tls();
    Connected secure();
    Connected end_tls(engine::ProxyFailure failure, std::string_view why);

    // proxy_parent.ipp: connections to parents
    bool asks_parent() const noexcept;
    bool needs_handshake() const noexcept;
    std::string name_of_way() const;
    engine::ParentPreface preface() const;
    bool send_preface();
    void begin_handshake();
    Connected negotiate();
    io::Transfer receive_handshake();
    Connected end_handshake(engine::ParentStep step);
    std::string url_for_parent(const wire::RequestHead& request) const;
    void poke() { session_->connection().go_on(); }

    // proxy_transfer.ipp: the two directions
    void upload();
    bool keeps_trailer(std::string_view name) const;
    void download();
    bool receive_answer_head();
    void handle_answer_head(std::size_t size);
    void handle_interim(std::size_t size);
    bool relay_body(std::span<char> received, bool ended);
    void forward_piece(engine::ProxyBodyReader::Piece piece, std::span<char> received, bool ended);
    void send_piece(std::string_view data, const wire::HttpFields* trailers);
    void forward_answer_head(std::size_t size);
    void fail_answer(engine::ProxyFailure failure);

    // proxy_hooked.ipp: what the program itself has to say
    ProxyHookCall::State ask_about_connection();
    bool go_on_asking();
    void upload_filtered();
    bool go_on_filtering();
    bool awaits_filter() const noexcept;
    void fail_filter(const ProxyFilter& filter);

    static constexpr std::size_t answer_step = 16'384;
    static constexpr int rounds = 8;  // so much is done in a row for one client; then others have their turn

    ForwardProxyState& proxy_;
    io::HttpSession* session_ = nullptr;
    io::ReadinessListener* listener_ = nullptr;
    std::unique_ptr<ProxyPinned>* pinned_ = nullptr;
    engine::ProxyDestination destination_;
    engine::EgressGate gate_;
    engine::ParentRoute route_;  // what is left of it
    std::size_t way_ = engine::ParentRoute::direct;
    const engine::ParentProxy* parent_ = nullptr;       // of the way; null: directly
    std::optional<engine::ParentHandshake> handshake_;  // under way on the connection to the parent
    engine::ParentFault fault_ = engine::ParentFault::none;
    bool blames_parent_ = false;  // what has failed is the parent
    bool secures_ = false;        // the TLS handshake with the server is under way
    std::string why_;             // it has failed
    std::string server_;          // the destination with the parent in front: whom a connection authenticates to
    std::string key_;             // whose connections will do
    bool tunnels_ = false;
    bool may_be_idle_ = false;  // the request may meet a connection that was used before
    bool more_ = false;         // there is more to do at once
    std::optional<io::Dial> dial_;

    // What is told of the request.
    ProxyMeter* meter_ = nullptr;
    ProxyHookUse* hooks_ = nullptr;
    bool asks_ = false;           // a hook is asked about the connection
    std::size_t asked_head_ = 0;  // the size of the head that a hook is asked about
    std::shared_ptr<engine::HttpForwarding> told_;
    std::optional<wire::ProxyStatusError> error_;
    Clock::time_point dialled_{}, sent_{};

    // The request.
    std::string upgrade_;  // protocols that it asks for
    engine::ProxyBodyWriter body_writer_;
    ProxyUploadState upload_state_ = ProxyUploadState::complete;

    // The answer to it.
    std::optional<ProxyUpstream> upstream_;
    io::OwnConnection own_;  // where the proxy is transparent
    io::Deadline upstream_deadline_;
    wire::ResponseParser response_parser_;
    wire::ResponseHead response_;
    io::ByteBuffer answer_bytes_;
    std::optional<engine::ProxyBodyReader> answer_reader_;
    engine::ProxyBodyWriter answer_writer_;
    ProxyDownloadState download_state_ = ProxyDownloadState::head;
    bool has_credential_ = false;  // the server is told another Authorization than the client gives
    bool authenticates_ = false;   // the connection to the server, see engine::authenticates_connection
    bool nothing_left_ = true;     // the server has sent nothing behind its answer
    bool body_was_invited_ = true;
    bool awaited_upstream_ = false;  // its deadline runs
    bool keeps_client_ = false;      // the client's connection outlives the answer
    std::string head_;               // of the message that goes out
    Answer answer_;
};

}  // namespace libnet::inline v0::detail
