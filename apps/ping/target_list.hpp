#pragma once
// Lists of hosts in files: a name, an address or a range on each line.

#include <apps/common/option_values.hpp>
#include <libnet/base/text.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::apps {

/// What a list holds: hosts, and a complaint for each line that is none.
struct TargetList {
    std::vector<std::string> hosts;
    std::vector<std::string> complaints;
};

/// No name, address or range has other characters, or more of them.
inline bool may_be_target(std::string_view text)
{
    constexpr std::size_t longest = 255;
    constexpr std::string_view marks = "._-:/%";
    const auto allowed = [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               marks.find(c) != marks.npos;
    };
    return text.size() <= longest && std::ranges::all_of(text, allowed);
}

/// Reads a list. Empty lines, blanks around a host and what follows a # are left out.
inline TargetList read_target_list(std::istream& in, std::string_view name)
{
    TargetList list;
    std::string line;
    for (std::size_t number = 1; std::getline(in, line); ++number) {
        constexpr std::string_view blanks = " \t\r";
        std::string_view host{line};
        host = host.substr(0, host.find('#'));
        const auto first = host.find_first_not_of(blanks);
        if (first == host.npos) continue;
        host = host.substr(first, host.find_last_not_of(blanks) - first + 1);
        if (may_be_target(host)) list.hosts.emplace_back(host);
        else
            list.complaints.push_back(fmt::format("{}:{}: '{}' is no host: give a name, an address or a range", name,
                                                  number, printable(host)));
    }
    return list;
}

/// Reads the list in a file, or on standard input for "-". Throws BadValue when it can't be read.
inline TargetList read_target_file(const std::string& name)
{
    if (name == "-") return read_target_list(std::cin, "standard input");
    std::ifstream file{name};
    auto list = read_target_list(file, printable(name));
    if (!file.eof()) throw BadValue{fmt::format("{}: {}", printable(name), std::strerror(errno))};
    return list;
}

}  // namespace libnet::apps
