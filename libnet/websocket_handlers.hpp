#pragma once
// WebSockets (RFC 6455) beside the files of a StaticFileServer, as Boost.Beast's stream.
//
//   files.websocket("/live", [](libnet::WebSocket& socket, libnet::HttpCall&) -> asio::awaitable<void> {
//       boost::beast::flat_buffer message;
//       for (;;) {
//           co_await socket.async_read(message, asio::use_awaitable);   // throws when the client has closed
//           co_await socket.async_write(message.data(), asio::use_awaitable);
//           message.clear();
//       }
//   });

#include <libnet/config.hpp>
#include <libnet/http_handlers.hpp>
#include <libnet/impl/handlers/handed_octets.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0 {

namespace detail {

/// A composed operation doesn't complete within the call that begins it.
template <typename Buffers>
struct ReceiveOctets {
    std::shared_ptr<HandedOctets> octets;
    Buffers buffers;
    HandedOctets::Moved moved{};
    bool began = false, done = false;

    template <typename Self>
    void operator()(Self& self, boost::system::error_code = {})
    {
        if (done) return self.complete(moved.error, moved.size);
        const bool first = !std::exchange(began, true);
        boost::asio::mutable_buffer room{};
        for (auto at = boost::asio::buffer_sequence_begin(buffers); at != boost::asio::buffer_sequence_end(buffers);
             ++at)
            if (room.size() == 0) room = *at;
        if (room.size() > 0) moved = octets->receive(room);
        if (self.cancelled() != boost::asio::cancellation_type::none) moved = {boost::asio::error::operation_aborted};
        done = moved.error != boost::asio::error::try_again;
        auto& timer = octets->readable;
        if (!done) timer.async_wait(std::move(self));
        else if (first) boost::asio::post(timer.get_executor(), std::move(self));
        else self.complete(moved.error, moved.size);
    }
};

template <typename Buffers>
struct SendOctets {
    std::shared_ptr<HandedOctets> octets;
    Buffers buffers;
    boost::system::error_code error{};
    std::size_t size = 0;
    bool began = false, done = false;

    template <typename Self>
    void operator()(Self& self, boost::system::error_code = {})
    {
        if (done) return self.complete(error, error ? 0 : size);
        const bool first = !std::exchange(began, true);
        if (first)
            for (auto at = boost::asio::buffer_sequence_begin(buffers); at != boost::asio::buffer_sequence_end(buffers);
                 ++at) {
                const boost::asio::const_buffer piece{*at};
                const auto taken = octets->put(piece);
                size += taken;
                if (taken < piece.size()) break;
            }
        error = octets->send();
        if (self.cancelled() != boost::asio::cancellation_type::none) error = boost::asio::error::operation_aborted;
        done = error != boost::asio::error::try_again;
        auto& timer = octets->writable;
        if (!done) timer.async_wait(std::move(self));
        else if (first) boost::asio::post(timer.get_executor(), std::move(self));
        else self.complete(error, error ? 0 : size);
    }
};

/// Sends no more, and throws away what still comes, up to a bound: a socket that is closed with unread input answers with a
/// reset, and that may overtake what was sent.
struct EndOctets {
    std::shared_ptr<HandedOctets> octets;
    std::size_t left = 1024 * 1024;
    bool began = false, done = false;

    template <typename Self>
    void operator()(Self& self, boost::system::error_code = {})
    {
        if (done) return self.complete({});
        const bool first = !std::exchange(began, true);
        if (first) octets->end();
        std::array<char, 4096> room;
        HandedOctets::Moved moved{};
        while (left > 0 && !moved.error) {
            moved = octets->receive(boost::asio::buffer(room));
            left -= std::min(left, moved.size);
        }
        done = moved.error != boost::asio::error::try_again;
        auto& timer = octets->readable;
        if (!done) timer.async_wait(std::move(self));
        else if (first) boost::asio::post(timer.get_executor(), std::move(self));
        else self.complete({});
    }
};

}  // namespace detail

class WebSocketMember;

/// A connection of a server that a handler has taken over, with or without TLS, as an AsyncStream in Asio's sense: what a
/// WebSocket stands on. One read and one write may wait at a time. The client's limits hold here, too: one that doesn't take
/// what it is sent is waited for as long as for an answer (StaticFileServerOptions::write_timeout and min_send_rate;
/// HttpEndpointOptions).
class HttpConnectionStream {
public:
    using executor_type = boost::asio::io_context::executor_type;  ///< of its completions
    /// The library makes these.
    explicit HttpConnectionStream(std::shared_ptr<detail::HandedOctets> octets) noexcept : octets_{std::move(octets)} {}

