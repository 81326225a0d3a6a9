#include <libnet/access_log.hpp>
#include <tests/support/capture.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace libnet;
using namespace std::chrono_literals;

namespace {

AccessRecord some_record()
{
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    return {.client = {boost::asio::ip::make_address("192.0.2.7"), 4711},
            .started = std::chrono::system_clock::time_point{1'795'423'001s},
            .method = "GET",
            .target = "/a.html?b",
            .status = 200,
            .bytes_sent = 1024,
            .user_agent = "curl/7.88.1"};
}

std::string line_of(const AccessRecord& record)
{
    std::string line;
    append_log_line(line, record);
    return line;
}

/// The quoted request field of the line.
std::string request_of(const AccessRecord& record)
{
    const auto line = line_of(record);
    const auto begin = line.find('"');
    return line.substr(begin, line.find("\" ", begin) + 1 - begin);
}

}  // namespace

TEST_CASE("a served request is a line of the combined format", "[service][access_log]")
{
    CHECK(line_of(some_record()) ==
          "192.0.2.7 - - [23/Nov/2026:08:36:41 +0000] \"GET /a.html?b HTTP/1.1\" 200 1024 \"-\" \"curl/7.88.1\"\n");
}

TEST_CASE("the user who has logged in stands in the third field, as one word", "[service][access_log]")
{
    auto record = some_record();
    record.user = "alice";
    CHECK(line_of(record).starts_with("192.0.2.7 - alice [23/Nov/"));
    record.user = "a [b]\n\"c\"";
    CHECK(line_of(record).starts_with("192.0.2.7 - a\\x20[b]\\x0A\\x22c\\x22 [23/Nov/"));
}

TEST_CASE("a failed request has its reason behind the combined fields", "[service][access_log]")
{
    auto record = some_record();
    record.version = 10;
    record.status = 502;
    record.referer = "http://example.com/";
    record.reason = "connection refused";
    CHECK(
        line_of(record).ends_with("\"GET /a.html?b HTTP/1.0\" 502 1024 \"http://example.com/\" \"curl/7.88.1\" "
                                  "\"connection refused\"\n"));
}

TEST_CASE("where nothing came there is a dash for the request", "[service][access_log]")
{
    auto record = some_record();
    record.method = record.target = {};
    CHECK(request_of(record) == "\"-\"");
}

TEST_CASE("a line that was no request is shown, escaped", "[service][access_log]")
{
    auto record = some_record();
    record.method = {};
    record.target = "\x16\x03\x01\" x";
    CHECK(request_of(record) == R"("\x16\x03\x01\x22 x")");
}

TEST_CASE("nobody can forge a line or a field", "[service][access_log]")
{
    auto record = some_record();
    record.target = std::string_view{"/\" 200 0\r\n\\x22\0\x7F\xFF", 17};
    CHECK(request_of(record) == R"("GET /\x22 200 0\x0D\x0A\x5Cx22\x00\x7F\xFF HTTP/1.1")");
    record.user_agent = record.referer = record.reason = "\"\n\x1B[2J";
    const auto line = line_of(record);
    CHECK(std::count(line.begin(), line.end(), '"') == 8);
    CHECK(std::count(line.begin(), line.end(), '\n') == 1);
    CHECK(line.find('\x1B') == line.npos);
}

TEST_CASE("an IPv4 client of a socket for both families shows as IPv4", "[service][access_log]")
{
    auto record = some_record();
    record.client.address(boost::asio::ip::make_address("::ffff:192.0.2.7"));
    CHECK(line_of(record).starts_with("192.0.2.7 - - "));
    record.client.address(boost::asio::ip::make_address("2001:db8::1"));
    CHECK(line_of(record).starts_with("2001:db8::1 - - "));
}

TEST_CASE("a log file is appended to, and begun anew after a rotation", "[service][access_log]")
{
    const test::TemporaryDirectory directory;
    const auto file = directory.write("log", "old\n"), rotated = directory.path() / "log.1";
    AccessLog log{file.string()};
    log.write(some_record());
    std::filesystem::rename(file, rotated);
    log.write(some_record());
    log.reopen();
    log.write(some_record());
    CHECK(test::read_file(rotated) == "old\n" + line_of(some_record()) + line_of(some_record()));
    CHECK(test::read_file(file) == line_of(some_record()));
}

TEST_CASE("lines of several threads don't mix, even while the file is opened again", "[service][access_log]")
{
    const test::TemporaryDirectory directory;
    const auto file = directory.path() / "log";
    AccessLog log{file.string()};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&log] {
                for (int line = 0; line < 500; ++line) log.write(some_record());
            });
        for (int i = 0; i < 50; ++i) log.reopen();
    }
    std::string expected;
    for (int line = 0; line < 2000; ++line) expected += line_of(some_record());
    CHECK((test::read_file(file) == expected));  // in brackets: nobody wants to see 200 kB of difference
}

