#pragma once
// One message to many WebSockets.
//
//   libnet::WebSocketGroup watchers;                               // outlives the handlers
//   files.websocket("/live", [&](libnet::WebSocket& socket, libnet::HttpCall&) -> asio::awaitable<void> {
//       const libnet::WebSocketMember member{watchers, socket};    // gets what all get
//       libnet::WebSocketMessage said;
//       for (;; said.clear()) co_await socket.async_read(said, asio::deferred);  // until the client has gone
//   });
//   ...
//   watchers.send_text("{\"now\":42}");

#include <libnet/config.hpp>
#include <libnet/websocket_handlers.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace libnet::inline v0 {

/// What becomes of a member that takes less than it is sent.
enum class SlowMember : std::uint8_t {
    ends,  ///< its connection ends at once, without a Close frame: it can connect again, and be told all from the start
    misses_messages,  ///< it doesn't get those for which there is no room, and all that there is room for
};

/// How a WebSocketGroup behaves.
struct WebSocketGroupOptions {
    /// Octets of messages that may wait for each member. A message that is larger waits where no other one does. A message is in memory
    /// once, however many members wait for it.
    std::size_t max_waiting = 64 * 1024;
    SlowMember slow_member = SlowMember::ends;  ///< what becomes of a member for which more would wait
};

class WebSocketMember;

/// WebSockets that get the same messages. A message is framed once, and handed to each member's socket at once: no coroutine goes
/// on for it, and the members' handlers may read and write at any time. It never stands within a message that a handler
/// writes in pieces, but waits for the end of that. Members with permessage-deflate get it as it is, which RFC 7692 section 6
/// permits; options of the WebSocket such as its write buffer are of no effect.
///
/// All members belong to servers of one thread, and messages are sent on that one. A group that is destroyed has no members
/// any more; their WebSockets go on.
class WebSocketGroup {
public:
    /// A group without members.
    explicit WebSocketGroup(WebSocketGroupOptions options = {}) noexcept : options_{options} {}
    ~WebSocketGroup();
    WebSocketGroup(const WebSocketGroup&) = delete;
    WebSocketGroup& operator=(const WebSocketGroup&) = delete;

    /// Sends a message to all members. A text should be UTF-8: clients end the connection otherwise. Doesn't wait; what a client
    /// doesn't take is sent as it does, within the server's time for answers (StaticFileServerOptions::write_timeout).
    void send_text(std::string_view message);
    /// The same for octets of any kind.
    void send_binary(std::string_view message);

    /// Members, among them those whose connection has ended while their handler hasn't.
    std::size_t size() const noexcept { return members_.size(); }

    /// Messages that members haven't got because there was no room, counted for each member.
    std::uint64_t missed() const noexcept { return missed_; }

private:
    friend class WebSocketMember;
    void send(const detail::HandedOctets::Frame& frame);

    const WebSocketGroupOptions options_;
    std::vector<WebSocketMember*> members_{};
    std::uint64_t missed_ = 0;
};

/// A WebSocket is a member of a group as long as this exists: in the handler that has the WebSocket.
class WebSocketMember {
public:
    /// The WebSocket outlives it; the group may be destroyed before.
    WebSocketMember(WebSocketGroup& group, WebSocket& socket);
    ~WebSocketMember();
    WebSocketMember(const WebSocketMember&) = delete;
    WebSocketMember& operator=(const WebSocketMember&) = delete;

private:
    friend class WebSocketGroup;

    WebSocketGroup* group_;  // null: it is gone
    std::size_t place_;      // among its members
    std::shared_ptr<detail::HandedOctets> octets_;
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/handlers/websocket_group.ipp>
#endif
