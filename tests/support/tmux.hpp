#pragma once
// A program on a terminal, as a person sees it: tmux renders what the program writes, and types for it.

#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/temporary_directory.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace libnet::test {

/// True, and said so, where there is no tmux to look with.
inline bool has_no_tmux() { return is_missing("tmux", "tmux"); }

/// A shell on such a terminal runs a program, and says how it ended: "ended with 0". tmux is ours alone, and ends with us.
class TmuxTerminal {
public:
    /// `environment` are NAME=value pairs for the program, or "-u", NAME to have one less.
    TmuxTerminal(const Arguments& program, unsigned columns, unsigned lines, const Arguments& environment = {})
        : server_{{"tmux", "-D", "-u", "-f", "/dev/null", "-S", socket()}, {"LC_ALL=C.UTF-8", "TMUX="}}
    {
        until([this] { return std::filesystem::exists(socket()); }, "tmux does not start");
        const auto script = files_.write(
            "script", "cd '" + files_.path().string() + "'\n" + "trap : INT; echo before; stty -g >found\n" +
                          "sh -c 'echo $$ >pid.new; mv pid.new pid; exec \"$@\"' sh \"$@\"\n" +
                          "echo \"ended with $?\"; stty -g >left\n" + "exec cat\n");
        Arguments command{"new-session",   "-d", "-x", std::to_string(columns), "-y", std::to_string(lines), "sh",
                          script.string(), "env"};
        command.insert(command.end(), environment.begin(), environment.end());
        command.insert(command.end(), program.begin(), program.end());
        tmux({"set", "-g", "status", "off"});
        tmux(command);
    }

    /// The lines that are on the screen, without the blanks at their ends.
    std::vector<std::string> lines() const
    {
        std::vector<std::string> found;
        std::istringstream shown{screen()};
        for (std::string line; std::getline(shown, line);) found.push_back(line);
        return found;
    }
    std::string screen() const { return tmux({"capture-pane", "-p"}); }
    /// The same with its colours, as sequences "\x1b[31m" of tmux's.
    std::string coloured() const { return tmux({"capture-pane", "-p", "-e"}); }

    /// Waits until this text is on the screen; false when it doesn't come.
    bool wait_for(const std::string& text) const
    {
        return waits([&] { return screen().find(text) != std::string::npos; });
    }
    bool wait_until_gone(const std::string& text) const
    {
        return waits([&] { return screen().find(text) == std::string::npos; });
    }

    /// Keys by tmux's names: q, Up, PPage, C-c.
    void press(const std::string& key) const { tmux({"send-keys", key}); }
    void resize(unsigned columns, unsigned lines) const
    {
        tmux({"resize-window", "-x", std::to_string(columns), "-y", std::to_string(lines)});
    }
    /// To the program.
    void signal(int number) const
    {
        until([this] { return std::filesystem::exists(files_.path() / "pid"); }, "the program has not begun");
        ::kill(static_cast<pid_t>(std::stol(content("pid"))), number);
    }

    /// After "ended with": the screen is the shell's again with what stood there, the cursor is shown, and the line discipline
    /// is as it was.
    bool is_restored() const
    {
        if (!waits([this] { return std::filesystem::exists(files_.path() / "left") && !content("left").empty(); }))
            return false;
        const auto all = tmux({"capture-pane", "-p", "-S", "-"});  // with what has scrolled away
        return content("left") == content("found") && all.find("before\n") != all.npos &&
               tmux({"display", "-p", "#{alternate_on} #{cursor_flag} #{keypad_cursor_flag}"}) == "0 1 0\n";
    }

private:
    std::string socket() const { return (files_.path() / "tmux").string(); }
    std::string content(const std::string& name) const
    {
        std::ifstream file{files_.path() / name};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

    std::string tmux(Arguments arguments) const
    {
        const Arguments client{"tmux", "-S", socket()};
        arguments.insert(arguments.begin(), client.begin(), client.end());
        const auto done = run(arguments, {"LC_ALL=C.UTF-8", "TMUX="});
        if (done.exit_code != 0) throw std::runtime_error{"tmux: " + done.err};
        return done.out;
    }

    template <typename Condition>
    static bool waits(const Condition& met)
    {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
        while (!met()) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
        }
        return true;
    }
    template <typename Condition>
    static void until(const Condition& met, const char* what)
    {
        if (!waits(met)) throw std::runtime_error{what};
    }

    TemporaryDirectory files_;
    Process server_;
};

}  // namespace libnet::test
