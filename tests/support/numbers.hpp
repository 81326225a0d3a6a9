#pragma once
// A text in which every place looks different.

#include <string>

namespace libnet::test {

/// Three megabytes that show when they are cut, repeated or mixed up.
inline const std::string& numbers()
{
    static const std::string text = [] {
        std::string made;
        for (int i = 0; made.size() < 3'000'000; ++i) made += std::to_string(i) + ' ';
        return made;
    }();
    return text;
}

}  // namespace libnet::test
