#pragma once
// Writes the head of a response: the one place where status lines are written.

#include <libnet/config.hpp>
#include <libnet/io/tcp/byte_buffer.hpp>
#include <libnet/wire/http/http_status.hpp>

#include <array>
#include <charconv>
#include <string_view>

namespace libnet::inline v0::io {

/// Appends to a queue: the status line and what all have first, then each `field`. HttpSession::end_head ends it.
class ResponseHead {
public:
    ResponseHead(ByteBuffer& queue, unsigned status, std::string_view date) : queue_{queue}
    {
        std::array<char, 3> digits;
        std::to_chars(digits.data(), digits.data() + digits.size(), status);
        queue_.append("HTTP/1.1 ");
        queue_.append({digits.data(), digits.size()});
        queue_.append(" ");
        queue_.append(wire::reason_phrase(status));
        queue_.append("\r\nServer: libnet/" LIBNETXX_VERSION "\r\nDate: ");
        queue_.append(date);
        queue_.append("\r\n");
    }

    void field(std::string_view name, std::string_view value)
    {
        queue_.append(name);
        queue_.append(": ");
        queue_.append(value);
        queue_.append("\r\n");
    }

private:
    ByteBuffer& queue_;
};

}  // namespace libnet::inline v0::io
