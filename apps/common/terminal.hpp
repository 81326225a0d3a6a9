#pragma once
// What a terminal can show.

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <string>

#include <langinfo.h>
#include <unistd.h>

namespace libnet::apps {

inline bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

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
    const std::string before = std::setlocale(LC_CTYPE, nullptr);
    std::setlocale(LC_CTYPE, "");
    const bool utf8 = std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0;
    std::setlocale(LC_CTYPE, before.c_str());  // what else the program prints doesn't depend on it
    return utf8;
}

}  // namespace libnet::apps
