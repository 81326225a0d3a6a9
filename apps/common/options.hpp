#pragma once
// One table of options per program. It is read from flags, environment variables and a configuration file, in this
// order of precedence, and every mistake ends in one line that says what is wrong and what would do.
//
//   int main(int argc, char** argv)
//   {
//       libnet::PingOptions options;
//       std::vector<std::string> hosts;
//       bool quiet = false;
//       apps::Options table{"ping++", "HOST...", "Sends ICMP echo requests and shows what comes back."};
//       table.group("Probes")
//           .value("count,c", "N", "stop after N probes (default: never)", apps::integer<std::uint64_t>(1), options.count)
//           .value("interval,i", "SECONDS", "between two probes (1)", apps::seconds(1ms, 1h), options.interval);
//       table.group("Output").flag("quiet,q", "only the summary", quiet);
//       table.operands("HOST", hosts, 1, 100).example("ping++ -c 3 127.0.0.1");
//       if (const auto exit_code = table.read(argc, argv)) return *exit_code;
//       ...
//
// Every option with the long name `some-name` of a program `prog++` is known as
//   --some-name VALUE, --some-name=VALUE, -s VALUE, -sVALUE   on the command line (switches can be grouped: -qn)
//   PROG_SOME_NAME=VALUE                                      in the environment; an empty one counts as unset
//   some-name = VALUE                                         in the file that --config or PROG_CONFIG names
// and, where the program takes such sections, a line below "[kind NAME]" in that file, which is about NAME only.
// A switch has no value on the command line, and yes or no elsewhere. Where an option is given twice in one place, the
// last one counts. A value that is overridden is not looked at. Those of a `list` add up, over all the places. All mistakes that
// can be found are told at once, a line for each.

#include <apps/common/completion.hpp>
#include <apps/common/faults.hpp>
#include <apps/common/man_page.hpp>
#include <apps/common/option_sources.hpp>
#include <apps/common/option_text.hpp>
#include <apps/common/option_values.hpp>
#include <apps/common/output.hpp>
#include <apps/common/usage.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace libnet::apps {

/// The options of a program, with the variables that they set. Defaults are what the variables hold before `read`.
class Options {
public:
    /// `operands` is what the usage line shows: "HOST...", "[ROOT]", or nothing. `summary` is one sentence.
    Options(std::string program, std::string operands, std::string summary)
        : usage_{std::move(program), std::move(operands), std::move(summary)}
    {}

    /// Starts a group, which is a heading in the help.
    Options& group(std::string title)
    {
        usage_.groups.push_back({std::move(title), {}, false});
        return *this;
    }

    /// Starts a group that --help-all shows, and --help doesn't.
    Options& rare_group(std::string title)
    {
        usage_.groups.push_back({std::move(title), {}, true});
        return *this;
    }

    /// Adds an option with a value. `names` is "long" or "long,s". `read` (apps/common/option_values.hpp) turns its text into
    /// a value for `target`; a duration is cut to the target's unit.
    template <typename Reader, typename Target>
    Options& value(std::string names, std::string placeholder, std::string help, Reader read, Target& target)
    {
        return add(
            std::move(names), std::move(placeholder), std::move(help),
            [read = std::move(read), &target](std::string_view text) { assign(target, read(text)); },
            [&target] { return option_text(target); });
    }

    /// Adds an option that can be given several times: each value is added to `target`.
    template <typename Reader, typename Item>
    Options& list(std::string names, std::string placeholder, std::string help, Reader reader,
                  std::vector<Item>& target)
    {
        add(std::move(names), std::move(placeholder), std::move(help),
            [reader = std::move(reader), &target](std::string_view text) { target.push_back(reader(text)); });
        lists_.push_back(names_.back().long_name());
        usage_.groups.back().lines.back().adds_up = true;
        return *this;
    }

    /// Adds a switch that sets `target` to true, or, with "no" in a file or the environment, to false.
    Options& flag(std::string names, std::string help, bool& target)
    {
        return add(
            std::move(names), "", std::move(help), [&target](std::string_view text) { target = yes_or_no(text); },
            [&target] { return option_text(target); });
    }

    /// Adds a switch that sets `target` to `value`, such as -4 and -6. Of several for one target, the last one counts.
    /// "no" takes that back: `target` is then what it is now.
    template <typename Target>
    Options& flag(std::string names, std::string help, Target& target, std::type_identity_t<Target> value)
    {
        return add(std::move(names), "", std::move(help),
                   [&target, value = std::move(value), otherwise = target](std::string_view text) {
                       if (yes_or_no(text)) target = value;
                       else if (target == value) target = otherwise;
                   });
    }

    /// Takes `least` to `most` operands, which messages call `name`.
    Options& operands(std::string name, std::vector<std::string>& target, std::size_t least, std::size_t most)
    {
        operands_ = {std::move(name), &target, least, most};
        return *this;
    }

