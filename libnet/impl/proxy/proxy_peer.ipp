#pragma once

#include <libnet/config.hpp>
#include <libnet/impl/proxy/proxy_peer.hpp>

#include <algorithm>

namespace libnet::inline v0::detail {

LIBNETXX_DECL io::Task<ProxyRead> ProxyPeer::read_some(std::span<char> space, std::chrono::milliseconds timeout)
{
    begin(timeout);
    const auto buffer = io::asio::buffer(space.data(), space.size());
    const auto [error, size] = co_await socket_.async_read_some(buffer, io::use_tuple);
    co_return ProxyRead{end(error), size};
}

LIBNETXX_DECL io::Task<boost::system::error_code> ProxyPeer::write(std::array<std::string_view, 4> pieces,
                                                                   std::chrono::milliseconds timeout)
{
    std::array<io::asio::const_buffer, 4> buffers;
    std::ranges::transform(pieces, buffers.begin(), [](std::string_view piece) { return io::asio::buffer(piece); });
    while (io::asio::buffer_size(buffers) > 0) {
        begin(timeout);
        const auto [error, size] = co_await socket_.async_write_some(buffers, io::use_tuple);
        if (const auto failure = end(error)) co_return failure;
        auto written = size;
        for (auto& buffer : buffers) {
            const auto part = std::min(written, buffer.size());
            buffer += part;
            written -= part;
        }
    }
    co_return boost::system::error_code{};
}

LIBNETXX_DECL void ProxyPeer::begin(std::chrono::milliseconds timeout)
{
    ++pending_;
    deadline_.expires_after(timeout);
}

LIBNETXX_DECL boost::system::error_code ProxyPeer::end(boost::system::error_code error)
{
    const bool timed_out = error == io::asio::error::operation_aborted && deadline_.expired();
    if (--pending_ == 0) deadline_.clear();
    return timed_out ? io::asio::error::make_error_code(io::asio::error::timed_out) : error;
}

}  // namespace libnet::inline v0::detail
