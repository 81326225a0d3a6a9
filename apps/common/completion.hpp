#pragma once
// What shells complete after a program's name, written from its table of options: for `--print-completion`.

#include <apps/common/option_sources.hpp>
#include <apps/common/usage.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::apps {

namespace detail {

/// Of what kind a value or an operand is, as far as a shell can help with it.
enum class ShellWord { other, file, directory, host };

inline ShellWord shell_word(std::string_view placeholder)
{
    const auto has = [placeholder](std::string_view part) { return placeholder.find(part) != placeholder.npos; };
    if (placeholder == "ROOT" || placeholder == "[ROOT]" || has("DIRECTORY")) return ShellWord::directory;
    if (placeholder == "FILE" || placeholder == "FILE|-" || placeholder == "FILE,...") return ShellWord::file;
    if (placeholder.starts_with("HOST") && !has("=")) return ShellWord::host;
    return ShellWord::other;
}

/// The words between two bars of "inside|none|any"; none where it is a name for something else, which is in capitals.
inline std::vector<std::string> choices(std::string_view placeholder)
{
    std::vector<std::string> words;
    if (placeholder.find('|') == placeholder.npos) return words;
    for (std::size_t begin = 0; begin <= placeholder.size();) {
        const auto end = std::min(placeholder.find('|', begin), placeholder.size());
        const auto word = placeholder.substr(begin, end - begin);
        const bool literal = word.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == word.npos && word != "-";
        if (literal && !word.empty()) words.emplace_back(word);
        begin = end + 1;
    }
    return words;
}

/// The options of all groups, with their spellings.
template <typename Visit>
void for_each_option(const Usage& usage, Visit visit)
{
    for (const auto& group : usage.groups)
        for (const auto& line : group.lines) {
            const OptionName name{line.names, !line.placeholder.empty()};
            const bool letter = line.names.find(',') != line.names.npos;
            visit(line, name.long_name(), letter ? name.short_name() : std::string{});
        }
}

/// A shell function's name: "_libnet_ping" of ping++.
inline std::string function_name(const Usage& usage)
{
    return "_libnet_" + usage.program.substr(0, usage.program.find('+'));
}

/// Between single quotes of sh, which nothing but their end interrupts.
inline std::string shell_quoted(std::string_view text)
{
    std::string result = "'";
    for (const char c : text) result += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return result + "'";
}

inline std::string_view bash_action(ShellWord word)
{
    if (word == ShellWord::file) return "compgen -f --";
    if (word == ShellWord::directory) return "compgen -d --";
    return word == ShellWord::host ? "compgen -A hostname --" : "";
}

inline std::string bash_values(const Usage::Line& line)
{
    std::string words;
    for (const auto& choice : choices(line.placeholder)) words += (words.empty() ? "" : " ") + choice;
    if (!words.empty()) return fmt::format("compgen -W {} --", shell_quoted(words));
    return std::string{bash_action(shell_word(line.placeholder))};
}

}  // namespace detail

/// For bash, with nothing but its own builtins.
inline std::string bash_completion(const Usage& usage)
{
    std::string cases, words;
    detail::for_each_option(usage, [&](const Usage::Line& line, const std::string& name, const std::string& letter) {
        words += fmt::format("{}--{}", words.empty() ? "" : " ", name);
        if (line.placeholder.empty()) return;
        const auto values = detail::bash_values(line);
        const auto pattern = letter.empty() ? "--" + name : fmt::format("--{}|-{}", name, letter);
        cases += values.empty()
                     ? fmt::format("    {}) return ;;\n", pattern)
                     : fmt::format("    {}) mapfile -t COMPREPLY < <({} \"$word\"); return ;;\n", pattern, values);
    });
    const auto operands = detail::bash_action(detail::shell_word(usage.operands));
    const auto rest =
        operands.empty() ? std::string{"return"} : fmt::format("mapfile -t COMPREPLY < <({} \"$word\")", operands);
    // "=" is a word of its own in COMP_WORDS: the option of "--name=val" is two words before.
    return fmt::format(
        "# bash completion for {0}\n{1}()\n{{\n    local word=$2 before=$3\n"
        "    if [[ $before == = ]]; then before=${{COMP_WORDS[COMP_CWORD-2]}}; fi\n"
        "    if [[ $word == = ]]; then before=${{COMP_WORDS[COMP_CWORD-1]}} word=; fi\n"
        "    COMPREPLY=()\n    case $before in\n{2}    esac\n"
        "    if [[ $word == -* ]]; then\n        mapfile -t COMPREPLY < <(compgen -W {3} -- \"$word\")\n"
        "    else\n        {4}\n    fi\n}}\ncomplete -o filenames -F {1} {0}\n",
        usage.program, detail::function_name(usage), cases, detail::shell_quoted(words), rest);
}

