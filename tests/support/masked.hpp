#pragma once
// What two programs print, compared but for the times in it.

#include <tests/support/process.hpp>

#include <regex>
#include <string>
#include <utility>

namespace libnet::test {

/// The text with T in place of every number with a fraction, which an address isn't, and of a time of day.
inline std::string masked(const std::string& text)
{
    static const std::regex fraction{R"(([^0-9.]|^)[0-9]+\.[0-9]+(?![0-9]*\.[0-9]))"};
    static const std::regex time_of_day{R"(\[[0-9]{2}:[0-9]{2}:[0-9]{2}\])"};
    static const std::regex milliseconds{R"(time [0-9]+ms)"};
    auto result = std::regex_replace(text, fraction, "$1T");
    result = std::regex_replace(result, time_of_day, "[T]");
    return std::regex_replace(result, milliseconds, "time T");
}

/// Output, standard error and exit code, as one text.
inline std::string told_by(const Finished& done)
{
    return "out:\n" + masked(done.out) + "err:\n" + masked(done.err) + "exit code " + std::to_string(done.exit_code);
}

/// The arguments behind a command.
inline Arguments with(Arguments command, const Arguments& arguments)
{
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

}  // namespace libnet::test
