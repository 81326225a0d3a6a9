#pragma once
// What a program needs that paints on a terminal and obeys keys: the screen, the keys, the signals.

#include <apps/common/terminal.hpp>
#include <apps/common/terminal_keys.hpp>
#include <libnet/io/loop/on_signal.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <csignal>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

namespace libnet::apps {

namespace asio = boost::asio;

/// The terminal is the program's as long as this lives. A shell finds its own screen when the program is stopped (Ctrl-Z),
/// and the program its own when it goes on.
class PaintedProgram {
public:
    /// `paint` is called when the terminal has another size, or is ours again.
    PaintedProgram(const asio::any_io_executor& executor, std::function<void()> paint,
                   std::function<void(std::string_view)> on_key)
        : paint_{std::move(paint)},
          screen_{std::in_place},
          keys_{std::in_place, executor, std::move(on_key)},
          resized_{executor, SIGWINCH, [this] { paint_(); }},
          suspended_{executor, SIGTSTP, [this] { on_suspend(); }}
    {}

    void show(std::string_view lines) { screen_->paint(lines); }
    bool has_keys() const { return static_cast<bool>(*keys_); }

private:
    void on_suspend()
    {
        keys_->leave();
        screen_->leave();
        std::raise(SIGSTOP);
        screen_->enter();
        keys_->enter();
        paint_();
    }

    std::function<void()> paint_;
    std::optional<PaintedScreen> screen_;
    std::optional<TerminalKeys> keys_;
    io::OnSignal resized_, suspended_;
};

}  // namespace libnet::apps