namespace detail {

/// What zsh's _arguments reads: no colon and no bracket but those that mean something to it.
inline std::string zsh_text(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
        result += c;
    }
    return result;
}

inline std::string zsh_action(std::string_view placeholder)
{
    std::string words;
    for (const auto& choice : choices(placeholder)) words += (words.empty() ? "" : " ") + choice;
    if (!words.empty()) return "(" + words + ")";
    switch (shell_word(placeholder)) {
    case ShellWord::file:
        return "_files";
    case ShellWord::directory:
        return "_files -/";
    case ShellWord::host:
        return "_hosts";
    case ShellWord::other:
        break;
    }
    return " ";
}

}  // namespace detail

/// For zsh's completion system.
inline std::string zsh_completion(const Usage& usage)
{
    using detail::shell_quoted, detail::zsh_text;
    auto text =
        fmt::format("#compdef {}\n# zsh completion for {}\n_arguments -s -S \\\n", usage.program, usage.program);
    detail::for_each_option(usage, [&](const Usage::Line& line, const std::string& name, const std::string& letter) {
        const auto help = fmt::format("[{}]", zsh_text(line.help));
        const auto value = line.placeholder.empty() ? std::string{}
                                                    : fmt::format(":{}:{}", zsh_text(line.placeholder),
                                                                  detail::zsh_action(line.placeholder));
        const auto others = line.adds_up     ? std::string{"*"}
                            : letter.empty() ? std::string{}
                                             : fmt::format("(-{} --{})", letter, name);
        const auto equals = line.placeholder.empty() ? "" : "=";
        text +=
            fmt::format("    {} \\\n", shell_quoted(fmt::format("{}--{}{}{}{}", others, name, equals, help, value)));
        if (letter.empty()) return;
        const auto plus = line.placeholder.empty() ? "" : "+";
        text += fmt::format("    {} \\\n", shell_quoted(fmt::format("{}-{}{}{}{}", others, letter, plus, help, value)));
    });
    if (usage.operands.empty()) return text + "    && return 0\n";
    return text + fmt::format("    {}\n", shell_quoted(fmt::format("*:{}:{}", zsh_text(usage.operands),
                                                                   detail::zsh_action(usage.operands))));
}

/// For fish.
inline std::string fish_completion(const Usage& usage)
{
    const auto fish = [](std::string_view text) {
        std::string result = "'";
        for (const char c : text) {
            if (c == '\'' || c == '\\') result += '\\';
            result += c;
        }
        return result + "'";
    };
    auto text = fmt::format("# fish completion for {}\n", usage.program);
    const auto operand = detail::shell_word(usage.operands);
    if (operand != detail::ShellWord::directory) text += fmt::format("complete -c {} -f\n", usage.program);
    if (operand == detail::ShellWord::host)
        text += fmt::format("complete -c {} -a '(__fish_print_hostnames)'\n", usage.program);
    detail::for_each_option(usage, [&](const Usage::Line& line, const std::string& name, const std::string& letter) {
        text += fmt::format("complete -c {}", usage.program);
        if (!letter.empty()) text += fmt::format(" -s {}", fish(letter));
        text += fmt::format(" -l {} -d {}", name, fish(line.help));
        if (line.placeholder.empty()) {
            text += '\n';
            return;
        }
        const auto word = detail::shell_word(line.placeholder);
        if (word == detail::ShellWord::file) text += " -r -F";
        else if (word == detail::ShellWord::directory) text += " -x -a '(__fish_complete_directories)'";
        else if (word == detail::ShellWord::host) text += " -x -a '(__fish_print_hostnames)'";
        else text += " -x";
        std::string words;
        for (const auto& choice : detail::choices(line.placeholder)) words += (words.empty() ? "" : " ") + choice;
        text += words.empty() ? "\n" : fmt::format(" -a {}\n", fish(words));
    });
    return text;
}

/// The completion for the shell of this name; nullopt: it is none of bash, zsh and fish.
inline std::optional<std::string> completion(const Usage& usage, std::string_view shell)
{
    if (shell == "bash") return bash_completion(usage);
    if (shell == "zsh") return zsh_completion(usage);
    if (shell == "fish") return fish_completion(usage);
    return std::nullopt;
}

}  // namespace libnet::apps
