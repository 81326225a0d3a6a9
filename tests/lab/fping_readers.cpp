// Programs that watch networks, and call fping: SmokePing's probe and check_fping as they are, the others' command lines and
// what they read (tests/lab/network.sh).

#include <tests/support/catch.hpp>
#include <tests/support/masked.hpp>
#include <tests/support/temporary_directory.hpp>

#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

namespace fping_readers_tests {

using namespace libnet::test;

namespace {

/// ping++ under the name fping, in a directory of its own.
struct Named {
    Named() { std::filesystem::create_symlink(std::filesystem::absolute(program("ping++")), path()); }
    std::filesystem::path path() const { return directory.path() / "fping"; }
    TemporaryDirectory directory;
};

bool matches(const std::string& text, const std::string& pattern)
{
    return std::regex_search(text, std::regex{pattern, std::regex::ECMAScript | std::regex::multiline});
}

/// The probe without the daemon around it, which would want a web server.
const char* const smokeping = R"(
BEGIN { $INC{"Smokeping.pm"} = 1; }
use Smokeping::probes::FPing;
my $probe = Smokeping::probes::FPing->new({binary => $ARGV[0], protocol => 4, packetsize => 56, timeout => 0.4,
    mininterval => 0.01, hostinterval => 0.05, sourceaddress => "10.0.1.2", tos => "0x20"}, {Database => {pings => 4}}, "FPing");
die "no -S or -O" unless $probe->{enable}{S} and $probe->{enable}{O};
die "factor $probe->{pingfactor}" unless abs($probe->{pingfactor} - 1000) < 1e-6;
for my $host (qw(10.0.4.2 10.0.5.2 10.0.9.1)) { my $tree = {}; $probe->add($tree, $host); $tree{$host} = $tree; }
$probe->ping();
for my $host (qw(10.0.4.2 10.0.5.2 10.0.9.1)) { printf "%s %d\n", $host, scalar @{$probe->{rtts}{$tree{$host}} || []}; }
)";

}  // namespace

TEST_CASE("SmokePing's probe reads the times of each host", "[lab]")
{
    if (run({"perl", "-e", "BEGIN{$INC{'Smokeping.pm'}=1} use Smokeping::probes::FPing; 1"}).exit_code != 0) {
        WARN("SKIPPED: there is no Smokeping::probes::FPing (Debian: smokeping)");
        return;
    }
    const Named fping;
    const auto script = fping.directory.path() / "probe.pl";
    std::ofstream{script} << smokeping;
    const auto done = run({"perl", script.string(), fping.path().string()});
    CHECK(done.err.empty());
    CHECK(done.out == "10.0.4.2 4\n10.0.5.2 3\n10.0.9.1 0\n");
}

TEST_CASE("check_fping reads loss and round trip", "[lab]")
{
    const std::string check = "/usr/lib/nagios/plugins/check_fping";
    if (!std::filesystem::exists(check) || !std::filesystem::exists("/usr/bin/fping")) {
        WARN("SKIPPED: there is no check_fping, or no fping (Debian: monitoring-plugins-standard, fping)");
        return;
    }
    const auto checked = [&](const Arguments& arguments) {  // it calls /usr/bin/fping, which is ours for this run alone
        const Named fping;
        const Arguments command{
            "unshare",         "--mount", "sh", "-c", "mount --bind \"$0\" /usr/bin/fping && exec \"$@\"",
            program("ping++"), check};
        return run(with(command, arguments));
    };
    const auto good = checked({"-H", "10.0.4.2", "-n", "3", "-i", "50", "-w", "5000,20%", "-c", "9000,60%"});
    INFO(good.out << good.err);
    CHECK(good.exit_code == 0);
    CHECK(matches(good.out, "FPING OK - 10\\.0\\.4\\.2 \\(loss=0%, rta=[0-9.]+ ms\\)"));
    const auto bad = checked({"-H", "10.0.9.1", "-n", "2", "-i", "50", "-w", "5000,20%", "-c", "9000,60%"});
    INFO(bad.out << bad.err);
    CHECK(bad.exit_code == 2);
    CHECK(matches(bad.out, "loss=100%"));
}

TEST_CASE("Zabbix reads targets' lines from both streams", "[lab]")
{
    const Named fping;
    const auto name = fping.path().string();
    const auto help = run({name, "-h"});
    CHECK(matches(help.out, "^   -I,"));
    CHECK(matches(help.out, "^   -S,"));
    const auto probed = run({"sh", "-c", name + " -c1 -t500 -i0 2>&1"}, {}, "10.0.4.2\n");
    CHECK(matches(probed.out, R"(^10\.0\.4\.2 : \[0\], 64 bytes, [0-9.]+ ms \([0-9.]+ avg, 0% loss\)$)"));
    const auto done = run({"sh", "-c", name + " -C3 -p600 -b68 -t500 -i10 2>&1"}, {}, "10.0.4.2\n10.0.9.1\n");
    INFO(done.out);
    CHECK(matches(done.out, R"(^10\.0\.4\.2 : \[2\], 76 bytes, [0-9.]+ ms \([0-9.]+ avg, 0% loss\)$)"));
    CHECK(matches(done.out, R"(^10\.0\.4\.2 : [0-9.]+ [0-9.]+ [0-9.]+$)"));
    CHECK(matches(done.out, R"(^10\.0\.9\.1 : - - -$)"));
    CHECK_FALSE(matches(done.out, R"(\[<-)"));
}

TEST_CASE("LibreNMS reads the summary, the words and the exit codes", "[lab]")
{
    const Named fping;
    const auto name = fping.path().string();
    const auto numbers = run({name, "-e", "-q", "-c", "3", "-p", "500", "-t", "500", "-O", "0", "10.0.4.2"});
    CHECK(matches(numbers.err, R"(^10\.0\.4\.2 : xmt/rcv/%loss = 3/3/0%, min/avg/max = [0-9.]+/[0-9.]+/[0-9.]+$)"));
    CHECK(numbers.exit_code == 0);
    const auto list = run({name, "-f", "-", "-t", "500", "-r", "1"}, {}, "10.0.4.2\n10.0.9.1\nnowhere.invalid\n");
    CHECK(list.out == "10.0.4.2 is alive\n10.0.9.1 is unreachable\n");
    CHECK(list.err == "nowhere.invalid: Name or service not known\n");
    CHECK(list.exit_code == 2);
    CHECK(run({name, "-q", "-r0", "-t500", "-M", "-b", "1000", "10.0.9.1"}).exit_code == 1);
}

TEST_CASE("netdata reads charts, and then their values", "[lab]")
{
    const Named fping;
    Process process{
        {fping.path().string(), "-N", "-l", "-Q", "1", "-i", "5", "-p", "200", "-b", "56", "-R", "10.0.4.2"}};
    const std::string end = "BEGIN fping.10_0_4_2_latency\nSET min = ";
    REQUIRE(process.wait_for(end));
    process.signal(SIGINT);
    const auto done = process.wait();
    CHECK(
        done.out.starts_with("CHART fping.10_0_4_2_packets '' 'FPing Packets' packets '10.0.4.2' fping.packets line "
                             "110020 1\nDIMENSION xmt sent absolute 1 1\nDIMENSION rcv received absolute 1 1\nBEGIN "
                             "fping.10_0_4_2_packets\nSET xmt = "));
    CHECK(matches(done.out, "^SET returned = 100$"));
}

}  // namespace fping_readers_tests
