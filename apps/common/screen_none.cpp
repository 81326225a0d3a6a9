// The programs are built without ncursesw: there is no screen, and they say so.

#include <apps/common/screen.hpp>
#include <apps/common/terminal.hpp>

#include <stdexcept>

namespace libnet::apps {

struct Screen::State {};

std::string screen_obstacle()
{
    return is_terminal(STDOUT_FILENO) ? "this program was built without ncursesw" : "standard output is no terminal";
}

Screen::Screen() { throw std::runtime_error{screen_obstacle()}; }
Screen::~Screen() = default;
TerminalSize Screen::size() const { return {}; }
void Screen::resize() {}
void Screen::draw(std::span<const ScreenLine>) {}
bool Screen::has_keys() const { return false; }
std::optional<Key> Screen::key() { return std::nullopt; }
void Screen::leave() {}
void Screen::enter() {}

}  // namespace libnet::apps
