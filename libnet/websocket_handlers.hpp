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

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_allocator.hpp>
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
#include <type_traits>
#include <utility>
#include <vector>

namespace libnet::inline v0 {

namespace detail {

/// What the waits of a HandedOctets have in common: the handler, and what is associated with it. A WebSocket that is idle has one
/// of these for its read, so that they have no more in them than they need.
template <typename Handler>
struct OctetsWait {
    using executor_type = boost::asio::associated_executor_t<Handler, HandedOctets::Executor>;
    using allocator_type = boost::asio::associated_allocator_t<Handler>;

    executor_type get_executor() const noexcept
    {
        return boost::asio::get_associated_executor(handler, octets->executor());
    }
    allocator_type get_allocator() const noexcept { return boost::asio::get_associated_allocator(handler); }

    /// Whoever cancels the operation sets the flag, and has it looked at.
    void hear_cancellation(bool HandedOctets::*flag)
    {
        (*octets).*flag = false;
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        if (!slot.is_connected()) return;
        slot.assign([&octets = *octets, flag](boost::asio::cancellation_type) {
            octets.*flag = true;
            octets.changed.cancel();
        });
    }

    /// Calls the handler; within the call that began the operation it doesn't do so, but later.
    void complete(bool at_once, boost::system::error_code error, std::size_t size)
    {
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) slot.clear();
        const auto held = std::move(octets);
        if (!at_once) return std::move(handler)(error, size);
        const auto place = boost::asio::get_associated_executor(handler, held->executor());
        const auto allocator = boost::asio::get_associated_allocator(handler);
        auto later = [completed = std::move(handler), error, size]() mutable { std::move(completed)(error, size); };
        boost::asio::post(place, boost::asio::bind_allocator(allocator, std::move(later)));
    }

    std::shared_ptr<HandedOctets> octets;
    Handler handler;
};

template <typename Handler>
struct ReceiveOctets : OctetsWait<Handler> {
    ReceiveOctets(std::shared_ptr<HandedOctets> from, boost::asio::mutable_buffer into, Handler&& completed)
        : OctetsWait<Handler>{std::move(from), std::move(completed)},
          room{into}
    {}
    void begin()
    {
        this->hear_cancellation(&HandedOctets::read_cancelled);
        go_on(true);
    }
    void operator()(boost::system::error_code) { go_on(false); }

    void go_on(bool at_once)
    {
        HandedOctets::Moved moved{};
        if (this->octets->read_cancelled) moved = {boost::asio::error::operation_aborted};
        else if (room.size() > 0) moved = this->octets->receive(room);
        if (moved.error != boost::asio::error::try_again) return this->complete(at_once, moved.error, moved.size);
        auto& changed = this->octets->changed;
        changed.async_wait(std::move(*this));
    }

    boost::asio::mutable_buffer room;
};

template <typename Handler>
struct SendOctets : OctetsWait<Handler> {
    SendOctets(std::shared_ptr<HandedOctets> to, std::size_t taken, Handler&& completed)
        : OctetsWait<Handler>{std::move(to), std::move(completed)},
          size{taken}
    {}
    void begin()
    {
        this->hear_cancellation(&HandedOctets::write_cancelled);
        go_on(true);
    }
    void operator()(boost::system::error_code) { go_on(false); }

    void go_on(bool at_once)
    {
        auto error = this->octets->send();
        if (this->octets->write_cancelled) error = boost::asio::error::operation_aborted;
        if (error != boost::asio::error::try_again) return this->complete(at_once, error, error ? 0 : size);
        auto& changed = this->octets->changed;
        changed.async_wait(std::move(*this));
    }

    std::size_t size;
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
        auto& timer = octets->changed;
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

    /// Errors: `eof`: the client has closed its half; `connection_reset`; `operation_aborted`: the server ends, or the operation is
    /// cancelled.
    template <typename Buffers, BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code, std::size_t)) Token>
    auto async_read_some(const Buffers& buffers, Token&& token)
    {
        boost::asio::mutable_buffer room{};
        for (auto at = boost::asio::buffer_sequence_begin(buffers); at != boost::asio::buffer_sequence_end(buffers);
             ++at)
            if (room.size() == 0) room = *at;
        return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(Receive{octets_}, token,
                                                                                                room);
    }

    /// Errors: `timed_out`: the client has taken too little for too long; `connection_reset`; `operation_aborted`, as above.
    template <typename Buffers, BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code, std::size_t)) Token>
    auto async_write_some(const Buffers& buffers, Token&& token)
    {
        return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(Send{octets_}, token,
                                                                                                buffers);
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

    struct Receive {
        using executor_type = HttpConnectionStream::executor_type;
        executor_type get_executor() const noexcept { return octets->executor(); }

        template <typename Handler>
        void operator()(Handler&& handler, boost::asio::mutable_buffer room) const
        {
            using Kept = std::decay_t<Handler>;
            detail::ReceiveOctets<Kept>{octets, room, std::forward<Handler>(handler)}.begin();
        }
        std::shared_ptr<detail::HandedOctets> octets;
    };
    struct Send {
        using executor_type = HttpConnectionStream::executor_type;
        executor_type get_executor() const noexcept { return octets->executor(); }

        template <typename Handler, typename Buffers>
        void operator()(Handler&& handler, const Buffers& buffers) const
        {
            std::size_t size = 0;
            for (auto at = boost::asio::buffer_sequence_begin(buffers); at != boost::asio::buffer_sequence_end(buffers);
                 ++at) {
                const boost::asio::const_buffer piece{*at};
                const auto taken = octets->put(piece);
                size += taken;
                if (taken < piece.size()) break;
            }
            using Kept = std::decay_t<Handler>;
            detail::SendOctets<Kept>{octets, size, std::forward<Handler>(handler)}.begin();
        }
        std::shared_ptr<detail::HandedOctets> octets;
    };

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
/// `HttpCall&`, and returns an awaitable. The WebSocket is open; the call has the request without the fields of its opening
/// handshake (Connection, Upgrade, Sec-WebSocket-Key, -Version and -Extensions). When the coroutine ends, it is closed (1000), or with 1011
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