    executor_type get_executor() const noexcept { return octets_->executor(); }

    /// Errors: `eof`: the client has closed its half; `connection_reset`; `operation_aborted`: the server ends.
    template <typename Buffers, BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code, std::size_t)) Token>
    auto async_read_some(const Buffers& buffers, Token&& token)
    {
        return boost::asio::async_compose<Token, void(boost::system::error_code, std::size_t)>(
            detail::ReceiveOctets<Buffers>{octets_, buffers}, token, get_executor());
    }

    /// Errors: `timed_out`: the client has taken too little for too long; `connection_reset`; `operation_aborted`.
    template <typename Buffers, BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code, std::size_t)) Token>
    auto async_write_some(const Buffers& buffers, Token&& token)
    {
        return boost::asio::async_compose<Token, void(boost::system::error_code, std::size_t)>(
            detail::SendOctets<Buffers>{octets_, buffers}, token, get_executor());
    }

private:
    friend class WebSocketMember;
    friend void beast_close_socket(HttpConnectionStream& stream) { stream.octets_->close(); }
    friend void teardown(boost::beast::role_type, HttpConnectionStream& stream, boost::system::error_code& error)
    {
        stream.octets_->end();
        error = {};
    }
    template <typename Handler>
    friend void async_teardown(boost::beast::role_type, HttpConnectionStream& stream, Handler&& handler)
    {
        boost::asio::async_compose<Handler, void(boost::system::error_code)>(detail::EndOctets{stream.octets_}, handler,
                                                                             stream.get_executor());
    }

    std::shared_ptr<detail::HandedOctets> octets_;
};

/// What a handler gets: Beast's stream. Its options are set by WebSocketOptions, and may be set otherwise.
using WebSocket = boost::beast::websocket::stream<HttpConnectionStream>;

/// How a WebSocket route behaves.
struct WebSocketOptions {
    /// Origins of pages, beside the server's own, whose scripts may connect: "https://a.example", or "*" for every one.
    /// A browser says where its page comes from, and sends the cookies of this server to any; so an Origin that is
    /// neither the Host of the request nor one of these is refused (403). Programs that are no browsers send none.
    std::vector<std::string> origins{};

    /// Subprotocols, of which the first one that the client offers is chosen (RFC 6455 section 1.9). The handler finds it in
    /// the call's Sec-WebSocket-Protocol; where none fits, there is no such field.
    std::vector<std::string> protocols{};

    /// Whether a request with this Host field is taken; else it gets a 403. Empty: any is. A page of an attacker's can have its
    /// own name lead to this machine (DNS rebinding): it has the same origin then, but never the Host of this server.
    std::function<bool(std::string_view host)> allows_host{};

    std::size_t max_open = 0;               ///< of the route at one time; more get a 503; 0: any number
    std::size_t max_message = 1024 * 1024;  ///< octets of a message, decompressed; the connection ends with 1009 beyond

    /// permessage-deflate (RFC 7692), where the client offers it. Not by default: Beast up to 1.88 takes some large messages
    /// that don't get smaller for broken ("invalid stored block length"), and the WebSocket ends.
    bool compress = false;

    /// Without any octet of the client's: at half of it a ping goes out, and the connection ends at the end of it (asio's
    /// `timed_out`), up to half of it later. Zero: never. One clock of the server's does that for all; Beast's own timeout for
    /// idle streams is off.
    std::chrono::milliseconds idle_timeout{60'000};
    std::chrono::milliseconds close_timeout{5'000};  ///< for the client's answer to a Close frame
};

/// A handler in the form that StaticFileServer::websocket takes: made from any function object that takes a `WebSocket&` and a
/// `HttpCall&`, and returns an awaitable. The WebSocket is open. When the coroutine ends, it is closed (1000), or with 1011
/// where it throws anything but the end of the connection, which is told to the diagnostics. It is cancelled (terminal) when
/// the server ends at once, and at the end of a drain; when a drain begins, the WebSocket is closed with 1001 (going away), and
/// a read ends with `websocket::error::closed`.
class WebSocketHandler {
public:
    using Function = std::function<boost::asio::awaitable<void>(WebSocket&, HttpCall&)>;  ///< a coroutine that talks

    template <typename Handler>  ///< of any type
    requires std::invocable<Handler&, WebSocket&, HttpCall&> WebSocketHandler(Handler handler)
        : function_{std::move(handler)}
    {}

    const Function& function() const noexcept { return function_; }  ///< what is called

private:
    Function function_;
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/handlers/websocket_handlers.ipp>
#endif
