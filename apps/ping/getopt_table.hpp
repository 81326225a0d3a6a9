#pragma once
// Options as getopt(3) takes them, for the names under which ping++ stands in for other programs: their scripts know
// nothing of environment variables and configuration files.

#include <libnet/base/printable.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::apps {

/// An option that isn't there, or lacks its value: "invalid option -- 'Z'".
struct GetoptError : std::runtime_error {
    using runtime_error::runtime_error;
};

/// A table of options, short and long. Options and operands may stand in any order; after "--" there are operands only.
/// Every option acts in the order of the command line.
class GetoptTable {
public:
    using Act = std::function<void(const std::string&)>;

    /// `letter` is 0 or `word` empty where there is none; `placeholder` is empty for an option without a value.
    struct Entry {
        char letter = 0;
        std::string_view word, placeholder, help;
        Act act;
    };

    GetoptTable& add(char letter, std::string_view word, std::string_view placeholder, std::string_view help, Act act)
    {
        entries_.push_back(Entry{letter, word, placeholder, help, std::move(act)});
        return *this;
    }

    GetoptTable& flag(char letter, std::string_view word, std::string_view help, bool& target)
    {
        return add(letter, word, {}, help, [&target](const std::string&) { target = true; });
    }

    const std::vector<Entry>& entries() const noexcept { return entries_; }

    /// Performs the options of a command line, and returns its operands. Throws GetoptError, and what an option throws.
    std::vector<std::string> read(const std::vector<std::string>& arguments) const
    {
        std::vector<std::string> operands;
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            const std::string& argument = arguments[i];
            if (argument == "--" || argument.size() < 2 || argument.front() != '-') {
                const bool all = argument == "--";
                const auto from = arguments.begin() + static_cast<std::ptrdiff_t>(i);
                operands.insert(operands.end(), from + (all ? 1 : 0), all ? arguments.end() : from + 1);
                if (all) break;
            } else if (argument[1] == '-' && has_words()) {
                take_word(arguments, i);
            } else {
                take_letters(arguments, i);
            }
        }
        return operands;
    }

private:
    bool has_words() const
    {
        for (const Entry& entry : entries_)
            if (!entry.word.empty()) return true;
        return false;
    }

    [[noreturn]] static void fail(std::string_view what, std::string_view option)
    {
        throw GetoptError{fmt::format("{} -- '{}'", what, base::without_controls(option))};
    }

    /// "--count=3" or "--count 3".
    void take_word(const std::vector<std::string>& arguments, std::size_t& i) const
    {
        const std::string_view text = std::string_view{arguments[i]}.substr(2);
        const auto word = text.substr(0, text.find('='));
        const bool attached = word.size() != text.size();
        for (const Entry& entry : entries_) {
            if (entry.word != word || word.empty()) continue;
            if (entry.placeholder.empty()) {
                if (attached) fail("option takes no arguments", word);
                return entry.act({});
            }
            if (attached) return entry.act(std::string{text.substr(word.size() + 1)});
            if (++i == arguments.size()) fail("option requires an argument", word);
            return entry.act(arguments[i]);
        }
        fail("invalid option", text);
    }

    /// "-qc3", "-qc 3".
    void take_letters(const std::vector<std::string>& arguments, std::size_t& i) const
    {
        const std::string& group = arguments[i];
        for (std::size_t at = 1; at < group.size(); ++at) {
            const Entry& entry = entry_of(group[at]);
            if (entry.placeholder.empty()) {
                entry.act({});
                continue;
            }
            if (at + 1 < group.size()) return entry.act(group.substr(at + 1));
            if (++i == arguments.size()) fail("option requires an argument", {&group[at], 1});
            return entry.act(arguments[i]);
        }
    }

    const Entry& entry_of(char letter) const
    {
        for (const Entry& entry : entries_)
            if (entry.letter == letter && letter != 0) return entry;
        fail("invalid option", {&letter, 1});
    }

    std::vector<Entry> entries_;
};

}  // namespace libnet::apps
