// The manual pages and the completions of the four programs, which they write themselves: nothing is missing in them, and
// those who read them understand them.

#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/temporary_directory.hpp>

#include <cctype>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace manuals_tests {

using namespace libnet;
using test::TemporaryDirectory;

namespace {

const std::vector<std::string> programs{"ping++", "trace++", "httpd++", "proxy++"};

std::string printed(const std::string& program, const test::Arguments& options)
{
    test::Arguments arguments{test::program(program)};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const auto finished = test::run(arguments);
    INFO(program << ' ' << options.front());
    CHECK(finished.exit_code == 0);
    CHECK(finished.err.empty());
    return finished.out;
}

/// The long names in the help of all options.
std::set<std::string> option_names(const std::string& program)
{
    const auto help = printed(program, {"--help-all"});
    const std::regex option{R"(\n  (?:-., |    )--([a-z0-9-]+))"};
    std::set<std::string> names;
    for (std::sregex_iterator at{help.begin(), help.end(), option}, end; at != end; ++at) names.insert((*at)[1]);
    CHECK(names.size() > 20);
    return names;
}

/// Whether the word stands there, and isn't only the beginning or the end of another one.
bool has_word(const std::string& text, const std::string& word)
{
    const auto in_name = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '\\';
    };
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
        const auto end = at + word.size();
        if ((at == 0 || !in_name(text[at - 1])) && (end == text.size() || !in_name(text[end]))) return true;
    }
    return false;
}

std::string in_roff(const std::string& name) { return std::regex_replace("--" + name, std::regex{"-"}, R"(\-)"); }

}  // namespace

TEST_CASE("each option of the help is in the manual page and in each shell's completion", "[apps][manuals]")
{
    for (const auto& program : programs) {
        const auto man = printed(program, {"--print-man"});
        const auto bash = printed(program, {"--print-completion", "bash"});
        const auto zsh = printed(program, {"--print-completion", "zsh"});
        const auto fish = printed(program, {"--print-completion", "fish"});
        for (const auto& name : option_names(program)) {
            INFO(program << " --" << name);
            CHECK(has_word(man, in_roff(name)));
            CHECK(has_word(bash, "--" + name));
            CHECK(has_word(zsh, "--" + name));
            CHECK(fish.find(" -l " + name + " ") != fish.npos);
        }
    }
}

TEST_CASE("a manual page has its sections, and groff nothing to complain of", "[apps][manuals]")
{
    const TemporaryDirectory directory;
    for (const auto& program : programs) {
        INFO(program);
        const auto man = printed(program, {"--print-man"});
        for (const auto* const section : {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "ENVIRONMENT", "FILES"})
            CHECK(man.find(std::string{".SH "} + section + "\n") != man.npos);
        if (test::is_missing("groff", "groff-base")) continue;
        const auto page = directory.write(program + ".1", man).string();
        const auto shown = test::run({"groff", "-ww", "-man", "-Tutf8", "-P-cbou", page});
        CHECK(shown.exit_code == 0);
        CHECK(shown.err == "");
        CHECK(shown.out.find("--config FILE") != shown.out.npos);
        CHECK(shown.out.find(program) != shown.out.npos);
    }
}

TEST_CASE("the shells that are here understand their completions", "[apps][manuals]")
{
    const TemporaryDirectory directory;
    for (const auto* const shell : {"bash", "zsh", "fish"}) {
        if (test::is_missing(shell, shell)) continue;
        for (const auto& program : programs) {
            INFO(shell << ": " << program);
            const auto script = directory.write(program + '.' + shell, printed(program, {"--print-completion", shell}));
            const auto read = test::run({shell, "-n", script.string()});
            CHECK(read.exit_code == 0);
            CHECK(read.err == "");
        }
    }
}

TEST_CASE("bash completes names of options, files after those that take one, and names of choices", "[apps][manuals]")
{
    if (test::is_missing("bash", "bash")) return;
    const TemporaryDirectory directory;
    directory.write("my.conf", "");
    const auto script = directory.write("httpd", printed("httpd++", {"--print-completion", "bash"})).string();
    // As readline calls it: the command, the word, the word before.
    const auto completed = [&](const std::string& words, const std::string& word, const std::string& before) {
        return test::run({"bash", "-c",
                          "cd " + directory.path().string() + "; . " + script + "; COMP_WORDS=(" + words +
                              "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _libnet_httpd httpd++ '" + word + "' '" +
                              before + "'; echo \"${COMPREPLY[*]}\""})
            .out;
    };
    CHECK(completed("httpd++ --acc", "--acc", "httpd++").find("--access-log") == 0);
    CHECK(completed("httpd++ --config my", "my", "--config") == "my.conf\n");
    CHECK(completed("httpd++ --config = my", "my", "=") == "my.conf\n");
    CHECK(completed("httpd++ --config =", "=", "--config").find("my.conf") != std::string::npos);
    CHECK(completed("httpd++ --port 8", "8", "--port") == "\n");
    CHECK(completed("httpd++ --symlinks i", "i", "--symlinks") == "inside\n");
}

TEST_CASE("a shell that nothing is written for is named", "[apps][manuals]")
{
    const auto finished = test::run({test::program("ping++"), "--print-completion", "tcsh"});
    CHECK(finished.exit_code == 2);
    CHECK(finished.err == "ping++: --print-completion: 'tcsh' is no shell that it is for: give bash, zsh or fish\n");
}

}  // namespace manuals_tests
