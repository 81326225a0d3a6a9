#pragma once
// Two streams that many lines go to: each line at once as far as a reader can tell, but not each with a system call.

#include <apps/common/output.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::apps::fping {

namespace asio = boost::asio;

/// Collects text until the program would wait, or there is much of it. What was written to one stream is out before the other
/// one is written to, so that both may lead to one pipe.
class Outlet {
public:
    enum class Stream { out, error };

    explicit Outlet(asio::any_io_executor executor) : executor_{std::move(executor)} {}

    /// Throws OutputClosed where standard output's reader is gone.
    void say(Stream stream, std::string_view text)
    {
        constexpr std::size_t much = 32 * 1024;
        if (stream != stream_) flush();
        stream_ = stream;
        if (text_.empty()) flush_soon();
        text_ += text;
        if (text_.size() > much) flush();
    }
    void out(std::string_view text) { say(Stream::out, text); }
    void error(std::string_view text) { say(Stream::error, text); }

    void flush()
    {
        if (text_.empty()) return;
        const auto text = std::exchange(text_, {});
        if (stream_ == Stream::out) return print_text(text);
        std::fwrite(text.data(), 1, text.size(), stderr);
        std::fflush(stderr);
    }

private:
    void flush_soon()
    {
        asio::post(executor_, [this, alive = std::weak_ptr<int>{alive_}] {
            if (!alive.expired()) flush();
        });
    }

    asio::any_io_executor executor_;
    std::shared_ptr<int> alive_ = std::make_shared<int>();
    Stream stream_ = Stream::out;
    std::string text_;
};

}  // namespace libnet::apps::fping
