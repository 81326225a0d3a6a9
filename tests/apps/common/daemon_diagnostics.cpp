// What daemons say on standard error while they serve, and who reads it.

#include <tests/support/catch.hpp>
#include <tests/support/daemon.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/json.hpp>

#include <csignal>
#include <sstream>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace daemon_diagnostics_tests {

using namespace libnet::test;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A pipe that takes nothing any more, as of a reader that has stalled.
class FullPipe {
public:
    explicit FullPipe(const TemporaryDirectory& folder) : path_{(folder.path() / "stderr").string()}
    {
        ::mkfifo(path_.c_str(), 0600);
        descriptor_ = ::open(path_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
        while (::write(descriptor_, "x", 1) == 1) {
        }
    }
    ~FullPipe() { ::close(descriptor_); }
    const std::string& path() const { return path_; }

private:
    std::string path_;
    int descriptor_;
};

}  // namespace

TEST_CASE("a reader of standard error that stalls keeps no daemon waiting", "[apps][daemon]")
{
    if (is_missing("curl", "curl")) return;
    const TemporaryDirectory root, folder;
    root.write("a", "content");
    const FullPipe pipe{folder};
    const auto socket = (folder.path() / "socket").string();
    Process httpd{{"sh", "-c",
                   "exec " + program("httpd++") + " " + root.path().string() +
                       " --access-log none --listen unix:" + socket + " 2>" + pipe.path()}};
    const auto answer = [&socket] {
        return run({"curl", "--silent", "--retry", "40", "--retry-delay", "1", "--retry-all-errors", "--max-time", "60",
                    "--unix-socket", socket, "http://x/a"})
            .out;
    };
    CHECK(answer() == "content");
    for (int i = 0; i < 3; ++i) {  // each is reported
        httpd.signal(SIGHUP);
        CHECK(answer() == "content");
    }
    httpd.signal(SIGTERM);
    CHECK(httpd.wait().exit_code == 0);
}

TEST_CASE("in the journal each line has its priority", "[apps][daemon]")
{
    const TemporaryDirectory root;
    const auto end = run({"sh", "-c",
                          "export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2); exec timeout -s TERM 5 " +
                              program("httpd++") + " --port 0 --bind 127.0.0.1 " + root.path().string()});
    CHECK(has(end.err, "<6>httpd++: serving "));
}

TEST_CASE("complaints can be JSON, with level and time", "[apps][daemon]")
{
    const TemporaryDirectory root;
    Process httpd{
        {program("httpd++"), "--port", "0", "--bind", "127.0.0.1", "--diagnostics", "json", root.path().string()}};
    REQUIRE(httpd.wait_for("serving"));
    REQUIRE(httpd.wait_for("\n"));
    httpd.signal(SIGTERM);
    std::istringstream lines{httpd.wait().err};
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        const auto object = boost::json::parse(line).as_object();
        CHECK(object.at("level") == "info");
        CHECK(object.at("program") == "httpd++");
        CHECK(object.at("time").as_string().size() == std::string{"2026-11-28T10:00:08.123Z"}.size());
        CHECK_FALSE(object.at("message").as_string().empty());
    }
    CHECK(count == 2);
}

}  // namespace daemon_diagnostics_tests
