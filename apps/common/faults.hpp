#pragma once
// What is wrong with a configuration: all that can be found of it, so that one round of corrections is enough.
//
//   apps::Faults faults;
//   table.attempt(faults, {"tls-cert"}, [&] { options.tls = make_context(tls); });
//   table.attempt(faults, {"users"}, [&] { options.access = access_of(guard); });
//   if (!faults.empty()) return table.complain(faults);      // a line for each

#include <libnet/io/loop/reason_of.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::apps {

/// The exit code of every program for a UsageError.
constexpr int exit_usage = 2;

/// The exit code for what is wrong outside of the program: a file that isn't there, a port in use.
constexpr int exit_not_possible = 1;

/// A mistake of the user. The message is "what: why", ready to stand behind the program's name.
struct UsageError : std::runtime_error {
    using runtime_error::runtime_error;
};

/// What an option of this name, among those that belong together, can't have.
struct OptionError : std::runtime_error {
    OptionError(std::string name, const std::string& why) : runtime_error{why}, option{std::move(name)} {}

    std::string option;
};

/// Messages, and the exit code that they make. Of very many, as of a file that is no configuration, the first ones are kept.
class Faults {
public:
    static constexpr std::size_t most = 100;

    void add(std::string words, int exit_code)
    {
        exit_code_ = std::max(exit_code_, exit_code);
        if (++count_ <= most) words_.push_back(std::move(words));
    }

    /// What was thrown; `place` says what is to be corrected, and may be empty. Of several faults in one exception, each counts.
    void add(const std::exception& error, std::string_view place = {});

    bool empty() const noexcept { return count_ == 0; }
    std::size_t count() const noexcept { return count_; }

    /// A line for each; of those that are not kept, one that says how many these are.
    std::vector<std::string> words() const
    {
        auto lines = words_;
        if (count_ > most) lines.push_back(fmt::format("and {} more faults", count_ - most));
        return lines;
    }

    /// That of a mistake, where one of them is one.
    int exit_code() const noexcept { return exit_code_; }

    /// @throws UsageError all of them in one line, if there are any
    void raise() const;

private:
    std::vector<std::string> words_;
    std::size_t count_ = 0;
    int exit_code_ = 0;
};

/// Several, as one exception.
struct SeveralFaults : UsageError {
    explicit SeveralFaults(Faults all) : UsageError{joined(all)}, faults{std::move(all)} {}

    Faults faults;

private:
    static std::string joined(const Faults& faults)
    {
        std::string line;
        for (const auto& words : faults.words()) line.append(line.empty() ? "" : "; ").append(words);
        return line;
    }
};

inline void Faults::add(const std::exception& error, std::string_view place)
{
    if (const auto* const several = dynamic_cast<const SeveralFaults*>(&error)) {
        for (const auto& words : several->faults.words()) add(words, several->faults.exit_code());
        return;
    }
    const bool is_usage = dynamic_cast<const UsageError*>(&error) != nullptr;
    const auto why = io::reason_of(error);
    add(place.empty() ? std::string{why} : fmt::format("{}: {}", place, why),
        is_usage ? exit_usage : exit_not_possible);
}

inline void Faults::raise() const
{
    if (!empty()) throw SeveralFaults{*this};
}

}  // namespace libnet::apps
