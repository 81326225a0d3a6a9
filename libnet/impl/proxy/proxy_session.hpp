#pragma once
// One client's connection to a ForwardProxy.

#include <libnet/engine/proxy/proxy_body.hpp>
#include <libnet/engine/proxy/proxy_decision.hpp>
#include <libnet/engine/proxy/proxy_failure.hpp>
#include <libnet/engine/proxy/proxy_head.hpp>
#include <libnet/impl/proxy/proxy_peer.hpp>
#include <libnet/impl/proxy/proxy_state.hpp>
#include <libnet/wire/http/http_date.hpp>
#include <libnet/wire/http/http_request_parser.hpp>
#include <libnet/wire/http/http_response_parser.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::detail {

namespace asio = io::asio;

/// The time as a Date field has it.
std::string_view http_date_now(wire::HttpDateBuffer& buffer);

/// A connection to an origin server, while a request uses it.
struct ProxyUpstream {
    ProxyUpstream(io::TcpSocket connected, io::DeadlineWheel& wheel, bool used_before);

    io::TcpSocket socket;
    io::Deadline deadline;
    ProxyPeer peer{socket, deadline};
    bool was_idle;  // it has served another request before
};

/// Bytes of fixed number, not initialised.
struct ProxyBuffer {
    explicit ProxyBuffer(std::size_t capacity) : bytes{std::make_unique_for_overwrite<char[]>(capacity)}, size{capacity}
    {}
    std::span<char> space(std::size_t from = 0) { return std::span{bytes.get(), size}.subspan(from); }

    std::unique_ptr<char[]> bytes;
    std::size_t size;
};

/// How sending a request's body ended. What the client did wrong ends the whole exchange.
enum class ProxyUploadEnd : std::uint8_t {
    stopped,        ///< the answer is complete, and the rest isn't wanted any more
    complete,       ///< all of it is sent
    upstream_gone,  ///< the server takes no more; it may have answered all the same
    client_failed,  ///< the client sent nonsense, stopped sending, or went away
};

/// How receiving an answer and sending it to the client ended.
enum class ProxyDownloadEnd : std::uint8_t {
    stopped,            ///< the client's body failed
    complete,           ///< all of it is sent
    complete_and_last,  ///< and the server takes nothing any more on this connection
    upstream_failed,    ///< the server failed; see `answer_begun`
    client_gone,        ///< the client doesn't take the answer
};

/// Serves one request after another. The coroutines of a request share the members below; where two of them run
/// (`send_body` beside `relay_answer`), each touches its own.
class ProxySession {
public:
    ProxySession(ForwardProxyState& proxy, io::Connection& connection);
    ~ProxySession();
    ProxySession(const ProxySession&) = delete;
    ProxySession& operator=(const ProxySession&) = delete;

    io::Task<> run();

private:
    using Clock = std::chrono::steady_clock;

    /// What the access record needs to know of a request, and what decides what comes after it.
    struct Exchange {
        bool open = false;  // a request has begun, and is not reported yet
        std::chrono::system_clock::time_point started;
        Clock::time_point begin;
        unsigned status = 0;
        std::uint64_t sent = 0;
        std::uint64_t received = 0;
        std::string reason;
    };

    /// What one connection to a server makes of a request.
    struct Answer {
        std::optional<engine::ProxyFailure> failure;
        bool any_byte = false;  // the server has begun to answer
        bool begun = false;     // and so have we
        engine::ProxyResponsePlan plan;
    };

    /// Reports the request in hand when it is over, however that comes.
    struct ReportAtEnd {
        ProxySession& session;
        ~ReportAtEnd() { session.report(); }
    };

    // proxy_session.ipp: requests in, own answers out
    void begin_request();
    io::Task<bool> receive_request();
    io::Task<bool> receive_head();
    void forget_head();
    io::Task<> fail_head(boost::system::error_code error);
    io::Task<> answer_request();
    io::Task<> answer_itself(std::string_view type, std::string content);
    io::Task<> refuse(unsigned status, std::string reason);
    io::Task<> linger();
    void report();

    // proxy_upstream.ipp: connections to servers
    io::Task<bool> connect_upstream(const engine::ProxyDestination& destination, bool may_be_idle);
    io::Task<> establish(const engine::ProxyDestination& destination);
    io::Task<std::vector<asio::ip::address>> resolve(const engine::ProxyDestination& destination);
    bool drop_own_listener(std::vector<asio::ip::address>& addresses, std::uint16_t port);
    void abort();

    // proxy_exchange.ipp: one request and its answer
    io::Task<> forward(const engine::ProxyDestination& destination);
    io::Task<bool> exchange();
    io::Task<> fail_exchange(const engine::ProxyDestination& destination);
    void end_exchange(const engine::ProxyDestination& destination);

    // proxy_transfer.ipp: the two directions of an exchange
    io::Task<ProxyUploadEnd> send_body();
    io::Task<ProxyDownloadEnd> relay_answer();
    io::Task<bool> receive_answer_head();
    io::Task<ProxyDownloadEnd> relay_answer_body();
    ProxyDownloadEnd fail_answer(boost::system::error_code error);

    // proxy_tunnel.ipp
    io::Task<> tunnel(const engine::ProxyDestination& destination);

    static constexpr std::size_t first_input_size = 4096, transfer_size = 65536;

    ForwardProxyState& proxy_;
    io::Connection& connection_;
    ProxyPeer client_;
    asio::cancellation_signal abort_;  // ends what waits for something else than a socket
    bool aborted_ = false;
    bool keep_ = true;  // the connection takes another request

    // The request in hand: its head is the front of `input_`, where nothing moves before it is reported.
    wire::RequestParser parser_;
    wire::RequestHead request_;
    std::vector<char> input_;
    std::size_t filled_ = 0;    // bytes of `input_` that were received
    std::size_t consumed_ = 0;  // of these, bytes of the request in hand
    std::string surplus_;       // received behind its body: the next request
    Exchange exchange_;
    ProxyUploadEnd upload_ = ProxyUploadEnd::complete;
    std::optional<ProxyBuffer> upload_buffer_;
    std::string client_fault_;  // what the client did wrong in the body, in words
    unsigned client_fault_status_ = 400;

    // The answer to it.
    std::optional<ProxyUpstream> upstream_;
    wire::ResponseParser response_parser_;
    wire::ResponseHead response_;
    std::optional<ProxyBuffer> answer_buffer_;
    std::size_t answer_filled_ = 0;    // bytes that were received
    std::size_t answer_consumed_ = 0;  // of these, bytes that are done with
    std::string head_;                 // of the message that goes out
    Answer answer_;
};

}  // namespace libnet::inline v0::detail
