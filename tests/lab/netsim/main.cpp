// netsim: plays the network of a scenario for one program, and writes down what really happened to each packet.

#include <tests/lab/netsim/lab_namespace.hpp>
#include <tests/lab/netsim/loop.hpp>
#include <tests/lab/netsim/scenario.hpp>

#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <memory>

#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace netsim;

constexpr int exit_usage = 2, exit_missing = 77;  // the latter is SKIPPED to ctest

constexpr auto help = R"(Usage: netsim [OPTION...] SCENARIO [COMMAND [ARGUMENT...]]
Plays the network of a scenario on a TUN device in a network namespace of its own, and logs what became of each packet.

With a COMMAND: runs it in that namespace and ends with its exit code.
Without: prints how to point a tool at it, and plays until SIGINT or SIGTERM.

  --log FILE   one JSON object a line for each packet ('-': standard output)
  --summary    counters on standard error at the end
  --spin       never sleep: exact to a few microseconds, at the price of a core
  --here       stay in the network namespace that netsim was started in
  --check      only read the scenario
  --help       show this help

Exit codes: the command's; 2 for wrong usage or a mistake in the scenario; 77 where TUN or namespaces are missing.
Example: netsim --log - tests/lab/scenarios/long_path.yaml traceroute -n 10.9.0.1
)";

struct Settings {
    std::string log, scenario;
    bool summary = false, spin = false, here = false, check = false;
    char** command = nullptr;  ///< nullptr: none
};

int complain(const std::string& what, int exit_code)
{
    fmt::print(stderr, "netsim: {}\n", what);
    return exit_code;
}

/// The exit code when there is nothing to play.
std::optional<int> read_command_line(int argc, char** argv, Settings& settings)
{
    int at = 1;
    for (; at < argc && argv[at][0] == '-' && argv[at][1] != '\0'; ++at) {
        const std::string_view word = argv[at];
        if (word == "--help" || word == "-h") return fmt::print("{}", help), 0;
        if (word == "--log" && at + 1 < argc) settings.log = argv[++at];
        else if (word == "--log") return complain("--log: a file name is expected", exit_usage);
        else if (word == "--summary") settings.summary = true;
        else if (word == "--spin") settings.spin = true;
        else if (word == "--here") settings.here = true;
        else if (word == "--check") settings.check = true;
        else return complain(fmt::format("unknown option '{}': try 'netsim --help'", word), exit_usage);
    }
    if (at == argc) return complain("no SCENARIO given: try 'netsim --help'", exit_usage);
    settings.scenario = argv[at];
    if (at + 1 < argc) settings.command = argv + at + 1;
    return std::nullopt;
}

struct CloseFile {
    void operator()(std::FILE* file) const
    {
        if (file != stdout) std::fclose(file);
    }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

/// Starts the command; it can't outlive netsim.
pid_t start_command(char** command)
{
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execvp(command[0], command);
    fmt::print(stderr, "netsim: {}: {}\n", command[0], std::strerror(errno));
    ::_exit(127);
}

int exit_code_of(pid_t child)
{
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void print_directions(const Scenario& scenario, bool here)
{
    std::string hosts;
    for (const auto& node : scenario.epochs.front().network.nodes)
        for (const auto& address : node.addresses)
            if (&node != &scenario.epochs.front().network.nodes.front())
                hosts += fmt::format("  {:<20} {}\n", node.name, address.to_string());
    const auto& last = scenario.epochs.front().network.nodes.back();
    const auto target = last.addresses.empty() ? std::string{"ADDRESS"} : last.addresses.front().to_string();
    const auto enter =
        here ? std::string{}
             : fmt::format("nsenter -t {} {}-n ", ::getpid(), ::geteuid() == 0 ? "" : "-U --preserve-credentials ");
    fmt::print("Playing. Point a tool at it:\n  {}traceroute -n {}\nNodes:\n{}", enter, target, hosts);
    std::fflush(stdout);
}

/// Readable at SIGINT and SIGTERM, which no longer end the process by themselves.
int stop_descriptor()
{
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &stops, nullptr);
    return ::signalfd(-1, &stops, SFD_CLOEXEC);
}

int play(const Settings& settings, const Scenario& scenario)
{
    File file{settings.log.empty() ? nullptr : settings.log == "-" ? stdout : std::fopen(settings.log.c_str(), "we")};
    if (!file && !settings.log.empty()) return complain(settings.log + ": " + std::strerror(errno), exit_usage);
    if (!settings.here) enter_namespaces();
    if (!settings.here) set_up_namespace(scenario);
    TunDevice device{scenario};
    Log log{scenario, file.get()};
    const int signals = stop_descriptor();
    int ended = -1;
    pid_t child = 0;
    if (settings.command != nullptr) {
        child = start_command(settings.command);
        ended = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
        if (child < 0 || ended < 0)
            return complain(std::string{"cannot start a process: "} + std::strerror(errno), exit_usage);
    } else {
        print_directions(scenario, settings.here);
    }
    Loop loop{scenario, device, log, settings.spin};
    loop.run({signals, ended});
    if (child != 0) ::kill(child, SIGTERM);  // to no effect when it was its end that stopped us
    log.finish();
    if (settings.summary) fmt::print(stderr, "{{{}}}\n", log.counters());
    return child == 0 ? 0 : exit_code_of(child);
}

}  // namespace

int main(int argc, char** argv)
try {
    Settings settings;
    if (const auto exit_code = read_command_line(argc, argv, settings)) return *exit_code;
    const Scenario scenario = read_scenario(settings.scenario);
    return settings.check ? 0 : play(settings, scenario);
} catch (const ScenarioError& error) {
    return complain(error.what(), exit_usage);
} catch (const Missing& error) {
    return complain(error.what(), exit_missing);
} catch (const std::exception& error) {
    return complain(error.what(), exit_usage);
}
