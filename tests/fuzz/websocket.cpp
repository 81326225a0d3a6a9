// Any octets as what a client says in a WebSocket, with the options that a route sets, and without a socket: whatever they are,
// the handler gets no more than its bound, no text that isn't UTF-8, and its end; and what is said back are whole frames.
//
// The first octet says where the rest is cut into two (its lower seven bits), and whether permessage-deflate is agreed on.

#include <libnet/base/utf8.hpp>
#include <libnet/impl/handlers/websocket_settings.hpp>
#include <libnet/wire/http/websocket_frame.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr std::size_t bound = 512;

void require(bool holds)
{
    if (!holds) std::abort();
}

bool is_utf8(std::string_view text)
{
    while (!text.empty()) {
        const auto size = libnet::base::utf8_length(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

/// The connection of a client that says something, something more when that was taken, and then no more.
class Script final : public libnet::detail::HandedOctets {
public:
    Script(asio::io_context& io, std::string_view first, std::string_view second)
        : HandedOctets{io.get_executor()},
          now_{first},
          later_{second}
    {}

    Moved receive(asio::mutable_buffer room) override
    {
        if (now_.empty() && !later_.empty()) {
            now_ = later_;
            later_ = {};
            asio::post(executor(), [this] { changed.cancel(); });
            return {asio::error::try_again};
        }
        if (now_.empty() || closed_) return {asio::error::eof};
        const auto size = std::min(room.size(), now_.size());
        std::memcpy(room.data(), now_.data(), size);
        now_.remove_prefix(size);
        return {{}, size};
    }
    std::size_t put(asio::const_buffer octets) override
    {
        said.append(static_cast<const char*>(octets.data()), octets.size());
        return octets.size();
    }
    boost::system::error_code send() override { return {}; }
    void end() noexcept override {}
    void close() noexcept override { closed_ = true; }
    void begin_frames(std::chrono::milliseconds) override {}
    Pushed push(const Frame&, std::size_t) override { return Pushed::over; }
    void give_up(boost::system::error_code) noexcept override { closed_ = true; }

    std::string said;

private:
    std::string_view now_, later_;
    bool closed_ = false;
};

/// Echoes what comes, until it ends.
asio::awaitable<void> echo(std::shared_ptr<Script> script, libnet::WebSocketOptions options)
{
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    libnet::HttpConnectionStream stream{script};
    libnet::WebSocket socket{std::move(stream)};
    libnet::detail::set_up(socket, options, {});
    http::request<http::string_body> request{http::verb::get, "/live", 11};
    request.set(http::field::host, "fuzz");
    request.set(http::field::connection, "Upgrade");
    request.set(http::field::upgrade, "websocket");
    request.set(http::field::sec_websocket_version, "13");
    request.set(http::field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
    if (options.compress) request.set(http::field::sec_websocket_extensions, "permessage-deflate");
    const auto [refused] = co_await socket.async_accept(request, token);
    require(!refused);
    script->said.clear();
    for (boost::beast::flat_buffer message;; message.clear()) {
        const auto [failed, size] = co_await socket.async_read(message, token);
        if (failed) co_return;
        require(message.size() <= bound);
        const auto text = boost::beast::buffers_to_string(message.data());
        require(!socket.got_text() || is_utf8(text));
        socket.text(socket.got_text());
        const auto [unsent, sent] = co_await socket.async_write(message.data(), token);
        if (unsent) co_return;
    }
}

/// What the server says to it.
std::string talk(std::string_view first, std::string_view second, bool compresses)
{
    asio::io_context io{1};
    const auto script = std::make_shared<Script>(io, first, second);
    libnet::WebSocketOptions options;
    options.max_message = bound;
    options.compress = compresses;
    bool over = false;
    auto echoing = echo(script, options);
    asio::co_spawn(io, std::move(echoing), [&over](std::exception_ptr failure) {
        require(!failure);
        over = true;
    });
    while (!over) require(io.run_one_for(std::chrono::seconds{20}) > 0);
    return script->said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2 || size > 16 * 1024) return 0;
    const std::string_view octets{reinterpret_cast<const char*>(data) + 1, size - 1};
    const auto cut = (data[0] & 0x7FU) % octets.size();
    const auto said = talk(octets.substr(0, cut), octets.substr(cut), (data[0] & 0x80U) != 0);
    libnet::wire::WebSocketFollower follower;
    follower.add(said);
    require(follower.closed() || follower.between_messages());
    return 0;
}
