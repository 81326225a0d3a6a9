#pragma once
// The keys that are pressed while a program paints on a terminal.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include <termios.h>
#include <unistd.h>

namespace libnet::apps {

namespace asio = boost::asio;

/// Takes keys from standard input one by one, unseen, as long as it lives; none where that is no terminal, or not ours
/// at the moment. Ctrl-C and its like stay signals.
class TerminalKeys {
public:
    /// `on_key` gets a letter, or the sequence of a key like the cursor's: "\x1b[A" is up, "\x1b[6~" page down.
    TerminalKeys(const asio::any_io_executor& executor, std::function<void(std::string_view key)> on_key)
        : on_key_{std::move(on_key)},
          input_{executor}
    {
        if (::tcgetpgrp(STDIN_FILENO) != ::getpgrp()) return;
        termios found{};
        if (::tcgetattr(STDIN_FILENO, &found) != 0) return;
        found_ = found;
        // Only waited for, never made non-blocking: standard output is the same terminal.
        input_.assign(::dup(STDIN_FILENO));
        enter();
        wait();
    }
    ~TerminalKeys() { leave(); }
    TerminalKeys(const TerminalKeys&) = delete;
    TerminalKeys& operator=(const TerminalKeys&) = delete;

    /// Gives the terminal back as it was found, for another program; and takes it again.
    void leave() const
    {
        if (found_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &*found_);
    }
    void enter() const
    {
        if (!found_) return;
        termios raw = *found_;
        raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    }

    /// Keys work.
    explicit operator bool() const { return found_.has_value(); }

private:
    void wait()
    {
        input_.async_wait(asio::posix::descriptor_base::wait_read, [this](boost::system::error_code error) {
            std::array<char, 64> typed;
            if (error) return;
            const auto size = ::read(STDIN_FILENO, typed.data(), typed.size());
            if (size <= 0) return;  // the terminal is gone
            wait();                 // before a key ends us
            tell({typed.data(), static_cast<std::size_t>(size)});
        });
    }

    /// One by one: ESC "[" up to a letter or "~" is one key.
    void tell(std::string_view typed) const
    {
        const auto on_key = on_key_;  // a key may end us
        while (!typed.empty()) {
            std::size_t size = 1;
            if (typed.starts_with("\x1b[")) {
                const auto end = typed.find_first_not_of("0123456789;", 2);
                size = end == typed.npos ? typed.size() : end + 1;
            }
            const auto key = typed.substr(0, size);
            typed.remove_prefix(size);
            on_key(key);
        }
    }

    std::function<void(std::string_view)> on_key_;
    std::optional<termios> found_;
    asio::posix::stream_descriptor input_;
};

}  // namespace libnet::apps