TEST_CASE("a dash is standard output", "[service][access_log]")
{
    AccessLog log{"-"};
    const test::Capture out{STDOUT_FILENO};
    log.write(some_record());
    log.reopen();
    log.write(some_record());
    CHECK(out.text() == line_of(some_record()) + line_of(some_record()));
}

TEST_CASE("a full disk costs lines, is reported once, and stops nobody", "[service][access_log]")
{
    std::string told;
    AccessLog log{"/dev/full", [&told](DiagnosticLevel, std::string_view text) { told += text; }};
    log.write(some_record());
    log.write(some_record());
    CHECK(told == "access log: No space left on device");
}

TEST_CASE("a log that can't be opened is named", "[service][access_log]")
{
    try {
        const AccessLog log{"/none/such/log"};
        FAIL("it was opened");
    } catch (const std::system_error& error) {
        CHECK(std::string{error.what()} == "access log '/none/such/log': No such file or directory");
    }
}

TEST_CASE("a rotated log that can't be opened again stays in use", "[service][access_log]")
{
    const test::TemporaryDirectory directory;
    const auto folder = directory.path() / "folder", away = directory.path() / "away";
    std::filesystem::create_directory(folder);
    std::string told;
    AccessLog log{(folder / "log").string(), [&told](DiagnosticLevel, std::string_view text) { told += text; }};
    std::filesystem::rename(folder, away);
    log.reopen();
    log.write(some_record());
    CHECK(test::read_file(away / "log") == line_of(some_record()));
    CHECK(told.ends_with("/log': No such file or directory"));
}

TEST_CASE("what happens in one turn of an event loop is written together, and all of it", "[service][access_log]")
{
    const test::TemporaryDirectory directory;
    const auto file = directory.path() / "log";
    AccessLog log{file.string()};
    boost::asio::io_context io;
    AccessLogBatch batch{log, io};
    batch.add(some_record());
    batch.add(some_record());
    CHECK(test::read_file(file).empty());
    io.poll();
    CHECK(test::read_file(file) == line_of(some_record()) + line_of(some_record()));

    std::string expected = test::read_file(file);
    for (int i = 0; i < 1000; ++i) {
        batch.add(some_record());
        expected += line_of(some_record());
    }
    CHECK(test::read_file(file).size() > expected.size() / 2);  // many don't wait for the end of the turn
    batch.flush();
    CHECK((test::read_file(file) == expected));
}

TEST_CASE("where there is much to log, lines wait for each other, and none for long", "[service][access_log]")
{
    const test::TemporaryDirectory directory;
    const auto file = directory.path() / "log";
    AccessLog log{file.string()};
    boost::asio::io_context io;
    AccessLogBatch batch{log, io};
    const auto lines_written = [&] { return test::read_file(file).size() / line_of(some_record()).size(); };
    const auto log_one = [&] {
        batch.add(some_record());
        io.restart();
        io.poll();
    };
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t i = 1; i <= 16; ++i) {
        log_one();
        REQUIRE(lines_written() == i);
    }
    log_one();
    log_one();
    const auto written = lines_written();
    const bool at_once = std::chrono::steady_clock::now() - begin < std::chrono::milliseconds{20};
    if (at_once) CHECK(written == 16);
    io.run();
    CHECK(lines_written() == 18);
    log_one();
    CHECK(lines_written() == 19);
}

TEST_CASE("lines that wait are written when the daemon ends", "[service][access_log]")
{
    const test::TemporaryDirectory directory;
    AccessLog log{(directory.path() / "log").string()};
    {
        boost::asio::io_context io;
        AccessLogBatch batch{log, io};
        batch.add(some_record());
    }
    CHECK(test::read_file(directory.path() / "log") == line_of(some_record()));
}
