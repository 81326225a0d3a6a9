#pragma once
// The receiving half of a file server's connection: one request head after another, bodies thrown away.

#include <libnet/config.hpp>
#include <libnet/engine/http/receive_patience.hpp>
#include <libnet/io/loop/executor.hpp>
#include <libnet/io/tcp/byte_buffer.hpp>
#include <libnet/io/tcp/tcp_server.hpp>
#include <libnet/io/tls/transport.hpp>
#include <libnet/wire/http/http_chunked.hpp>
#include <libnet/wire/http/http_request_parser.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace libnet::inline v0::io {

/// How patient a RequestReader is.
struct RequestTimeouts {
    std::chrono::milliseconds header;  ///< for a head from its first byte on; the same again for its body
    std::chrono::milliseconds idle;    ///< between requests
    /// Bytes a second for which a head may take up to twice as long, and a body as long as it goes on so; 0: neither may
    std::uint64_t least_rate = 0;

    engine::ReceivePatience for_head() const noexcept { return {header, least_rate, 2 * header}; }
    engine::ReceivePatience for_body() const noexcept { return {header, least_rate}; }
};

/// The state of reading one request: what a connection needs only while there is one.
struct RequestParsing {
    wire::RequestParser parser{};
    wire::RequestHead head{};
    wire::ChunkedDecoder decoder{};
    wire::HttpError error{};
    std::size_t head_size = 0;
    std::uint64_t body_bytes = 0;
};

/// Reads requests into one buffer and parses them there.
///
/// While it waits for the next request it holds no buffer. Views into the buffer stay good until the next `receive`,
/// `discard_body` or `linger`, also those of requests that are already done with.
class RequestReader {
public:
    RequestReader(Connection& connection, Transport& transport, const RequestTimeouts& timeouts)
        : connection_{connection},
          transport_{transport},
          timeouts_{timeouts}
    {}

    /// Where requests are parsed from now on. It must be there for everything but `receive`, `try_receive` and `linger`,
    /// and be the same one as long as there is input.
    void use(RequestParsing* parsing) noexcept { parsing_ = parsing; }

    enum class Parsed {
        request,     ///< `head()` is a request; call `next` when it is done with
        incomplete,  ///< `receive` more
        refused,     ///< see `error()`
    };

    /// Parses the next head from what has been received.
    Parsed parse();

    const wire::RequestHead& head() const noexcept { return parsing_->head; }
    wire::HttpError error() const noexcept { return parsing_->error; }

    /// What has come and is not done with; where it begins with a request that is known already, `skip` it unparsed.
    std::string_view received() const noexcept { return buffer_.view(); }

    /// The bytes of `head()`.
    std::string_view head_bytes() const noexcept { return buffer_.view().substr(0, parsing_->head_size); }

    /// A request without a body whose head is so long is done with.
    void skip(std::size_t head_size) noexcept;

    /// When the last bytes came.
    std::chrono::system_clock::time_point received_at() const noexcept { return received_at_; }

    /// When the bytes came with which the request begins; when the connection did, before there are any.
    std::chrono::system_clock::time_point started() const noexcept { return started_; }
    std::chrono::steady_clock::time_point started_steady() const noexcept { return started_steady_; }

    /// The request is done with: the next one follows.
    void next() noexcept;

    /// Bytes have come that are not done with.
    bool has_input() const noexcept { return !buffer_.empty(); }

    enum class Received {
        bytes,      ///< parse again
        closed,     ///< the client has closed its half, or the connection is broken or was ended by the server
        timed_out,  ///< too slow: the head, or, without input, the next request
        nothing,    ///< nothing has come yet
    };

    /// Takes what has come, without waiting.
    Received try_receive();

    /// Waits for bytes. Never `nothing`.
    Task<Received> receive();

    /// What has to happen before there can be more, after `nothing`: `read`, with TLS sometimes `write`.
    PolledSocket::Side side() const noexcept { return side_; }

    /// Bytes have come behind `head()`, which has a body.
    bool has_body_begun() const noexcept { return buffer_.size() > parsing_->head_size; }

    enum class Body {
        discarded,  ///< the next request can be parsed
        too_large,  ///< more than `limit` bytes
        refused,    ///< its framing is faulty: see `error()`
        closed,     ///< as Received::closed
        timed_out,
    };

    /// Reads the body of the request in `head()`, whose views stay good, and forgets it.
    Task<Body> discard_body(std::size_t limit);

    /// Bytes of the last body that were thrown away, without their framing.
    std::uint64_t body_bytes() const noexcept { return parsing_->body_bytes; }

    /// Ends the connection so that the client gets the last answer: shuts the sending half, and for a short while throws
    /// away what still comes. A socket that is closed with unread input answers with a reset, and that may overtake
    /// the answer.
    Task<> linger();

private:
    void begin_head();
    void hold_head();
    bool skip_body_bytes(std::size_t limit, Body& outcome);
    bool skip_chunks(std::size_t limit, Body& outcome);
    void expect();
    void expect_more(const engine::ReceivePatience& patience, std::uint64_t received);
    void begin_request() noexcept;
    bool take(std::size_t size);
    Task<bool> fill(std::size_t size);

    Connection& connection_;
    Transport& transport_;
    RequestTimeouts timeouts_;
    ByteBuffer buffer_;
    RequestParsing* parsing_ = nullptr;
    std::size_t read_size_ = 4096;                  // doubles each time a read fills it
    Transfer outcome_ = Transfer::want_read;        // of the last call that took bytes, or none
    PolledSocket::Side side_ = PolledSocket::read;  // that it has to wait for
    bool head_begun_ = false;                       // the deadline of the head runs
    bool any_request_ = false;
    bool expecting_ = false;                       // and the deadline of what is to come runs
    std::chrono::steady_clock::time_point began_;  // the head or body that the deadline is for
    std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
    std::chrono::system_clock::time_point received_at_ = started_;
    std::chrono::steady_clock::time_point started_steady_ = std::chrono::steady_clock::now();
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/http/request_reader.ipp>
#endif
