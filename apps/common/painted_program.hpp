#pragma once
// What a program needs that draws on a terminal and obeys keys: the screen, the keys, the signals.

#include <apps/common/screen.hpp>
#include <apps/common/terminal_keys.hpp>
#include <libnet/io/loop/on_signal.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <csignal>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace libnet::apps {

namespace asio = boost::asio;

/// What a program does when the terminal asks for it.
struct PaintedCalls {
    std::function<void()> paint;  ///< the terminal has another size, or is ours again
    std::function<void(Key)> on_key;
    std::function<void()> on_hang_up;   ///< the terminal is gone: told once
    std::vector<int> ended_by{SIGHUP};  ///< signals that end the program at once, but for those that it ignores
};

/// The terminal is the program's as long as this lives. A shell finds its own screen when the program is stopped (Ctrl-Z),
/// and the program its own when it goes on.
class PaintedProgram {
public:
    /// @throws std::runtime_error the terminal can't be drawn on (screen_obstacle)
    PaintedProgram(const asio::any_io_executor& executor, PaintedCalls calls)
        : calls_{std::move(calls)},
          resized_{executor, SIGWINCH, [this] { on_resize(); }},
          suspended_{executor, SIGTSTP, [this] { on_suspend(); }},
          keys_{executor, [this] { on_keys(); }, calls_.on_hang_up}
    {
        for (const int signal : calls_.ended_by)
            if (!is_ignored(signal)) deadly_.emplace_back(executor, signal, [this, signal] { end_by(signal); });
    }
    ~PaintedProgram() { *alive_ = false; }
    PaintedProgram(const PaintedProgram&) = delete;
    PaintedProgram& operator=(const PaintedProgram&) = delete;

    void show(std::span<const ScreenLine> lines) { screen_.draw(lines); }
    TerminalSize size() const { return screen_.size(); }
    bool has_keys() const { return screen_.has_keys(); }

private:
    static bool is_ignored(int signal)
    {
        struct sigaction now {};
        ::sigaction(signal, nullptr, &now);
        return now.sa_handler == SIG_IGN;
    }

    /// The terminal is as it was by then.
    void end_by(int signal)
    {
        screen_.leave();
        std::signal(signal, SIG_DFL);
        std::raise(signal);
    }

    void on_keys()
    {
        const auto alive = alive_;  // a key may end us
        const auto on_key = calls_.on_key;
        while (*alive) {
            const auto key = screen_.key();
            if (!key) return;
            on_key(*key);
        }
    }

    void on_resize()
    {
        screen_.resize();
        calls_.paint();
    }

    void on_suspend()
    {
        screen_.leave();
        std::raise(SIGSTOP);
        screen_.enter();
        calls_.paint();
    }

    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    PaintedCalls calls_;
    io::OnSignal resized_, suspended_;  // before the screen: ncursesw handles only what nothing else does
    Screen screen_;
    std::list<io::OnSignal> deadly_;
    TerminalKeys keys_;
};

}  // namespace libnet::apps
