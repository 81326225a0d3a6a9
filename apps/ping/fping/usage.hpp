#pragma once
// fping -h and -v: programs look for options in the help, as " -S, ".

#include <apps/common/output.hpp>
#include <apps/ping/getopt_table.hpp>
#include <libnet/config.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace libnet::apps::fping {

inline std::string usage_line(const GetoptTable::Entry& entry)
{
    constexpr std::size_t widest = 21;
    auto names = entry.letter != 0 ? fmt::format("-{}", entry.letter) : std::string{"   "};
    if (!entry.word.empty()) names += fmt::format("{}--{}", entry.letter != 0 ? ", " : " ", entry.word);
    if (!entry.placeholder.empty()) names += fmt::format("{}{}", entry.word.empty() ? ' ' : '=', entry.placeholder);
    return fmt::format("   {:<{}} {}\n", names, widest, entry.help);
}

/// The first `probing` options are about what is sent. Throws as print_text does, on standard output.
inline void print_usage(std::FILE* out, const std::string& program, const GetoptTable& table, std::size_t probing)
{
    auto text = fmt::format("Usage: {} [options] [targets...]\n\nProbing options:\n", program);
    for (std::size_t i = 0; i < table.entries().size(); ++i) {
        if (i == probing) text += "\nOutput options:\n";
        text += usage_line(table.entries()[i]);
    }
    if (out == stdout) return print_text(text);
    std::fwrite(text.data(), 1, text.size(), out);
}

/// The version of fping whose options these are, and our own.
inline void print_version(const std::string& program)
{
    print("{}: Version 5.5 (ping++ {})\n", program, LIBNETXX_VERSION);
}

}  // namespace libnet::apps::fping
