#pragma once
// Where option values come from: the command line, the environment, a configuration file. Each function here reads one
// of them into texts by option name, which remember how the user would call their place. What Boost.Program_options
// throws becomes a UsageError in the manner of the house.

#include <apps/common/option_values.hpp>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::apps {

namespace po = boost::program_options;

/// A mistake of the user. The message is "what: why", ready to stand behind the program's name.
struct UsageError : std::runtime_error {
    using runtime_error::runtime_error;
};

/// What the sources need to know of an option.
struct OptionName {
    std::string names;  ///< "long" or "long,s", as program_options wants them
    bool takes_value;   ///< on the command line; elsewhere every option does

    std::string long_name() const { return names.substr(0, names.find(',')); }
    std::string short_name() const { return names.substr(std::min(names.find(','), names.size() - 1) + 1); }
    /// These three make no sense as a standing setting; and HTTPD_VERSION, say, is taken in well-known containers.
    bool only_on_command_line() const { return names == "config" || names == "help,h" || names == "version,V"; }
};

/// A value for an option, and how the user would call its place: "-c", "--count", "PING_COUNT", "my.conf: count".
struct Setting {
    std::string option;  ///< the long name
    std::string place, text;
};
using Settings = std::vector<Setting>;  // of one option, the last one counts

/// A part of the configuration file that is about one thing: the line "[host www.example.org]" and those below it.
struct Section {
    std::string kind, argument;  ///< "host" and "www.example.org"
    std::string place;           ///< "my.conf: [host www.example.org]"
    Settings settings;
};

struct ConfigFile {
    Settings settings;  ///< above all sections
    std::vector<Section> sections;
};

struct CommandLine {
    Settings settings;
    std::vector<std::string> operands;
};