    /// Lets the configuration file have sections "[kind ARGUMENT]". `take` gets each of them, in their order, when
    /// everything else is set, and may throw a UsageError. `note` tells of them in --help-all.
    Options& sections(std::string kind, std::string note, std::function<void(const Section&)> take)
    {
        usage_.notes.push_back(std::move(note));
        sections_.push_back({std::move(kind), std::move(take)});
        return *this;
    }

    /// Sets the variables of a table that is about a section: the program's own table knows nothing of its options.
    /// @throws UsageError  one of them is unknown, or isn't valid
    void set(const Section& section) const
    {
        Faults faults;
        apply(section.settings, faults);
        faults.raise();
    }

    /// Adds a command to the help's examples.
    Options& example(std::string command)
    {
        usage_.examples.push_back(std::move(command));
        return *this;
    }

    /// Reads command line, environment and configuration file into the variables, once.
    /// @throws UsageError  what is wrong with them
    void load(const std::vector<std::string>& arguments)
    {
        if (!has_common_) add_common();
        Faults faults;
        load(read_command_line(usage_.program, names_, arguments, faults), faults);
        faults.raise();
    }

    /// Does what a program makes of the values of these options, and notes what that throws, with the place of the first of them
    /// that was given, or of the one that an OptionError names. It isn't done where one of them is wrong in itself.
    template <typename Work>
    void attempt(Faults& faults, const std::vector<std::string_view>& options, Work&& work) const
    {
        if (std::ranges::any_of(options, [this](std::string_view option) { return is_wrong(option); })) return;
        try {
            work();
        } catch (const OptionError& error) {
            faults.add(error, place_of(error.option));
        } catch (const std::exception& error) {
            const auto given = std::ranges::find_if(
                options, [this](std::string_view option) { return last_of(given_, option) != nullptr; });
            faults.add(error, given == options.end() ? std::string{} : place_of(*given));
        }
    }

    /// The same for each value of a list; `work` gets its index.
    template <typename Work>
    void attempt_each(Faults& faults, std::string_view list, std::size_t count, Work&& work) const
    {
        for (std::size_t i = 0; i < count; ++i) {
            try {
                work(i);
            } catch (const std::exception& error) {
                faults.add(error, place_of(list, i));
            }
        }
    }

    /// Whether everything that was given, wherever, is what another table was given. With `prefix`: all options whose names
    /// begin so.
    bool same_as(const Options& other, std::string_view prefix = {}) const
    {
        const auto values = [prefix](const Options& table) {
            std::vector<std::pair<std::string, std::string>> texts;
            for (const auto& setting : table.given_)
                if (setting.option.starts_with(prefix)) texts.emplace_back(setting.option, setting.text);
            return texts;
        };
        if (values(*this) != values(other)) return false;
        return !prefix.empty() ||
               (given_operands_ == other.given_operands_ && given_sections_ == other.given_sections_);
    }

    /// Whether an option was given the same values.
    bool same_option(const Options& other, std::string_view name) const { return given(name) == other.given(name); }

    /// The values that an option was given, the one that counts last.
    std::vector<std::string> given(std::string_view name) const
    {
        std::vector<std::string> texts;
        for (const auto& setting : given_)
            if (setting.option == name) texts.push_back(setting.text);
        return texts;
    }

    /// What is in force and where each value comes from, as a configuration file.
    std::string config_text() const
    {
        auto text = fmt::format("# {}: what is in force, and where it comes from\n", usage_.program);
        for (const auto& operand : given_operands_) text += fmt::format("# operand: {}\n", printable(operand));
        for (std::size_t i = 0; i < names_.size(); ++i)
            if (!names_[i].only_on_command_line()) text += config_lines(i);
        for (const auto& section : given_sections_) {
            text += fmt::format("\n[{} {}]  # {}\n", section.kind, section.argument, section.place);
            for (const auto& setting : section.settings) text += config_line(setting);
        }
        return text;
    }

    /// Reads command line, environment and configuration file into the variables.
    ///
    /// Returns nothing when the program shall go on. Otherwise help, version or a complaint has been printed, and the
    /// result is the exit code.
    std::optional<int> read(int argc, const char* const* argv)
    {
        Faults faults;
        if (const auto exit_code = read(argc, argv, faults)) return exit_code;
        if (faults.empty()) return std::nullopt;
        return complain(faults);
    }

