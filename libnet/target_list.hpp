#pragma once
// Lists of hosts in files: a name, an address or a range on each line.

#include <libnet/base/printable.hpp>
#include <libnet/base/text.hpp>
#include <libnet/base/utf8.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <istream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0 {

/// What a list holds: hosts, and an error for each line that is none.
struct TargetList {
    std::vector<std::string> hosts;       ///< one for each line
    std::vector<std::string> complaints;  ///< why lines are left out
};

/// No name, address or range has other characters, or more of them.
inline bool may_be_target(std::string_view text)
{
    constexpr std::size_t longest = 255;
    constexpr std::string_view marks = "._-:/%[]";
    if (text.size() > longest) return false;
    while (!text.empty()) {
        const char c = text.front();
        const bool allowed =
            base::is_digit(c) || (base::to_lower(c) >= 'a' && base::to_lower(c) <= 'z') || marks.find(c) != marks.npos;
        const auto length = base::visible_length(text);
        if (!allowed && length < 2) return false;  // other letters may be those of a name: the look-up will tell
        text.remove_prefix(length);
    }
    return true;
}

/// Reads a list. A byte order mark in front of it, as editors on Windows write it, empty lines, blanks around a host
/// and what follows a # are left out.
inline TargetList read_target_list(std::istream& in, std::string_view name)
{
    TargetList list;
    std::string line;
    for (std::size_t number = 1; std::getline(in, line); ++number) {
        constexpr std::string_view blanks = " \t\r";
        std::string_view host{line};
        if (number == 1 && host.starts_with("\xEF\xBB\xBF")) host.remove_prefix(3);
        host = host.substr(0, host.find('#'));
        const auto first = host.find_first_not_of(blanks);
        if (first == host.npos) continue;
        host = host.substr(first, host.find_last_not_of(blanks) - first + 1);
        if (may_be_target(host)) list.hosts.emplace_back(host);
        else
            list.complaints.push_back(std::string{name} + ':' + std::to_string(number) + ": '" + base::printable(host) +
                                      "' is no host: give a name, an address or a range");
    }
    return list;
}

/// Reads the list in a file, or on standard input for "-". Throws std::runtime_error in words
/// when it can't be read.
inline TargetList read_target_file(const std::string& name)
{
    if (name == "-") return read_target_list(std::cin, "standard input");
    std::ifstream file{name};
    auto list = read_target_list(file, base::printable(name));
    if (!file.eof()) throw std::runtime_error{base::printable(name) + ": " + std::strerror(errno)};
    return list;
}

}  // namespace libnet::inline v0
