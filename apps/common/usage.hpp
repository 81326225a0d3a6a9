#pragma once
// The texts of --help and --version.

#include <libnet/config.hpp>

#include <boost/version.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <ares_version.h>

#if defined(LIBNETXX_TLS)
#  include <openssl/opensslv.h>
#endif

namespace libnet::apps {

/// What --help shows. It should fit a screen of 24 lines with 80 columns: one line per option, so keep help short. What
/// few people need stands in rare groups, which --help-all shows.
struct Usage {
    struct Line {
        std::string flags, help;
        std::string names{}, placeholder{};  ///< as Options has them; no placeholder: it is a switch
        bool adds_up = false;                ///< several of it add up
    };
    struct Group {
        std::string title;
        std::vector<Line> lines = {};
        bool rare = false;  ///< shown by --help-all only
    };
    std::string program, operands, summary;
    std::vector<Group> groups = {};
    std::vector<std::string> notes = {};  ///< of a line each, shown by --help-all only
    std::vector<std::string> examples = {};
};

/// "-c, --count N" from "count,c" and "N"; "--config FILE" is indented as far as options that have a letter.
inline std::string flags_text(std::string_view names, std::string_view placeholder)
{
    const auto comma = names.find(',');
    const auto letter = comma == names.npos ? std::string(4, ' ') : fmt::format("-{}, ", names.substr(comma + 1));
    return fmt::format("{}--{}{}{}", letter, names.substr(0, comma), placeholder.empty() ? "" : " ", placeholder);
}

inline std::string help_text(const Usage& usage, bool all = false)
{
    std::size_t width = 0, rare_width = 0;  // rare options may be long, and shall not move the others
    for (const auto& group : usage.groups)
        for (const auto& line : group.lines) {
            auto& widest = group.rare ? rare_width : width;
            widest = std::max(widest, line.flags.size());
        }

    auto text = fmt::format("Usage: {} [OPTION]...{}{}\n{}\n", usage.program, usage.operands.empty() ? "" : " ",
                            usage.operands, usage.summary);
    for (const auto& group : usage.groups) {
        if (group.rare && !all) continue;
        text += fmt::format("{}:\n", group.title);
        for (const auto& line : group.lines)
            text += fmt::format("  {:<{}}  {}\n", line.flags, group.rare ? rare_width : width, line.help);
    }
    for (const auto& note : usage.notes)
        if (all) text += note + '\n';
    for (const auto& example : usage.examples) text += fmt::format("Example: {}\n", example);
    return text;
}

#if defined(LIBNETXX_TLS)
constexpr std::string_view tls_version = ", OpenSSL " OPENSSL_VERSION_STR;
#else
constexpr std::string_view tls_version = ", no TLS";
#endif

#if defined(LIBNET_SECCOMP)
constexpr std::string_view seccomp_version = ", seccomp";
#else
constexpr std::string_view seccomp_version = "";
#endif

/// One line: who this is, and the versions of what it was built with.
inline std::string version_text(std::string_view program)
{
    return fmt::format("{} (libnet {}) Boost {}.{}.{}, c-ares {}{}{}, fmt {}.{}.{}\n", program, LIBNETXX_VERSION,
                       BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100, ARES_VERSION_STR,
                       tls_version, seccomp_version, FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100);
}

}  // namespace libnet::apps
