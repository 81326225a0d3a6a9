#pragma once
// A whole terminal that a program draws on: lines go out, keys come in, and it is left as it was found.
//
// Only ncursesw, behind screen.cpp, knows how a terminal is spoken to. Where the programs are built without it,
// screen_none.cpp stands in its place, and there is an obstacle in every case.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace libnet::apps {

/// In character cells.
struct TerminalSize {
    std::size_t columns = 80, lines = 24;
};

/// How a text looks; on a terminal without colours, or with NO_COLOR, as `plain`.
enum class TextStyle : std::uint8_t { plain, dim, red, yellow };

/// A piece of a line: UTF-8 without control characters.
struct StyledText {
    std::string text;
    TextStyle style = TextStyle::plain;
};
using ScreenLine = std::vector<StyledText>;

/// A key that was pressed: the code point of its character, such as Key{'q'}, or one of those that have none.
enum class Key : std::uint32_t { up = 0x110000, down, page_up, page_down, home, end };

/// Why this process can't draw on a terminal, such as "standard output is no terminal"; empty: it can.
std::string screen_obstacle();

/// Standard output's terminal, with its cursor hidden and its keys unseen, as long as this lives. There is one at a time.
class Screen {
public:
    /// @throws std::runtime_error there is an obstacle
    Screen();
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    TerminalSize size() const;
    /// Takes the size that the terminal has now.
    void resize();

    /// Shows these lines and nothing else. What doesn't fit the terminal's size is cut off.
    void draw(std::span<const ScreenLine> lines);

    /// Whether keys come: standard input is a terminal.
    bool has_keys() const;
    /// The next key that was pressed; nothing when there is none at the moment. Waits for nothing, but after an escape
    /// character for the rest of its sequence: 25 ms, unless ESCDELAY says otherwise (ncurses(3)).
    std::optional<Key> key();

    /// Gives the terminal back for another program, and takes it again.
    void leave();
    void enter();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace libnet::apps
