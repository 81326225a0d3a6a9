#pragma once
// How a WebSocket of a route is set up.

#include <libnet/config.hpp>
#include <libnet/websocket_handlers.hpp>

#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket/option.hpp>
#include <boost/beast/websocket/stream_base.hpp>

#include <string>
#include <string_view>

namespace libnet::inline v0::detail {

/// Before it is accepted. `protocol` is that which was chosen; empty: none.
inline void set_up(WebSocket& socket, const WebSocketOptions& options, std::string_view protocol)
{
    namespace websocket = boost::beast::websocket;
    namespace http = boost::beast::http;
    websocket::permessage_deflate deflate;
    deflate.server_enable = options.compress;
    deflate.server_max_window_bits = 12;  // 4 KiB of window, and 24 KiB in all, instead of 256
    deflate.memLevel = 4;
    deflate.compLevel = 3;
    deflate.msg_size_threshold = 128;
    socket.set_option(deflate);
    // Beast's own deadline for idle streams is a timer each; HandedConnection has one clock for all.
    socket.set_option(websocket::stream_base::timeout{.handshake_timeout = options.close_timeout,
                                                      .idle_timeout = websocket::stream_base::none(),
                                                      .keep_alive_pings = false});
    socket.read_message_max(options.max_message);
    socket.set_option(
        websocket::stream_base::decorator([chosen = std::string{protocol}](websocket::response_type& response) {
            response.set(http::field::server, "libnet/" LIBNETXX_VERSION);
            if (!chosen.empty()) response.set(http::field::sec_websocket_protocol, chosen);
        }));
}

}  // namespace libnet::inline v0::detail