/// The environment variable of an option: PING_TIMEOUT for --timeout of ping++.
inline std::string variable_name(std::string_view program, std::string_view option)
{
    std::string name{program.substr(0, program.find('+'))};
    name.append("_").append(option);
    for (char& c : name) c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

namespace detail {

inline po::options_description describe(const std::vector<OptionName>& options, bool in_file)
{
    po::options_description description;
    for (const auto& option : options) {
        if (in_file && option.only_on_command_line()) continue;
        // Program_options owns the semantic that it is given.
        if (option.takes_value || in_file) description.add_options()(option.names.c_str(), po::value<std::string>());
        else description.add_options()(option.names.c_str(), new po::untyped_value{true});
    }
    return description;
}

/// What the user did wrong, in words of ours: program_options' own speak of "the required argument for option".
inline std::string in_words(const po::invalid_command_line_syntax& error)
{
    const auto option = printable(error.get_option_name());
    switch (error.kind()) {
    case po::invalid_syntax::missing_parameter:
    case po::invalid_syntax::empty_adjacent_parameter:
        return fmt::format("{}: a value is missing", option);
    case po::invalid_syntax::extra_parameter:
        return fmt::format("{}: it takes no value", option);
    default:
        return printable(error.what());
    }
}

}  // namespace detail

inline CommandLine read_command_line(std::string_view program, const std::vector<OptionName>& options,
                                     const std::vector<std::string>& arguments)
try {
    const auto description = detail::describe(options, false);
    // A guess that works today ("--po" for --port) would break on the day another option begins so.
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    const auto parsed = po::command_line_parser{arguments}.options(description).style(style).run();

    CommandLine line;
    for (const auto& item : parsed.options) {
        if (item.position_key >= 0) {
            // "--=3" is an option without a name, which program_options takes for the operand "3".
            if (item.original_tokens != item.value) throw po::unknown_option{item.original_tokens.front()};
            line.operands.insert(line.operands.end(), item.value.begin(), item.value.end());
            continue;
        }
        const bool typed_long = item.original_tokens.empty() || item.original_tokens.front().starts_with("--");
        const auto option = std::find_if(options.begin(), options.end(),
                                         [&](const OptionName& o) { return o.long_name() == item.string_key; });
        const auto place = typed_long ? fmt::format("--{}", item.string_key) : fmt::format("-{}", option->short_name());
        line.settings.push_back({item.string_key, place, item.value.empty() ? "yes" : item.value.front()});
    }
    return line;
} catch (const po::unknown_option& error) {
    throw UsageError{fmt::format("unknown option '{}': try '{} --help'", printable(error.get_option_name()), program)};
} catch (const po::invalid_command_line_syntax& error) {
    throw UsageError{fmt::format("{}: try '{} --help'", detail::in_words(error), program)};
} catch (const po::error& error) {
    throw UsageError{fmt::format("{}: try '{} --help'", printable(error.what()), program)};
}

inline Settings read_environment(std::string_view program, const std::vector<OptionName>& options)
{
    Settings settings;
    for (const auto& option : options) {
        if (option.only_on_command_line() && option.names != "config") continue;
        const auto variable = variable_name(program, option.long_name());
        const char* const value = std::getenv(variable.c_str());
        if (value != nullptr && *value != '\0') settings.push_back({option.long_name(), variable, value});
    }
    return settings;
}

namespace detail {

/// The section with this header, such as "host www.example.org"; a new one if need be.
inline Section& section_of(std::vector<Section>& sections, const std::string& file, std::string_view header)
{
    header = base::trim(header);
    const auto place = fmt::format("{}: [{}]", printable(file), printable(header));
    const auto known = std::ranges::find(sections, place, &Section::place);
    if (known != sections.end()) return *known;
    const auto kind = header.substr(0, header.find(' '));
    const auto argument = base::trim(header.substr(kind.size()));
    return sections.emplace_back(Section{std::string{kind}, std::string{argument}, place, {}});
}

/// The sections of a file, in their order: program_options tells of those only that have lines, and falls over "[]".
inline std::vector<Section> find_sections(const std::string& text, const std::string& file)
{
    std::vector<Section> sections;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        line.erase(std::min(line.find('#'), line.size()));
        const auto end = line.find_last_not_of(" \t\r");
        const auto begin = line.find_first_not_of(" \t\r");
        if (end == line.npos || line[begin] != '[' || line[end] != ']') continue;
        std::string_view header{line.data() + begin + 1, end - begin - 1};
        if (header.empty()) throw UsageError{fmt::format("{}: '[]' names no section", printable(file))};
        if (header.ends_with('.')) header.remove_suffix(1);  // as program_options does
        section_of(sections, file, header);
    }
    return sections;
}

/// Adds a line of a section, which program_options calls "host www.example.org.root".
inline void add_to_section(std::vector<Section>& sections, const std::string& file, const po::option& item)
{
    const auto dot = item.string_key.rfind('.');
    if (dot == std::string::npos) throw po::unknown_option{item.string_key};
    auto& section = section_of(sections, file, std::string_view{item.string_key}.substr(0, dot));
    const auto name = item.string_key.substr(dot + 1);
    section.settings.push_back({name, fmt::format("{} {}", section.place, printable(name)), item.value.front()});
}

}  // namespace detail

/// Whether a configuration file may have sections.
enum class Sections : std::uint8_t { none, some };

/// Reads the file that the setting `config` names. The lines of sections are not looked at.
inline ConfigFile read_file(const Setting& config, const std::vector<OptionName>& options, Sections sections)
try {
    std::ifstream file{config.text};
    file.peek();  // a directory opens, but can't be read
    if (!file.is_open() || file.bad())
        throw UsageError{
            fmt::format("{}: cannot read '{}': {}", config.place, printable(config.text), std::strerror(errno))};

    std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // a byte order mark, as editors on Windows write it
    ConfigFile read{{}, detail::find_sections(text, config.text)};
    std::istringstream lines{text};
    const auto description = detail::describe(options, true);
    for (const auto& item : po::parse_config_file(lines, description, sections == Sections::some).options) {
        if (item.unregistered) {
            detail::add_to_section(read.sections, config.text, item);
            continue;
        }
        read.settings.push_back(
            {item.string_key, fmt::format("{}: {}", printable(config.text), item.string_key), item.value.front()});
    }
    return read;
} catch (const po::unknown_option& error) {
    throw UsageError{
        fmt::format("{}: unknown option '{}'", printable(config.text), printable(error.get_option_name()))};
} catch (const po::invalid_syntax& error) {
    throw UsageError{
        fmt::format("{}: '{}' is no line like 'name = value'", printable(config.text), printable(error.tokens()))};
} catch (const po::error& error) {
    throw UsageError{fmt::format("{}: {}", printable(config.text), printable(error.what()))};
}

}  // namespace libnet::apps
