#pragma once
// What iputils' ping prints first, as its release 20250605 has it.

#include <regex>
#include <string>

namespace libnet::test {

/// Debian 12 has release 20221126, whose first line for IPv6 is "PING alpha(alpha.example (fd00::2)) 56 data bytes": without
/// a space, and with the address looked up. Release 20250605 has "PING alpha (fd00::2) 56 data bytes", as for IPv4, and so
/// have we. This makes the one of the other; whatever else is in the text stays.
inline std::string with_newer_header(const std::string& text)
{
    static const std::regex older{R"(PING ([^ (]+)\((?:[^ ()]+ \()?([0-9A-Fa-f:.%a-z]+)\)?\) )"};
    return std::regex_replace(text, older, "PING $1 ($2) ", std::regex_constants::format_first_only);
}

}  // namespace libnet::test
