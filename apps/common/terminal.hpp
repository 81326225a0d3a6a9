#pragma once
// A terminal that a program paints on: its size, what it can show, and that it is left as it was found.

#include <apps/common/output.hpp>

#include <clocale>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace libnet::apps {

struct TerminalSize {
    std::size_t columns = 80, lines = 24;
};

inline bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

/// That of standard output; 80 by 24 if it doesn't say.
inline TerminalSize terminal_size()
{
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
    return {size.ws_col, size.ws_row};
}

/// Whether colour is wanted: on a terminal, unless the user says no (https://no-color.org).
inline bool may_colour()
{
    const char* const no_color = std::getenv("NO_COLOR");
    const char* const term = std::getenv("TERM");
    const bool dumb = term != nullptr && std::strcmp(term, "dumb") == 0;
    return is_terminal(STDOUT_FILENO) && !dumb && (no_color == nullptr || *no_color == '\0');
}

/// Whether the user's locale is one of UTF-8.
inline bool shows_utf8()
{
    std::setlocale(LC_CTYPE, "");
    const bool utf8 = std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0;
    std::setlocale(LC_CTYPE, "C");  // what else the program prints doesn't depend on it
    return utf8;
}

/// The alternate screen, without a cursor, as long as it lives. Lines are painted over what was there, so that nothing
/// flickers.
class PaintedScreen {
public:
    PaintedScreen() { enter(); }
    ~PaintedScreen() { write_quietly(left); }
    PaintedScreen(const PaintedScreen&) = delete;
    PaintedScreen& operator=(const PaintedScreen&) = delete;

    void enter() { print_text("\x1b[?1049h\x1b[?25l\x1b[2J"); }
    void leave() { print_text(left); }

    /// Each line must fit the screen, and so must all of them.
    void paint(std::string_view lines)
    {
        std::string text = "\x1b[H";
        for (const char c : lines)
            if (c == '\n') text += "\x1b[K\r\n";
            else text += c;
        print_text(text + "\x1b[J");
    }

private:
    static constexpr std::string_view left = "\x1b[?25h\x1b[?1049l";

    /// Where the terminal is gone, there is nothing to restore.
    static void write_quietly(std::string_view text)
    {
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fflush(stdout);
    }
};

}  // namespace libnet::apps
