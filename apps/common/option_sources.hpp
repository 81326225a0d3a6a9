#pragma once
// Where option values come from: the command line, the environment, a configuration file. Each function here reads one
// of them into texts by option name, which remember how the user would call their place. What Boost.Program_options
// throws becomes a UsageError in the manner of the house, or one of the Faults, where the rest can be read all the same.

#include <apps/common/faults.hpp>
#include <apps/common/option_values.hpp>
#include <libnet/io/files/read_text.hpp>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::apps {

namespace po = boost::program_options;

/// What the sources need to know of an option.
struct OptionName {
    std::string names;  ///< "long" or "long,s", as program_options wants them
    bool takes_value;   ///< on the command line; elsewhere every option does

    std::string long_name() const { return names.substr(0, names.find(',')); }
    std::string short_name() const { return names.substr(std::min(names.find(','), names.size() - 1) + 1); }
    /// These make no sense as a standing setting; and HTTPD_VERSION, say, is taken in well-known containers.
    bool only_on_command_line() const
    {
        for (const std::string_view name : {"config", "help,h", "help-all", "version,V", "print-config", "check"})
            if (names == name) return true;
        return false;
    }
};

/// A value for an option, and how the user would call its place: "-c", "--count", "PING_COUNT", "my.conf:3: count".
struct Setting {
    std::string option;  ///< the long name
    std::string place, text;

    bool operator==(const Setting&) const = default;
};
using Settings = std::vector<Setting>;  // of one option, the last one counts

/// A part of the configuration file that is about one thing: the line "[host www.example.org]" and those below it.
struct Section {
    std::string kind, argument;  ///< "host" and "www.example.org"
    std::string place;           ///< "my.conf:7: [host www.example.org]"
    Settings settings;

    bool operator==(const Section&) const = default;
};

struct ConfigFile {
    Settings settings;  ///< above all sections
    std::vector<Section> sections;
};