    /// The same, but what is wrong with values is not complained of, for a program that looks for more of that.
    std::optional<int> read(int argc, const char* const* argv, Faults& faults)
    {
        add_common();
        try {
            const std::vector<std::string> arguments{argv + (argc > 0 ? 1 : 0), argv + argc};
            if (const auto page = page_for_packages(arguments)) return answer(*page);
            const auto line = read_command_line(usage_.program, names_, arguments, faults);
            const auto is_asked = [&](std::string_view option) {
                return faults.empty() && last_of(line.settings, option) != nullptr;
            };
            if (is_asked("help-all")) return answer(help_text(usage_, true));
            if (is_asked("help")) return answer(help_text(usage_));
            if (is_asked("version")) return answer(version_text(usage_.program));
            load(line, faults);
            if (is_asked("print-config")) return answer(config_text());
            return std::nullopt;
        } catch (const SeveralFaults& error) {
            return complain(error.faults);
        } catch (const std::exception& error) {  // a UsageError
            return complain(error.what());
        }
    }

    /// Prints a line for each, and returns the exit code.
    int complain(const Faults& faults) const
    {
        for (const auto& words : faults.words()) apps::complain(usage_.program, words);
        return faults.exit_code();
    }

    /// Prints "program: message" to standard error and returns the exit code for wrong usage. For what the table can't
    /// see, such as two options that exclude each other.
    int complain(std::string_view message) const
    {
        apps::complain(usage_.program, message);
        return exit_usage;
    }

    /// Prints what the program was asked about itself, such as its help, and returns the exit code.
    int answer(std::string_view text) const
    try {
        print_text(text);
        return 0;
    } catch (const OutputClosed&) {
        return exit_output_closed;
    } catch (const std::system_error& error) {  // a full disk
        return complain(error.what());
    }

private:
    using Setter = std::function<void(std::string_view)>;
    using Shower = std::function<std::optional<std::string>()>;

    struct SectionKind {
        std::string name;
        std::function<void(const Section&)> take;
    };

    struct Operands {
        std::string name;
        std::vector<std::string>* target = nullptr;
        std::size_t least = 0, most = 0;
    };

    template <typename Target, typename Value>
    static void assign(Target& target, Value&& value)
    {
        if constexpr (requires { typename Target::period; }) target = std::chrono::duration_cast<Target>(value);
        else if constexpr (requires { typename Target::value_type::period; })  // an optional duration
            target = std::chrono::duration_cast<typename Target::value_type>(value);
        else target = std::forward<Value>(value);
    }

    Options& add(std::string names, std::string placeholder, std::string help, Setter set, Shower show = {})
    {
        if (usage_.groups.empty()) group("Options");
        usage_.groups.back().lines.push_back({flags_text(names, placeholder), std::move(help), names, placeholder});
        names_.push_back({std::move(names), !placeholder.empty()});
        setters_.push_back(std::move(set));
        defaults_.push_back(show ? show() : std::nullopt);
        return *this;
    }

    void add_common()
    {
        has_common_ = true;
        const auto ignore = [](std::string_view) {};
        const bool rare = std::ranges::any_of(usage_.groups, &Usage::Group::rare);
        group("Common");
        add("config", "FILE",
            fmt::format("lines 'name = value', or set {}=value", variable_name(usage_.program, "name")), ignore);
        add("help,h", "", "show this help", ignore);
        if (rare) add("help-all", "", "show the rarer options, too", ignore);
        add("version,V", "", "show version and features", ignore);
        rare_group("Configuration").add("print-config", "", "show what is in force, and where it comes from", ignore);
    }

    /// The manual page or a shell's completion, where these are all that is asked for. They are for who installs the program,
    /// so that no help shows these two.
    std::optional<std::string> page_for_packages(const std::vector<std::string>& arguments) const
    {
        if (arguments == std::vector<std::string>{"--print-man"}) return man_page(usage_);
        if (arguments.size() != 2 || arguments.front() != "--print-completion") return std::nullopt;
        auto script = completion(usage_, arguments.back());
        if (!script)
            throw UsageError{fmt::format("--print-completion: '{}' is no shell that it is for: give bash, zsh or fish",
                                         printable(arguments.back()))};
        return script;
    }

    static std::string config_line(const Setting& setting)
    {
        std::string text;
        for (const char c : setting.text) text += static_cast<unsigned char>(c) < ' ' ? '?' : c;
        return fmt::format("{:<40}  # {}\n", fmt::format("{} = {}", setting.option, text), setting.place);
    }

    /// The lines of an option: those that count, or what it is by default.
    std::string config_lines(std::size_t index) const
    {
        const auto name = names_[index].long_name();
        std::string lines;
        for (const auto& setting : given_)
            if (setting.option == name && (adds_up(name) || &setting == last_of(given_, name)))
                lines += config_line(setting);
        if (!lines.empty()) return lines;
        if (!defaults_[index]) return fmt::format("# {}: by default\n", name);
        return config_line({name, "default", *defaults_[index]});
    }

