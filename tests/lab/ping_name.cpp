// ping++ under the name ping beside iputils' ping (tests/lab/network.sh): output, standard error and exit code, but for
// the times.

#include <tests/support/catch.hpp>
#include <tests/support/iputils_header.hpp>
#include <tests/support/masked.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/temporary_directory.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>

namespace ping_name_tests {

using namespace libnet::test;

namespace {

const Arguments ours{program("ping++"), "--as", "ping"}, theirs{"ping"};

/// What each process has of its own, with -v: numbers of descriptors, and an identifier that was not asked for.
std::string without_own_numbers(const std::string& text)
{
    static const std::regex descriptor{R"((sock[46]\.fd): [0-9]+)"}, identifier{R"(ident=[0-9]+)"};
    return std::regex_replace(std::regex_replace(text, descriptor, "$1: N"), identifier, "ident=N");
}

void check_same(const Arguments& arguments)
{
    std::string line;
    for (const auto& argument : arguments) line += argument + ' ';
    INFO("ping " << line);
    CHECK(without_own_numbers(told_by(run(with(ours, arguments)))) ==
          with_newer_header(without_own_numbers(told_by(run(with(theirs, arguments))))));
}

/// Another hosts file, until this goes.
class Hosts {
public:
    explicit Hosts(const std::string& text)
    {
        std::ifstream in{file};
        before_.assign(std::istreambuf_iterator<char>{in}, {});
        std::ofstream{file} << text;
    }
    ~Hosts() { std::ofstream{file} << before_; }
    Hosts(const Hosts&) = delete;
    Hosts& operator=(const Hosts&) = delete;

private:
    static constexpr const char* file = "/etc/hosts";
    std::string before_;
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

TEST_CASE("as ping, the output is iputils'", "[lab]")
{
    if (is_missing("ping", "iputils-ping")) return;
    check_same({"-c", "2", "-i", "0.05", "10.0.4.2"});
    check_same({"-c", "1", "-6", "alpha"});
    check_same({"-n", "-c", "1", "-6", "alpha"});
    check_same({"-c", "2", "-i", "0.05", "-q", "10.0.4.2"});
    check_same({"-c", "1", "-D", "10.0.4.2"});
    check_same({"-c", "1", "-s", "0", "10.0.4.2"});
    check_same({"-c", "1", "-s", "15", "10.0.4.2"});
    check_same({"-c", "1", "-s", "2000", "-Q", "0x10", "-t", "9", "-L", "10.0.4.2"});
    check_same({"-c", "1", "-p", "ff00", "10.0.4.2"});
    check_same({"-c", "1", "-I", "10.0.1.2", "10.0.4.2"});
    check_same({"-c", "1", "-I", "client-r1", "10.0.4.2"});
    check_same({"-c", "1", "-r", "10.0.1.1"});
    check_same({"-c", "1", "-W", "0", "10.0.4.2"});
    check_same({"-U", "-c", "1", "10.0.4.2"});
    check_same({"-c", "1", "-b", "10.0.4.2"});
    check_same({"-B", "-c", "1", "10.0.4.2"});
}

TEST_CASE("as ping, an IPv6 host is told as an IPv4 one, by its name and its address", "[lab]")
{
    const auto first = [](const Arguments& arguments) { return first_line(run(with(ours, arguments)).out); };
    CHECK(first({"-c", "1", "::1"}) == "PING ::1 (::1) 56 data bytes");
    CHECK(first({"-c", "1", "-6", "alpha"}) == "PING alpha (fd00:0:0:4::2) 56 data bytes");
    CHECK(first({"-c", "1", "-4", "alpha"}) == "PING alpha (10.0.4.2) 56(84) bytes of data.");
    CHECK(first({"-c", "1", "-H", "fd00:0:0:4::2"}) == "PING fd00:0:0:4::2 (fd00:0:0:4::2) 56 data bytes");
    CHECK(first({"-c", "1", "ff02::1%client-r1"}) == "PING ff02::1%client-r1 (ff02::1%client-r1) 56 data bytes");
}

TEST_CASE("as ping, localhost is what the hosts file says, and loopback where that is silent", "[lab]")
{
    {
        const Hosts others{"10.0.4.2 localhost\nfd00:0:0:4::2 localhost\n"};
        CHECK(
            first_line(run(with(ours, {"-c", "1", "-4", "localhost"})).out).starts_with("PING localhost (10.0.4.2) "));
        CHECK(run({program("ping++"), "--as", "fping", "-4", "-A", "localhost"}).out == "10.0.4.2 is alive\n");
        if (!is_missing("ping", "iputils-ping")) check_same({"-c", "1", "-6", "-n", "localhost"});
    }
    const Hosts nothing{""};  // c-ares 1.18 loses the name then, which AddressSanitizer tells on standard error
    CHECK(first_line(run(with(ours, {"-c", "1", "-4", "localhost"})).out).starts_with("PING localhost (127.0.0.1) "));
    CHECK(first_line(run(with(ours, {"-c", "1", "-6", "localhost"})).out).starts_with("PING localhost (::1) "));
}

TEST_CASE("as ping, -v tells the sockets and the address first", "[lab]")
{
    if (is_missing("ping", "iputils-ping")) return;
    check_same({"-v", "-c", "1", "10.0.4.2"});
    check_same({"-v", "-q", "-c", "1", "fd00:0:0:4::2"});
    check_same({"-v", "-e", "77", "-c", "1", "10.0.4.2"});
    check_same({"-v", "-4", "-c", "1", "fd00:0:0:4::2"});
    check_same({"-v", "-c", "1", "nowhere.example"});
}

TEST_CASE("as ping, a lost answer is no line, and the last one is waited for as iputils does", "[lab]")
{
    if (is_missing("ping", "iputils-ping")) return;
    check_same({"-c", "4", "-i", "0.05", "10.0.5.2"});
    check_same({"-c", "2", "-i", "0.1", "-W", "0.3", "10.0.9.1"});
    check_same({"-c", "3", "-i", "0.2", "-W", "0.3", "-O", "10.0.9.1"});
    check_same({"-q", "-c", "3", "-i", "0.2", "-W", "0.3", "-O", "10.0.9.1"});
    check_same({"-c", "2", "-i", "0.1", "10.0.7.1"});
    check_same({"-c", "2", "-i", "0.1", "fd00:0:0:8::1"});
    check_same({"-c", "9", "-w", "1", "-i", "0.4", "10.0.9.1"});
    check_same({"-w", "1", "-i", "0.4", "10.0.4.2"});
    check_same({"-t", "1", "-c", "1", "10.0.4.2"});
}

TEST_CASE("as ping, wrong usage and missing routes are told in iputils' words", "[lab]")
{
    if (is_missing("ping", "iputils-ping")) return;
    check_same({"-c", "0", "10.0.4.2"});
    check_same({"-c", "x", "10.0.4.2"});
    check_same({"-l", "70000", "10.0.4.2"});
    check_same({"-t", "256", "10.0.4.2"});
    check_same({"-t", "0", "-c", "1", "10.0.4.2"});
    check_same({"-e", "70000", "10.0.4.2"});
    check_same({"-Q", "256", "10.0.4.2"});
    check_same({"-M", "always", "10.0.4.2"});
    check_same({"-T", "never", "10.0.4.2"});
    check_same({"-R", "-T", "tsonly", "10.0.4.2"});
    check_same({"-4", "-6", "10.0.4.2"});
    check_same({"-F", "0x100000", "fd00:0:0:4::2"});
    check_same({"-p", "xyz", "10.0.4.2"});
    check_same({"-p", "1x", "10.0.4.2"});
    check_same({"-p", std::string(40, 'a'), "-c", "1", "10.0.4.2"});
    for (const char* interval : {"x", "0.05x", "nan", "inf", "1e9", "0x1", " 0.1"})
        check_same({"-i", interval, "-c", "1", "10.0.4.2"});
    for (const char* linger : {"1x", "nan", "-1"}) check_same({"-W", linger, "-c", "1", "10.0.4.2"});
    for (const char* deadline : {"x", "1e3", "99999999999", "-1", "+1"})
        check_same({"-w", deadline, "-c", "1", "10.0.4.2"});
    check_same({"-I", "nothing", "-c", "1", "10.0.4.2"});
    check_same({"-M", "do", "-s", "2000", "-c", "2", "-i", "0.2", "10.0.4.2"});
    check_same({"-6", "10.0.4.2"});
    check_same({"-4", "fd00:0:0:4::2"});
    check_same({"nowhere.example"});
    CHECK(run(ours).err.ends_with(": usage error: Destination address required\n"));
    CHECK(run(ours).exit_code == 2);
    run({"ip", "route", "add", "blackhole", "10.77.1.0/24"});
    run({"ip", "route", "add", "unreachable", "10.77.2.0/24"});
    run({"ip", "route", "add", "prohibit", "10.77.3.0/24"});
    for (const char* nowhere : {"10.77.1.1", "10.77.2.1", "10.77.3.1", "10.66.0.1"}) check_same({"-c", "1", nowhere});
    for (const Arguments& usage : {Arguments{"-Z"}, {"--nothing"}, {"-c"}, {"-h"}}) {
        const auto done = run(with(ours, usage)), expected = run(with(theirs, usage));
        CHECK(first_line(done.err).substr(first_line(done.err).find(": ") + 1) ==
              first_line(expected.err).substr(first_line(expected.err).find(": ") + 1));
        CHECK(done.err.find("\nUsage\n  ping [options] <destination>\n") != std::string::npos);
        CHECK(done.exit_code == expected.exit_code);
    }
}

TEST_CASE("as ping, a link-local address without a zone is told what it lacks", "[lab]")
{
    const std::string warning =
        "Warning: IPv6 link-local address on ICMP datagram socket may require ifname or scope-id";
    for (const char* address : {"fe80::1", "ff02::1"}) {
        const auto done = run(with(ours, {"-c", "1", "-W", "0.3", address}));
        INFO(done.err);
        CHECK(done.err.find(warning + " => use: address%<ifname|scope-id>\n") != std::string::npos);
        CHECK(done.exit_code != 0);
    }
    CHECK(run(with(ours, {"-c", "1", "ff02::1%client-r1"})).err.empty());
    CHECK(run(with(ours, {"-c", "1", "-I", "client-r1", "ff02::1"})).err.empty());
}

TEST_CASE("as ping, IPUTILS_PING_PTR_LOOKUP=0 shows addresses, which -H takes back", "[lab]")
{
    const auto without_names = with({"env", "IPUTILS_PING_PTR_LOOKUP=0"}, ours);
    const auto done = run(with(without_names, {"-c", "1", "-4", "alpha"}));
    CHECK(done.out.find(" from 10.0.4.2: ") != std::string::npos);
    CHECK(done.err.ends_with(": WARNING: reverse DNS resolution (PTR lookup) disabled, enforce with -H\n"));
    CHECK(run(with(without_names, {"-q", "-c", "1", "-4", "alpha"})).err.empty());
    const auto named = run(with(without_names, {"-H", "-c", "1", "-4", "alpha"}));
    CHECK(named.out.find(" from alpha (10.0.4.2): ") != std::string::npos);
    CHECK(named.err.empty());
}

TEST_CASE("as ping, it is known by its version and its names", "[lab]")
{
    CHECK(run(with(ours, {"-V"})).out.starts_with("ping from iputils 20250605"));
    const TemporaryDirectory directory;
    for (const char* name : {"ping4", "ping6"})
        std::filesystem::create_symlink(std::filesystem::absolute(program("ping++")), directory.path() / name);
    CHECK(run({(directory.path() / "ping4").string(), "-c", "1", "alpha"}).out.find("10.0.4.2") != std::string::npos);
    CHECK(run({(directory.path() / "ping6").string(), "-c", "1", "alpha"}).out.find("fd00:0:0:4::2") !=
          std::string::npos);
}

TEST_CASE("as ping, a fraction of a second is a deadline, and -3 shows microseconds", "[lab]")
{
    const auto begin = std::chrono::steady_clock::now();
    CHECK(run(with(ours, {"-w", "0.3", "10.0.9.1"})).exit_code == 1);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{20});
    const auto done = run(with(ours, {"-3", "-c", "1", "10.0.4.2"}));
    CHECK(masked(done.out).find(" time=T ms") != std::string::npos);
}

}  // namespace ping_name_tests
