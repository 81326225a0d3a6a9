#pragma once
// Bodies of libnet/websocket_group.hpp.

#include <libnet/websocket_group.hpp>
#include <libnet/wire/http/websocket_frame.hpp>

#include <boost/asio/error.hpp>

#include <memory>
#include <string>

namespace libnet::inline v0 {

LIBNETXX_DECL WebSocketGroup::~WebSocketGroup()
{
    for (auto* const member : members_) member->group_ = nullptr;
}

LIBNETXX_DECL void WebSocketGroup::send_text(std::string_view message)
{
    send(std::make_shared<const std::string>(wire::websocket_frame(wire::WebSocketOpcode::text, message)));
}

LIBNETXX_DECL void WebSocketGroup::send_binary(std::string_view message)
{
    send(std::make_shared<const std::string>(wire::websocket_frame(wire::WebSocketOpcode::binary, message)));
}

/// No coroutine of a member's runs within this: a member that is given up finds out later, when its own wait ends.
LIBNETXX_DECL void WebSocketGroup::send(const detail::HandedOctets::Frame& frame)
{
    using Pushed = detail::HandedOctets::Pushed;
    for (auto* const member : members_) {
        if (member->octets_->push(frame, options_.max_waiting) != Pushed::full) continue;
        ++missed_;
        if (options_.slow_member == SlowMember::ends) member->octets_->give_up(boost::asio::error::timed_out);
    }
}

LIBNETXX_DECL WebSocketMember::WebSocketMember(WebSocketGroup& group, WebSocket& socket)
    : group_{&group},
      place_{group.members_.size()},
      octets_{socket.next_layer().octets_}
{
    group.members_.push_back(this);
}

LIBNETXX_DECL WebSocketMember::~WebSocketMember()
{
    if (group_ == nullptr) return;
    auto& members = group_->members_;
    members[place_] = members.back();
    members[place_]->place_ = place_;
    members.pop_back();
}

}  // namespace libnet::inline v0
