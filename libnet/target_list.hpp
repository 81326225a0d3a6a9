#pragma once
// Lists of hosts in files: a name, an address or a range on each line.

#include <libnet/base/printable.hpp>
#include <libnet/base/read_line.hpp>
#include <libnet/base/text.hpp>
#include <libnet/base/utf8.hpp>

#include <cerrno>
#include <cstddef>
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

namespace detail {

constexpr std::size_t longest_target_line = 64 * 1024, most_targets = 1'000'000, most_target_complaints = 10'000;

/// As base::read_line; throws std::runtime_error in words for a line that is too long.
inline bool read_target_line(std::istream& in, std::string& line, std::string_view name, std::size_t number)
try {
    return base::read_line(in, line, longest_target_line);
} catch (const std::length_error& error) {
    throw std::runtime_error{std::string{name} + ':' + std::to_string(number) + ": " + error.what() +
                             ": this is no list of hosts"};
}

/// Throws std::runtime_error in words for a list that never ends, or that is none.
inline void check_length(const TargetList& list, std::string_view name)
{
    if (list.hosts.size() > most_targets)
        throw std::runtime_error{std::string{name} + ": more than " + std::to_string(most_targets) +
                                 " lines of hosts: give ranges of addresses"};
    if (list.complaints.size() > most_target_complaints)
        throw std::runtime_error{list.complaints.front() + "; and " + std::to_string(most_target_complaints) +
                                 " other lines, too: this is no list of hosts"};
}

}  // namespace detail

/// Reads a list. A byte order mark in front of it, as editors on Windows write it, empty lines, blanks around a host
/// and what follows a # are left out. Throws std::runtime_error in words for what is no list: a line of more than 64 KiB, a
/// million lines of hosts, ten thousand of something else.
inline TargetList read_target_list(std::istream& in, std::string_view name)
{
    TargetList list;
    std::string line;
    for (std::size_t number = 1; detail::read_target_line(in, line, name, number); ++number) {
        constexpr std::string_view blanks = " \t\r";
        detail::check_length(list, name);
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
