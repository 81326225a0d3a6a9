#pragma once
// How far long work has come, on one line of a terminal.

#include <apps/common/terminal.hpp>

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>

#include <unistd.h>

namespace libnet::apps {

/// On standard error, where that is a terminal; else nothing is shown.
class ProgressLine {
public:
    ProgressLine() : wanted_{is_terminal(STDERR_FILENO)} {}
    ~ProgressLine() { clear(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    /// Shows what `make` returns, if the last time is long enough ago.
    void show(const std::function<std::string()>& make)
    {
        if (!wanted_) return;
        const auto now = Clock::now();
        if (now < next_) return;
        next_ = now + std::chrono::milliseconds{200};
        write("\r" + make() + "\x1b[K");
        shown_ = true;
    }

    /// Something else is about to be written.
    void clear()
    {
        if (shown_) write("\r\x1b[K");
        shown_ = false;
    }

private:
    using Clock = std::chrono::steady_clock;

    static void write(const std::string& text)
    {
        std::fwrite(text.data(), 1, text.size(), stderr);
        std::fflush(stderr);
    }

    bool wanted_, shown_ = false;
    Clock::time_point next_{};
};

}  // namespace libnet::apps