    static const Setting* last_of(const Settings& settings, std::string_view option)
    {
        const auto found = std::find_if(settings.rbegin(), settings.rend(),
                                        [&](const Setting& setting) { return setting.option == option; });
        return found == settings.rend() ? nullptr : &*found;
    }

    /// Sets everything, as far as it is valid.
    void load(const CommandLine& line, Faults& faults)
    {
        given_ = with_lower_sources(line.settings, given_sections_, faults);
        apply(given_, faults, &wrong_);
        given_operands_ = line.operands;
        try {
            if (line.has_all_operands) take_operands(line.operands);
        } catch (const UsageError& error) {
            faults.add(error);
        }
        for (const auto& section : given_sections_) {
            try {
                take(section);
            } catch (const UsageError& error) {
                faults.add(error);
            }
        }
    }

    /// The settings of all sources, the highest source last, and the sections of the file.
    Settings with_lower_sources(const Settings& line, std::vector<Section>& sections, Faults& faults) const
    {
        auto settings = read_environment(usage_.program, names_);
        settings.insert(settings.end(), line.begin(), line.end());
        const auto* const config = last_of(settings, "config");
        if (config == nullptr) return settings;
        try {
            auto file = read_file(*config, names_, sections_.empty() ? Sections::none : Sections::some, faults);
            settings.insert(settings.begin(), file.settings.begin(), file.settings.end());
            sections = std::move(file.sections);
        } catch (const UsageError& error) {
            faults.add(error);
        }
        return settings;
    }

    std::vector<OptionName>::const_iterator name_of(const Setting& setting) const
    {
        return std::ranges::find_if(names_, [&](const OptionName& n) { return n.long_name() == setting.option; });
    }

    void take(const Section& section) const
    {
        const auto kind = std::ranges::find(sections_, section.kind, &SectionKind::name);
        if (kind == sections_.end()) throw UsageError{fmt::format("{}: there are no such sections", section.place)};
        kind->take(section);
    }

    bool adds_up(std::string_view option) const { return std::ranges::find(lists_, option) != lists_.end(); }

    /// In their order, so that of two options for one variable (-4 and -6) the one from the higher source wins. `wrong` gets the
    /// indices of those that aren't valid.
    void apply(const Settings& settings, Faults& faults, std::vector<std::size_t>* wrong = nullptr) const
    {
        for (std::size_t i = 0; i < settings.size(); ++i) {
            const auto& setting = settings[i];
            if (!adds_up(setting.option) && &setting != last_of(settings, setting.option)) continue;
            try {
                const auto name = name_of(setting);
                if (name == names_.end()) throw BadValue{"there is no such option in a section"};
                setters_[static_cast<std::size_t>(name - names_.begin())](setting.text);
            } catch (const BadValue& error) {
                faults.add(fmt::format("{}: {}", setting.place, error.what()), exit_usage);
                if (wrong != nullptr) wrong->push_back(i);
            }
        }
    }

    bool is_wrong(std::string_view option) const
    {
        return std::ranges::any_of(wrong_, [&](std::size_t i) { return given_[i].option == option; });
    }

    /// Where an option was given, or the value of a list with this index among the good ones; "--NAME", where it wasn't.
    std::string place_of(std::string_view option, std::size_t index = 0) const
    {
        const bool is_list = adds_up(option);
        for (std::size_t i = 0; i < given_.size(); ++i) {
            if (given_[i].option != option || std::ranges::find(wrong_, i) != wrong_.end()) continue;
            if (is_list ? index-- == 0 : &given_[i] == last_of(given_, option)) return given_[i].place;
        }
        return fmt::format("--{}", option);
    }

    void take_operands(const std::vector<std::string>& given) const
    {
        if (given.size() > operands_.most)
            throw UsageError{fmt::format("unexpected operand '{}': try '{} --help'", printable(given[operands_.most]),
                                         usage_.program)};
        if (given.size() < operands_.least)
            throw UsageError{fmt::format("no {} given: try '{} --help'", operands_.name, usage_.program)};
        if (std::find(given.begin(), given.end(), "") != given.end())
            throw UsageError{fmt::format("{}: '' is empty: try '{} --help'", operands_.name, usage_.program)};
        if (operands_.target != nullptr && !given.empty()) *operands_.target = given;
    }

    Usage usage_;
    std::vector<OptionName> names_;
    std::vector<Setter> setters_;  // of the same index
    std::vector<std::optional<std::string>>
        defaults_;                    // of the same index; nothing: it can't be said, or there is none
    std::vector<std::string> lists_;  // long names of those whose values add up
    std::vector<SectionKind> sections_;
    Operands operands_;
    Settings given_;
    std::vector<std::size_t> wrong_;  // indices of those of `given_` that aren't valid
    std::vector<Section> given_sections_;
    std::vector<std::string> given_operands_;
    bool has_common_ = false;
};

}  // namespace libnet::apps
