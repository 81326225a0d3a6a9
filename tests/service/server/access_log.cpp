#include <libnet/access_log.hpp>
#include <tests/support/capture.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <algorithm>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

namespace access_log_tests {

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

TEST_CASE("no client can forge a line or a field", "[service][access_log]")
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

TEST_CASE("a client of a Unix socket has no address", "[service][access_log]")
{
    auto record = some_record();
    record.client = {};
    CHECK(line_of(record).starts_with("unix: - - "));
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

TEST_CASE("a line is in its file soon after it was added", "[service][access_log]")
{
    const test::TemporaryDirectory directory;
    const auto file = directory.path() / "log";
    AccessLog log{file.string()};
    AccessLogQueue queue{log};
    std::vector<std::chrono::steady_clock::duration> delays;
    for (std::size_t lines = 1; lines <= 51; ++lines) {  // each as soon as the one before is there
        const auto added = std::chrono::steady_clock::now();
        queue.add(some_record());
        while (std::filesystem::file_size(file) < lines * line_of(some_record()).size()) std::this_thread::yield();
        delays.push_back(std::chrono::steady_clock::now() - added);
    }
    std::ranges::sort(delays);
    CHECK(delays[delays.size() / 2] <= 300ms);  // a busy machine takes its time, but not each time
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
    CHECK((test::read_file(file) == expected));  // in brackets: a report of 200 kB of difference is of no use
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

TEST_CASE("a full disk costs lines, is reported once, and stops no thread", "[service][access_log]")
{
    const test::TemporaryDirectory directory;
    const auto link = directory.path() / "log";
    std::filesystem::create_symlink("/dev/full", link);
    std::string told;
    AccessLog log{link.string(), [&told](DiagnosticLevel, std::string_view text) { told.append(text).append("\n"); }};
    log.write(some_record());
    log.write(some_record());
    CHECK(told == "access log: No space left on device: lines are lost\n");
    CHECK(log.dropped() == 2);
    std::filesystem::remove(link);
    log.reopen();
    log.write(some_record());
    log.write(some_record());
    CHECK(told ==
          "access log: No space left on device: lines are lost\naccess log: is written again; 2 lines were lost\n");
    CHECK(test::read_file(link) == line_of(some_record()) + line_of(some_record()));
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

TEST_CASE("lines of several queues are written soon, whole, and in their order", "[service][access_log]")
{
    const test::TemporaryDirectory directory;
    const auto file = directory.path() / "log";
    AccessLog log{file.string()};
    constexpr int threads = 3, lines = 2000;
    {
        std::vector<std::jthread> loops;
        for (int i = 0; i < threads; ++i)
            loops.emplace_back([&log, i] {
                AccessLogQueue queue{log};
                auto record = some_record();
                for (int line = 0; line < lines; ++line) {
                    const auto target = "/" + std::to_string(i) + "/" + std::to_string(line);
                    record.target = target;
                    queue.add(record);
                    if (line % 500 == 499) queue.flush();
                }
            });
    }
    const auto text = test::read_file(file);
    CHECK(std::count(text.begin(), text.end(), '\n') == threads * lines);
    for (int i = 0; i < threads; ++i) {
        std::size_t at = 0;
        for (int line = 0; line < lines; ++line) {
            const auto found = text.find("GET /" + std::to_string(i) + "/" + std::to_string(line) + " HTTP/1.1\"", at);
            REQUIRE(found != text.npos);
            at = found;
        }
    }
    CHECK(log.dropped() == 0);
}

TEST_CASE("a single line is written without more to come", "[service][access_log]")
{
    const test::TemporaryDirectory directory;
    const auto file = directory.path() / "log";
    AccessLog log{file.string()};
    AccessLogQueue queue{log};
    for (std::size_t lines = 1; lines <= 3; ++lines) {
        queue.add(some_record());
        const auto size = lines * line_of(some_record()).size();
        for (int i = 0; i < 2000 && test::read_file(file).size() < size; ++i) std::this_thread::sleep_for(1ms);
        CHECK(test::read_file(file).size() == size);
    }
}

TEST_CASE("a reader that stalls costs lines, and no thread waits for it", "[service][access_log]")
{
    const test::TemporaryDirectory directory;
    const auto fifo = (directory.path() / "fifo").string();
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const int reader = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
    REQUIRE(reader >= 0);
    std::string told;
    std::uint64_t dropped = 0;
    constexpr std::uint64_t lines = 20'000;
    {
        AccessLog log{fifo, [&told](DiagnosticLevel, std::string_view text) { told.append(text).append("\n"); }};
        {
            AccessLogQueue queue{log};
            for (std::uint64_t i = 0; i < lines; ++i) queue.add(some_record());
            dropped = log.dropped();
        }
        CHECK(dropped > 0);
        CHECK(told == "access log: it can't be written fast enough: lines are lost\n");
    }
    std::string read(1 << 20, '\0');
    const auto size = ::read(reader, read.data(), read.size());
    ::close(reader);
    REQUIRE(size > 0);
    read.resize(static_cast<std::size_t>(size));
    CHECK(read.starts_with(line_of(some_record())));
    const auto whole = static_cast<std::uint64_t>(std::count(read.begin(), read.end(), '\n'));
    CHECK(whole < lines);
}

TEST_CASE("lines that wait are written when the daemon ends", "[service][access_log]")
{
    const test::TemporaryDirectory directory;
    AccessLog log{(directory.path() / "log").string()};
    {
        AccessLogQueue queue{log};
        queue.add(some_record());
    }
    CHECK(test::read_file(directory.path() / "log") == line_of(some_record()));
}

TEST_CASE("phases of a request, and what a proxy has decided, are fields", "[service][access_log]")
{
    const auto line = [](std::string_view format, const AccessRecord& record) {
        std::string text;
        AccessLogFormat{format}.append(text, record);
        return text;
    };
    auto record = some_record();
    record.queue = 2ms;
    record.first_byte = 30ms;
    record.duration = 1s;
    constexpr std::string_view format =
        "{queue} {name} {connect} {first_byte} {duration} {verdict} {host} {upstream} {request_id}";
    CHECK(line(format, record) == "0.002000 - - 0.030000 1.000000 - - - -\n");
    CHECK(line("{cache}", record) == "-\n");
    engine::HttpForwarding forwarding;
    forwarding.request_id = "00c0ffee000001";
    forwarding.host = "example.org";
    forwarding.upstream = boost::asio::ip::make_address("192.0.2.80");
    forwarding.connect = 5ms;
    record.forwarding = &forwarding;
    CHECK(line(format, record) ==
          "0.002000 - 0.005000 0.030000 1.000000 allowed example.org 192.0.2.80 00c0ffee000001\n");
    CHECK(
        line("json", record)
            .ends_with(
                R"("reason":null,"request_id":"00c0ffee000001","verdict":"allowed","host":"example.org","upstream":"192.0.2.80",)"
                R"("name":null,"connect":0.005000})"
                "\n"));
}

TEST_CASE("the form of lines can be chosen, and changed", "[service][access_log]")
{
    const auto line = [](std::string_view format, const AccessRecord& record) {
        std::string text;
        AccessLogFormat{format}.append(text, record);
        return text;
    };
    auto record = some_record();
    record.duration = 1'234'567'890ns;
    record.bytes_received = 7;
    CHECK(line("combined", record) == line_of(record));
    CHECK(line("{client}:{port} {user} {status} {bytes_sent}/{bytes_received} {duration}s", record) ==
          "192.0.2.7:4711 - 200 1024/7 1.234567s\n");
    CHECK(line("{{{method}}} {time_iso} [{time}] \"{request}\"", record) ==
          "{GET}} 2026-11-23T08:36:41.000Z [23/Nov/2026:08:36:41 +0000] \"GET /a.html?b HTTP/1.1\"\n");
    record.target = "/a b\"\n";
    CHECK(line("{target} \"{target}\" {version} \"{referer}\" {reason}", record) ==
          "/a\\x20b\\x22\\x0A \"/a b\\x22\\x0A\" 1.1 \"-\" -\n");
    record.target = "/a|200";  // a client can't invent fields
    CHECK(line("{client}|{target}|{status}", record) == "192.0.2.7|/a\\x7C200|200\n");
    record.target = "/a b\"\n";
    record.user_agent = "\xFF\\";
    CHECK(line("json", record) ==
          R"({"time":"2026-11-23T08:36:41.000Z","client":"192.0.2.7","port":4711,"user":null,"method":"GET",)"
          R"("target":"/a b\"\u000a","version":"1.1","status":200,"bytes_sent":1024,"bytes_received":7,)"
          R"("duration":1.234567,"queue":0.000000,"first_byte":0.000000,"referer":null,"user_agent":"\u00ff\\",)"
          R"("reason":null,"cache":null})"
          "\n");
    record.cache = engine::CacheUse::hit;
    CHECK(line("{status} {cache}", record) == "200 hit\n");
    CHECK(line("json", record).ends_with("\"cache\":\"hit\"}\n"));
    for (const char* bad : {"", "text", "{statsu}", "{status", "{status}\n", "{}"})
        CHECK_THROWS_AS(AccessLogFormat{bad}, std::invalid_argument);

    const test::TemporaryDirectory directory;
    const auto file = directory.path() / "log";
    AccessLog log{file.string(), {}, AccessLogFormat{"{status}"}};
    AccessLogQueue queue{log};
    queue.add(record);
    log.replace(AccessLogFormat{"{method}"});
    queue.add(record);
    queue.flush();
    CHECK(test::read_file(file) == "200\nGET\n");
}

TEST_CASE("what goes into a pipe at once are whole lines, so that others' lines come between them",
          "[service][access_log]")
{
    int ends[2];
    REQUIRE(::pipe2(ends, O_DIRECT | O_CLOEXEC) == 0);  // whose reader sees what was written at once
    const int saved = ::dup(STDOUT_FILENO);
    ::dup2(ends[1], STDOUT_FILENO);
    std::vector<std::string> pieces;
    std::jthread reader{[&pieces, &ends] {
        std::string piece(2 * PIPE_BUF, '\0');
        for (ssize_t size = 0; (size = ::read(ends[0], piece.data(), piece.size())) > 0;)
            pieces.push_back(piece.substr(0, static_cast<std::size_t>(size)));
    }};
    constexpr int lines = 1000;
    {
        AccessLog log{"-"};
        AccessLogQueue queue{log};
        for (int i = 0; i < lines; ++i) queue.add(some_record());
        queue.add(std::string(PIPE_BUF, 'x') + "\n");  // longer than a piece
        queue.add(some_record());
    }
    ::dup2(saved, STDOUT_FILENO);
    ::close(saved);
    ::close(ends[1]);
    reader.join();
    ::close(ends[0]);
    std::string all;
    int cut = 0;
    for (const auto& piece : pieces) {
        cut += piece.ends_with('\n') ? 0 : 1;
        all += piece;
    }
    CHECK(cut == 1);  // the long one
    std::string expected;
    for (int i = 0; i < lines; ++i) expected += line_of(some_record());
    CHECK((all == expected + std::string(PIPE_BUF, 'x') + "\n" + line_of(some_record())));
}

}  // namespace access_log_tests
