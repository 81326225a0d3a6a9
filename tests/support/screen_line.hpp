#pragma once
// A line of a screen as text.

#include <apps/common/screen.hpp>

#include <string>

namespace libnet::test {

inline std::string text_of(const apps::ScreenLine& line)
{
    std::string text;
    for (const auto& piece : line) text += piece.text;
    return text;
}

}  // namespace libnet::test
