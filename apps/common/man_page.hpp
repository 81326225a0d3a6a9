#pragma once
// The manual page of a program, written from its table of options: man(7), for `--print-man`.

#include <apps/common/option_sources.hpp>
#include <apps/common/usage.hpp>
#include <libnet/config.hpp>

#include <fmt/format.h>

#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>

namespace libnet::apps {

namespace detail {

/// Text of a manual page: nothing in it is a request or an escape. A "-" is one that can be copied, and no hyphen.
inline std::string roff(std::string_view text)
{
    std::string result;
    if (text.starts_with('.') || text.starts_with('\'')) result = "\\&";
    for (const char c : text) {
        if (c == '\\') result += "\\e";
        else if (c == '-') result += "\\-";
        else if (c == '\'') result += "\\(aq";
        else if (c == '^') result += "\\(ha";
        else if (c == '~') result += "\\(ti";
        else if (c == '`') result += "\\(ga";
        else if (c == '\n') result += "\n.br\n";
        else result += c;
    }
    return result;
}

/// In quotation marks, where a macro takes one argument.
inline std::string roff_argument(std::string_view text)
{
    auto result = roff(text);
    for (std::size_t at = 0; (at = result.find('"', at)) != result.npos; at += 4) result.replace(at, 1, "\\(dq");
    return '"' + result + '"';
}

inline std::string upper(std::string_view text)
{
    std::string result;
    for (const char c : text) result += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return result;
}

/// "-c, --count N" with its letter, name and value set apart from each other.
inline std::string option_lines(const Usage::Line& line)
{
    const OptionName name{line.names, !line.placeholder.empty()};
    std::string text = ".TP\n.B ";
    if (line.names.find(',') != line.names.npos) text += fmt::format("\\-{}, ", roff(name.short_name()));
    text += fmt::format("\\-\\-{}", roff(name.long_name()));
    if (!line.placeholder.empty()) text += fmt::format(" \\fI{}\\fP", roff(line.placeholder));
    return text + '\n' + roff(line.help) + '\n';
}

inline std::string man_places(const Usage& usage)
{
    const auto variable = variable_name(usage.program, "some-name");
    return fmt::format(
        ".SH ENVIRONMENT\nThe option {0} is also the variable {1}; empty counts as unset. "
        "A switch has yes or no there. The command line outdoes it.\n"
        ".SH FILES\nIn the file of \\fB\\-\\-config\\fP or {2}, it is a line \\(lqsome\\-name = VALUE\\(rq; "
        "# begins a comment. The environment outdoes it. \\fB\\-\\-print\\-config\\fP shows what is in "
        "force, and where it comes from.\n",
        "\\fB\\-\\-some\\-name\\fP", roff(variable), roff(variable_name(usage.program, "config")));
}

}  // namespace detail

/// The whole page, all groups of options in it.
inline std::string man_page(const Usage& usage)
{
    using detail::roff, detail::roff_argument;
    auto text = fmt::format(
        ".TH {} 1 \"\" {} \"User Commands\"\n.SH NAME\n{} \\- {}\n", roff_argument(detail::upper(usage.program)),
        roff_argument(fmt::format("libnet {}", LIBNETXX_VERSION)), roff(usage.program), roff(usage.summary));
    text += fmt::format(".SH SYNOPSIS\n.B {}\n[\\fIOPTION\\fP]...", roff(usage.program));
    if (!usage.operands.empty()) text += fmt::format(" \\fI{}\\fP", roff(usage.operands));
    text += fmt::format("\n.SH DESCRIPTION\n{}\n.SH OPTIONS\n", roff(usage.summary));
    for (const auto& group : usage.groups) {
        text += fmt::format(".SS {}\n", roff_argument(group.title));
        for (const auto& line : group.lines) text += detail::option_lines(line);
    }
    text += detail::man_places(usage);
    if (!usage.notes.empty()) text += ".SH NOTES\n";
    for (const auto& note : usage.notes) text += fmt::format("{}\n.PP\n", roff(note));
    if (!usage.examples.empty()) text += ".SH EXAMPLES\n";
    for (const auto& example : usage.examples) text += fmt::format(".PP\n.B {}\n", roff_argument(example));
    return text;
}

}  // namespace libnet::apps
