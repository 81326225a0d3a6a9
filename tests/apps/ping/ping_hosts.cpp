// ping++ with several hosts: tables, order, CSV, and very many of them.

#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/temporary_directory.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace ping_hosts_tests {

using libnet::test::Arguments;
using libnet::test::Finished;

namespace {

Finished ping(Arguments arguments)
{
    arguments.insert(arguments.begin(), libnet::test::program("ping++"));
    return libnet::test::run(arguments);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

/// The first words of the rows below the table's head.
std::vector<std::string> rows_of(const std::string& text)
{
    std::vector<std::string> rows;
    bool in_table = false;
    for (const auto& line : lines_of(text)) {
        if (in_table) rows.push_back(line.substr(0, line.find(' ')));
        in_table = in_table || line.starts_with("host ");
    }
    return rows;
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("the table of several hosts has the order that is asked for", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const auto rows = [](const Arguments& flags) {
        Arguments all{"-q", "-c", "1"};
        all.insert(all.end(), flags.begin(), flags.end());
        all.insert(all.end(), {"localhost", "127.0.0.9", "127.0.0.10", "gone.invalid"});
        return rows_of(ping(all).out);
    };
    CHECK(rows({}) == Rows{"localhost", "127.0.0.9", "127.0.0.10", "gone.invalid"});
    CHECK(rows({"--sort", "name"}) == Rows{"127.0.0.10", "127.0.0.9", "gone.invalid", "localhost"});
    CHECK(rows({"-4", "--sort", "address"}) == Rows{"gone.invalid", "localhost", "127.0.0.9", "127.0.0.10"});
    CHECK(rows({"--sort", "loss"}).front() == "gone.invalid");
    CHECK(rows({"--sort", "mean"}).back() == "gone.invalid");
}

TEST_CASE("ping++ --csv has the same columns in every line, and quotes what needs it", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const auto done = ping({"--csv", "-c", "2", "-i", "0.01", "127.0.0.1", "gone.invalid", "10.0.0.0/33"});
    CHECK(done.exit_code == 2);
    CHECK(done.err.empty());
    const auto lines = lines_of(done.out);
    REQUIRE(lines.size() == 9);
    CHECK(lines[0].starts_with("time,event,target,address,seq,rtt_ms,"));
    for (const auto& line : lines) {
        bool quoted = false;
        int commas = 0;
        for (const char c : line) {
            if (c == '"') quoted = !quoted;
            commas += c == ',' && !quoted ? 1 : 0;
        }
        INFO(line);
        CHECK(commas == 17);
    }
    CHECK(contains(done.out, ",start,127.0.0.1,127.0.0.1,"));
    CHECK(contains(done.out, ",reply,127.0.0.1,127.0.0.1,2,"));
    CHECK(contains(done.out, ",unresolved,gone.invalid,,,,,,,gone.invalid: no such host,"));
    CHECK(contains(done.out,
                   ",failed,10.0.0.0/33,,,,,,,\"10.0.0.0/33: expected a prefix length from 0 to 32, or to 128"));
    CHECK(contains(done.out, ",summary,127.0.0.1,127.0.0.1,,,,,,,2,2,0,0."));
}

TEST_CASE("thousands of hosts on the command line, and a hundred thousand in a list", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    Arguments many{"-q", "-c", "1", "-W", "60", "--rate", "1000"};
    for (int i = 0; i < 3000; ++i)
        many.push_back("127.1." + std::to_string(i / 250) + '.' + std::to_string(i % 250 + 1));
    const auto line = ping(many);
    CHECK(line.exit_code == 0);
    CHECK(contains(line.out, "--- 3000 hosts, 3000 alive ---"));
    CHECK(rows_of(line.out).size() == 3000);

    const libnet::test::TemporaryDirectory directory;
    const auto file = directory.path() / "hosts";
    std::ofstream out{file};
    for (int i = 0; i < 100'000; ++i)
        out << "127." << 2 + i / 62'500 << '.' << i % 62'500 / 250 << '.' << i % 250 + 1 << '\n';
    out.close();
    // At a rate that a busy machine keeps up with: what overruns the socket's buffer is lost, on loopback, too.
    const auto list = ping({"-q", "-c", "1", "-W", "60", "--rate", "10000", "--targets", file.string()});
    CHECK(list.exit_code == 0);
    CHECK(contains(list.out, "--- 100000 hosts, 100000 alive ---"));
}

TEST_CASE("ping++ --rate holds for single hosts, too", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const auto start = std::chrono::steady_clock::now();
    const auto done = ping({"-q", "-c", "10", "-i", "0.01", "--rate", "50", "127.0.0.1", "127.0.0.2"});
    CHECK(done.exit_code == 0);
    CHECK(std::chrono::steady_clock::now() - start > std::chrono::milliseconds{300});  // 20 probes, 20 ms apart
}

TEST_CASE("a host by the unspecified address is this one, and is told as known", "[apps][ping]")
{
    if (!libnet::test::can_ping()) return;
    const auto done = ping({"-c1", "0.0.0.0"});
    CHECK(done.exit_code == 0);
    CHECK(contains(done.out, "1 packets transmitted, 1 received"));
}

}  // namespace ping_hosts_tests
