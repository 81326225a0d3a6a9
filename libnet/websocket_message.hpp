#pragma once
// A message of a WebSocket, in a buffer that takes no memory while none comes.
//
//   libnet::WebSocketMessage said;
//   for (;; said.clear()) {
//       co_await socket.async_read(said, asio::deferred);
//       std::cout << said.text() << '\n';
//   }

#include <libnet/config.hpp>

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace libnet::inline v0 {

/// A DynamicBuffer (version 1) for `async_read` of a WebSocket. Beast asks each buffer for 1,536 octets before anything has come,
/// and a boost::beast::flat_buffer keeps them while the WebSocket is idle; this one offers 64 of its own, and takes memory for what
/// comes beyond. How large a message may be is WebSocketOptions::max_message. As for a std::string, what throws is `bad_alloc`.
///
/// With `asio::deferred` in place of `asio::use_awaitable` a read has no coroutine of its own: an idle WebSocket is about 1.7 KiB smaller
/// with both.
class WebSocketMessage {
public:
    WebSocketMessage() = default;
    WebSocketMessage(const WebSocketMessage&) = delete;
    WebSocketMessage& operator=(const WebSocketMessage&) = delete;

    using const_buffers_type = boost::asio::const_buffer;      ///< one piece
    using mutable_buffers_type = boost::asio::mutable_buffer;  ///< one piece

    /// What has come. Good until the object is changed.
    std::string_view text() const noexcept
    {
        return more_.empty() ? std::string_view{first_.data(), size_} : std::string_view{more_}.substr(0, size_);
    }

    /// Forgets what has come, and gives its memory back.
    void clear() noexcept
    {
        size_ = 0;
        std::string{}.swap(more_);
    }

    const_buffers_type data() const noexcept { return {text().data(), size_}; }  ///< what has come
    std::size_t size() const noexcept { return size_; }                          ///< octets of it

    /// Octets that it takes; while there is nothing, those that it has room for: Beast asks for no more then.
    std::size_t max_size() const noexcept { return size_ == 0 ? first_.size() : most; }

    std::size_t capacity() const noexcept
    {
        return more_.empty() ? first_.size() : more_.size();
    }  ///< room that is there

    /// Room for so many octets behind what has come.
    /// @throws std::length_error  that is more than a gibibyte in all
    mutable_buffers_type prepare(std::size_t room)
    {
        if (room > most - size_) throw std::length_error{"libnet: a message of a WebSocket is too large"};
        const auto needed = size_ + room;
        if (more_.empty() && needed <= first_.size()) return {first_.data() + size_, room};
        if (more_.empty()) {
            more_.reserve(needed);
            more_.assign(first_.data(), size_);
        }
        if (needed > more_.size()) more_.resize(needed);
        return {more_.data() + size_, room};
    }

    /// So many octets of that room have come.
    void commit(std::size_t octets) noexcept { size_ += octets; }

    /// So many of the first octets are done with.
    void consume(std::size_t octets) noexcept
    {
        octets = std::min(octets, size_);
        if (more_.empty()) std::copy(first_.data() + octets, first_.data() + size_, first_.data());
        else more_.erase(0, octets);
        size_ -= octets;
    }

private:
    static constexpr std::size_t most = std::size_t{1} << 30U;

    std::array<char, 64> first_{};
    std::size_t size_ = 0;
    std::string more_{};  // empty: what has come is in `first_`
};

}  // namespace libnet::inline v0