struct CommandLine {
    Settings settings;
    std::vector<std::string> operands;
    bool has_all_operands = true;  ///< false: which these are can't be said
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

namespace detail {

/// The arguments as program_options sees them.
/// @throws po::error what is wrong with them
inline CommandLine parse_command_line(const std::vector<OptionName>& options, const std::vector<std::string>& arguments)
{
    const auto description = describe(options, false);
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
}

/// Takes the argument with this option away. False: there is none, as "-z" in "-qz".
inline bool remove_option(std::vector<std::string>& arguments, const std::string& option)
{
    const auto found = std::ranges::find_if(arguments, [&option](const std::string& argument) {
        return argument == option || argument.starts_with(option + "=");
    });
    if (found == arguments.end()) return false;
    arguments.erase(found);
    return true;
}

}  // namespace detail

/// Reads the arguments. Unknown options are noted, and the others are read all the same; of operands nothing can be said then,
/// since one of them may be an unknown option's value.
/// @throws UsageError  what is wrong, where it is unclear how the others were meant
inline CommandLine read_command_line(std::string_view program, const std::vector<OptionName>& options,
                                     std::vector<std::string> arguments, Faults& faults)
try {
    bool all_known = true;
    for (;;) {
        try {
            auto line = detail::parse_command_line(options, arguments);
            if (!all_known) line.operands.clear();
            line.has_all_operands = all_known;
            return line;
        } catch (const po::unknown_option& error) {
            const auto option = error.get_option_name();
            faults.add(fmt::format("unknown option '{}': try '{} --help'", printable(option), program), exit_usage);
            all_known = false;
            if (!detail::remove_option(arguments, option)) faults.raise();
        }
    }
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

/// A line of the file that says something, as program_options sees it, and its number, which that doesn't tell.
struct FileLine {
    std::size_t number;
    std::string section;  ///< the header above it, without brackets; empty: above all of them
    std::string text;     ///< without comments and space around it
    bool is_header = false;

    std::string name() const { return std::string{base::trim(std::string_view{text}.substr(0, text.find('=')))}; }
    bool is_setting() const { return !is_header && text.find('=') != std::string::npos; }
};

/// Finds them, but for "[]", over which program_options falls, and what stands below it.
inline std::vector<FileLine> lines_of(const std::string& text, const std::string& file, Faults& faults)
{
    std::vector<FileLine> found;
    std::istringstream lines{text};
    std::string section;
    bool is_nameless = false;
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        line.erase(std::min(line.find('#'), line.size()));
        const auto end = line.find_last_not_of(" \t\r");
        const auto begin = line.find_first_not_of(" \t\r");
        if (end == line.npos) continue;
        const bool is_header = line[begin] == '[' && line[end] == ']';
        if (is_header) {
            std::string_view header{line.data() + begin + 1, end - begin - 1};
            is_nameless = base::trim(header).empty();
            if (is_nameless) {
                faults.add(fmt::format("{}:{}: '[]' names no section", printable(file), number), exit_usage);
                continue;
            }
            if (header.ends_with('.')) header.remove_suffix(1);  // as program_options does
            section = base::trim(header);
        }
        if (is_nameless) continue;
        found.push_back({number, section, line.substr(begin, end - begin + 1), is_header});
    }
    return found;
}

/// The section with the header of this line, such as "host www.example.org"; a new one if need be.
inline Section& section_of(std::vector<Section>& sections, const std::string& file, const FileLine& line)
{
    const std::string_view header = line.section;
    const auto kind = header.substr(0, header.find(' '));
    const auto argument = base::trim(header.substr(kind.size()));
    const auto known = std::ranges::find_if(
        sections, [&](const Section& section) { return section.kind == kind && section.argument == argument; });
    if (known != sections.end()) return *known;
    const auto place = fmt::format("{}:{}: [{}]", printable(file), line.number, printable(header));
    return sections.emplace_back(Section{std::string{kind}, std::string{argument}, place, {}});
}

/// The sections of a file, in their order: program_options tells of those only that have lines.
inline std::vector<Section> find_sections(const std::vector<FileLine>& lines, const std::string& file)
{
    std::vector<Section> sections;
    for (const auto& line : lines)
        if (line.is_header) section_of(sections, file, line);
    return sections;
}

/// Adds a line of a section.
inline void add_to_section(std::vector<Section>& sections, const std::string& file, const FileLine& line,
                           const std::string& value)
{
    auto& section = section_of(sections, file, line);
    const auto name = line.name();
    const auto place =
        fmt::format("{}:{}: [{}] {}", printable(file), line.number, printable(line.section), printable(name));
    section.settings.push_back({name, place, value});
}

/// The text of the file, which is bounded: a file without an end is reported.
inline std::string read_text_of(const Setting& config)
{
    std::string text;
    try {
        text = io::read_text(config.text);
    } catch (const std::invalid_argument& error) {
        throw UsageError{fmt::format("{}: cannot read '{}': {}", config.place, printable(config.text), error.what())};
    }
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // a byte order mark, as editors on Windows write it
    return text;
}

/// What is wrong with a line in itself; empty: nothing. Those of sections are for whom they are about.
inline std::string fault_of(const FileLine& line, const std::vector<OptionName>& options, bool with_sections)
{
    if (line.is_header) return {};
    if (!line.is_setting()) return fmt::format("'{}' is no line like 'name = value'", printable(line.text));
    if (!line.section.empty() && with_sections) return {};
    const auto name = line.section.empty() ? line.name() : line.section + "." + line.name();
    const bool known = std::ranges::any_of(options, [&name](const OptionName& option) {
        return option.long_name() == name && !option.only_on_command_line();
    });
    return known ? std::string{} : fmt::format("unknown option '{}'", printable(name));
}

/// What program_options finds in the lines. It tells of each setting, in their order.
inline ConfigFile settings_of(const std::string& file, const std::vector<FileLine>& lines,
                              const po::options_description& description, bool with_sections)
{
    ConfigFile read{{}, find_sections(lines, file)};
    std::string text;
    for (const auto& line : lines) text += line.text + "\n";
    std::istringstream stream{text};
    auto line = lines.begin();
    for (const auto& item : po::parse_config_file(stream, description, with_sections).options) {
        line = std::find_if(line, lines.end(), [](const FileLine& each) { return each.is_setting(); });
        if (line == lines.end()) throw po::unknown_option{item.string_key};
        const auto& here = *line++;
        if (item.unregistered) add_to_section(read.sections, file, here, item.value.front());
        else
            read.settings.push_back({item.string_key,
                                     fmt::format("{}:{}: {}", printable(file), here.number, item.string_key),
                                     item.value.front()});
    }
    return read;
}

}  // namespace detail

/// Whether a configuration file may have sections.
enum class Sections : std::uint8_t { none, some };

/// Reads the file that the setting `config` names. Lines that can't be read are noted, and left out. The lines of sections are
/// not looked at.
/// @throws UsageError  the file can't be read
inline ConfigFile read_file(const Setting& config, const std::vector<OptionName>& options, Sections sections,
                            Faults& faults)
{
    const auto text = detail::read_text_of(config);
    const auto& file = config.text;
    const bool with_sections = sections == Sections::some;
    auto lines = detail::lines_of(text, file, faults);
    const auto so_far = faults.count();
    std::erase_if(lines, [&](const detail::FileLine& line) {
        const auto fault = detail::fault_of(line, options, with_sections);
        if (!fault.empty()) faults.add(fmt::format("{}:{}: {}", printable(file), line.number, fault), exit_usage);
        return !fault.empty();
    });
    if (!with_sections && faults.count() != so_far)
        std::erase_if(lines, [](const detail::FileLine& line) { return line.is_header; });
    try {
        return detail::settings_of(file, lines, detail::describe(options, true), with_sections);
    } catch (const po::error& error) {
        throw UsageError{fmt::format("{}: {}", printable(file), printable(error.what()))};
    }
}

}  // namespace libnet::apps
