// A terminal by ncursesw: curs_initscr(3NCURSES), curs_get_wch(3NCURSES), resizeterm(3NCURSES), terminfo(5).

#include <apps/common/screen.hpp>
#include <apps/common/terminal.hpp>
#include <apps/common/terminal_text.hpp>
#include <libnet/base/printable.hpp>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string_view>

#include <sys/ioctl.h>

#define NCURSES_NOMACROS  // functions called erase, move, timeout; and no macros of these names
#include <curses.h>
#include <term.h>
#undef columns  // terminfo's names of numbers
#undef lines

namespace libnet::apps {

namespace {

/// Of these styles: a pair of colours each.
constexpr short red_pair = 1, yellow_pair = 2;

attr_t attributes(TextStyle style)
{
    switch (style) {
    case TextStyle::dim:
        return A_DIM;
    case TextStyle::red:
        return static_cast<attr_t>(::COLOR_PAIR(red_pair));
    case TextStyle::yellow:
        return static_cast<attr_t>(::COLOR_PAIR(yellow_pair));
    case TextStyle::plain:
        break;
    }
    return A_NORMAL;
}

std::optional<Key> named_key(wint_t code)
{
    switch (code) {
    case KEY_UP:
        return Key::up;
    case KEY_DOWN:
        return Key::down;
    case KEY_PPAGE:
        return Key::page_up;
    case KEY_NPAGE:
        return Key::page_down;
    case KEY_HOME:
    case KEY_FIND:
        return Key::home;
    case KEY_END:
    case KEY_SELECT:
        return Key::end;
    default:
        return std::nullopt;
    }
}

/// For a locale that has no other characters.
std::string in_ascii(std::string_view text)
{
    std::string shown;
    for (; !text.empty(); text.remove_prefix(first_character(text).size()))
        shown += first_character(text).size() == 1 && (text[0] & 0x80) == 0 ? text[0] : '?';
    return shown;
}

std::terminate_handler terminate_before = nullptr;

/// An exception that nothing catches unwinds nothing, either: what it says is to be read on a terminal that is restored.
[[noreturn]] void restore_and_terminate()
{
    ::endwin();
    if (terminate_before != nullptr) terminate_before();
    std::abort();
}

}  // namespace

struct Screen::State {
    SCREEN* terminal = nullptr;
    bool utf8 = false, styles = false, keys = false;
};

std::string screen_obstacle()
{
    if (!is_terminal(STDOUT_FILENO)) return "standard output is no terminal";
    const char* const term = std::getenv("TERM");
    if (term == nullptr || *term == '\0') return "TERM isn't set, so what the terminal can do is unknown";
    const auto named = "TERM=" + base::printable(term);
    int known = 0;
    if (::setupterm(term, STDOUT_FILENO, &known) != OK && known != 1)
        return "there is no terminfo entry for " + named + " (Debian has more in ncurses-term)";
    const bool moves = known == 1 && ::tigetstr("cup") != nullptr;
    if (::cur_term != nullptr) ::del_curterm(::cur_term);
    return moves ? "" : "a terminal of " + named + " can't move its cursor";
}

Screen::Screen() : state_{std::make_unique<State>()}
{
    if (const auto obstacle = screen_obstacle(); !obstacle.empty()) throw std::runtime_error{obstacle};
    state_->utf8 = shows_utf8();
    std::setlocale(LC_CTYPE, "");  // ncursesw takes and counts characters by it
    if (std::getenv("ESCDELAY") == nullptr) ::set_escdelay(25);
    state_->terminal = ::newterm(nullptr, stdout, stdin);
    if (state_->terminal == nullptr) throw std::runtime_error{"the terminal can't be drawn on"};
    terminate_before = std::set_terminate(restore_and_terminate);
    state_->keys = is_terminal(STDIN_FILENO);
    ::cbreak();  // Ctrl-C and its like stay signals
    ::noecho();
    ::nonl();
    ::curs_set(0);
    ::keypad(::stdscr, true);
    ::nodelay(::stdscr, true);
    state_->styles = may_colour();
    if (!state_->styles || !::has_colors()) return;
    ::start_color();
    ::use_default_colors();
    ::init_pair(red_pair, COLOR_RED, -1);
    ::init_pair(yellow_pair, COLOR_YELLOW, -1);
}

Screen::~Screen()
{
    ::endwin();
    ::delscreen(state_->terminal);
    std::set_terminate(terminate_before);
    std::setlocale(LC_CTYPE, "C");
}

TerminalSize Screen::size() const
{
    return {static_cast<std::size_t>(std::max(::getmaxx(::stdscr), 1)),
            static_cast<std::size_t>(std::max(::getmaxy(::stdscr), 1))};
}

void Screen::resize()
{
    winsize now{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &now) != 0 || now.ws_col == 0 || now.ws_row == 0) return;
    ::resizeterm(now.ws_row, now.ws_col);
}

void Screen::draw(std::span<const ScreenLine> lines)
{
    ::werase(::stdscr);
    const auto [columns, rows] = size();
    for (std::size_t row = 0; row < std::min(rows, lines.size()); ++row) {
        ::wmove(::stdscr, static_cast<int>(row), 0);
        auto room = columns;  // what goes beyond it would go on in the next line
        for (const auto& piece : lines[row]) {
            const auto fits = std::string{first_of(piece.text, room)};
            room -= std::min(room, display_width(fits));
            const auto shown = state_->utf8 ? fits : in_ascii(fits);
            ::wattrset(::stdscr, static_cast<int>(state_->styles ? attributes(piece.style) : A_NORMAL));
            ::waddnstr(::stdscr, shown.data(), static_cast<int>(shown.size()));
        }
    }
    ::wattrset(::stdscr, static_cast<int>(A_NORMAL));
    ::wrefresh(::stdscr);
}

bool Screen::has_keys() const { return state_->keys; }

std::optional<Key> Screen::key()
{
    constexpr wint_t control_l = 0x0C;  // something else has written on the terminal
    for (;;) {
        wint_t code = 0;
        const int kind = ::wget_wch(::stdscr, &code);
        if (kind == OK && code != control_l) return Key{static_cast<std::uint32_t>(code)};
        if (kind == OK) ::wrefresh(::curscr);
        else if (kind != KEY_CODE_YES) return std::nullopt;
        else if (const auto named = named_key(code)) return named;
    }
}

void Screen::leave() { ::endwin(); }

void Screen::enter()
{
    resize();  // it may be another one by now
    ::clearok(::stdscr, true);
    ::wrefresh(::stdscr);
}

}  // namespace libnet::apps
