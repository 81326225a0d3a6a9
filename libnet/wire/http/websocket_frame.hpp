#pragma once
// Frames of the WebSocket protocol (RFC 6455 section 5), as a server sends them.
//
//      0                   1                   2                   3
//      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//     +-+-+-+-+-------+-+-------------+-------------------------------+
//     |F|R|R|R| opcode|M| Payload len |    Extended payload length    |
//     |I|S|S|S|  (4)  |A|     (7)     |             (16/64)           |
//     |N|V|V|V|       |S|             |   (if payload len==126/127)   |
//     | |1|2|3|       |K|             |                               |
//     +-+-+-+-+-------+-+-------------+-------------------------------+
//     | Masking-key, if MASK is set   |          Payload Data ...     |
//     +-------------------------------+-------------------------------+

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace libnet::inline v0::wire {

/// What a frame is (RFC 6455 section 5.2).
enum class WebSocketOpcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// A whole message in one frame, unmasked, as a server sends it. Without RSV1: where permessage-deflate was agreed on, this is a
/// message that isn't compressed (RFC 7692 section 6).
inline std::string websocket_frame(WebSocketOpcode opcode, std::string_view payload)
{
    constexpr std::size_t longest_head = 10;
    std::string frame;
    frame.reserve(longest_head + payload.size());
    frame += static_cast<char>(0x80U | static_cast<unsigned>(opcode));
    const auto size = static_cast<std::uint64_t>(payload.size());
    int octets = 0;
    if (size < 126) frame += static_cast<char>(size);
    else if (size <= 0xFFFF) frame += '\x7e', octets = 2;
    else frame += '\x7f', octets = 8;
    while (octets-- > 0) frame += static_cast<char>(size >> (8 * octets) & 0xFFU);
    return frame.append(payload);
}

/// Follows the octets that one end of a WebSocket sends, in pieces of any size, and knows where a frame of another origin may
/// stand: between two messages, never within a frame, nor between the frames of one message.
class WebSocketFollower {
public:
    /// These octets are sent, too. They are taken for well-formed frames: they are our own.
    void add(std::string_view octets) noexcept
    {
        while (!octets.empty()) {
            if (payload_left_ > 0) {
                const auto size = std::min<std::uint64_t>(payload_left_, octets.size());
                payload_left_ -= size;
                octets.remove_prefix(static_cast<std::size_t>(size));
                continue;
            }
            head_[head_size_++] = static_cast<unsigned char>(octets.front());
            octets.remove_prefix(1);
            if (head_size_ == size_of_head()) end_head();
        }
    }

    /// A message may begin here.
    bool between_messages() const noexcept { return head_size_ == 0 && payload_left_ == 0 && !in_message_ && !closed_; }

    /// A control frame, such as a Ping, may stand here: between two frames of one message, too.
    bool between_frames() const noexcept { return head_size_ == 0 && payload_left_ == 0 && !closed_; }

    /// A Close frame has begun: no message follows it.
    bool closed() const noexcept { return closed_; }

private:
    std::size_t size_of_head() const noexcept
    {
        if (head_size_ < 2) return 2;
        const auto length = head_[1] & 0x7FU;
        const std::size_t mask = (head_[1] & 0x80U) != 0 ? 4 : 0;
        return 2 + mask + (length == 127 ? 8U : length == 126 ? 2U : 0U);
    }

    void end_head() noexcept
    {
        const auto length = head_[1] & 0x7FU;
        payload_left_ = length < 126 ? length : 0;
        const std::size_t extended = length == 127 ? 8 : length == 126 ? 2 : 0;
        for (std::size_t i = 0; i < extended; ++i) payload_left_ = payload_left_ << 8 | head_[2 + i];
        const bool is_control = (head_[0] & 0x08U) != 0;
        const auto opcode = static_cast<WebSocketOpcode>(head_[0] & 0x0FU);
        closed_ = closed_ || opcode == WebSocketOpcode::close;
        if (!is_control) in_message_ = (head_[0] & 0x80U) == 0;  // else it stands between the frames of a message
        head_size_ = 0;
    }

    std::uint64_t payload_left_ = 0;
    std::array<unsigned char, 14> head_{};
    std::uint8_t head_size_ = 0;
    bool in_message_ = false, closed_ = false;
};

}  // namespace libnet::inline v0::wire
