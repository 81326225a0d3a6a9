#pragma once
// What a daemon says of itself, on standard error, by a thread of its own: a reader of standard error that has stalled delays no
// request.
//
//   DiagnosticsLog log{DiagnosticsForm::json};
//   options.diagnostics = [&log](DiagnosticLevel level, std::string_view text) { log.tell(level, "files", text); };
//
// In the journal of systemd each line has its priority (sd-daemon(3)): 3 for errors, 4 for warnings, 6 for the rest.

#include <libnet/access_log.hpp>
#include <libnet/base/json_string.hpp>
#include <libnet/base/printable.hpp>
#include <libnet/diagnostics.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <string>
#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

namespace libnet::inline v0 {

/// What the lines of a DiagnosticsLog look like.
enum class DiagnosticsForm : std::uint8_t {
    text,  ///< "httpd++: what: why", with a priority in front in the journal
    json,  ///< an object a line: v, time, level, program, message
};

namespace detail {

/// Whether standard error is the journal: JOURNAL_STREAM names the file that it is (systemd.exec(5)).
inline bool is_in_journal()
{
    const char* const stream = std::getenv("JOURNAL_STREAM");
    struct stat file {};
    if (stream == nullptr || ::fstat(STDERR_FILENO, &file) != 0) return false;
    return std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino) == stream;
}

/// The priority of syslog(3).
inline int priority_of(DiagnosticLevel level) noexcept
{
    switch (level) {
    case DiagnosticLevel::info:
        return 6;
    case DiagnosticLevel::warning:
        return 4;
    case DiagnosticLevel::error:
        break;
    }
    return 3;
}

/// "2026-11-28T10:00:08.123Z"
inline std::string time_in_json(std::chrono::system_clock::time_point when)
{
    const auto second = std::chrono::floor<std::chrono::seconds>(when);
    const auto time = std::chrono::system_clock::to_time_t(second);
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    char text[40], fraction[8];
    const auto size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(when - second).count();
    std::snprintf(fraction, sizeof fraction, ".%03dZ", static_cast<int>(milliseconds) % 1000);
    return std::string{text, size} + fraction;
}

inline std::string diagnostics_line(DiagnosticsForm form, bool in_journal, DiagnosticLevel level,
                                    std::string_view program, std::string_view message)
{
    std::string line;
    if (form == DiagnosticsForm::text) {
        if (in_journal) line = "<" + std::to_string(priority_of(level)) + ">";
        line.append(program).append(": ").append(base::without_controls(message));
        return line + "\n";
    }
    line = R"({"v":1,"time":")" + time_in_json(std::chrono::system_clock::now()) + R"(","level":")";
    line.append(name_of(level)).append(R"(","program":)");
    base::append_json_string(line, program);
    line += R"(,"message":)";
    base::append_json_string(line, message);
    return line + "}\n";
}

}  // namespace detail

/// Takes lines from any thread, and never waits for standard error: where its reader has stalled, lines are lost once 256 KiB
/// wait. At the end it waits for that reader for some three seconds.
class DiagnosticsLog {
public:
    /// It starts a thread: make it when the process is who it will be (`assume`, `restrict_files`).
    explicit DiagnosticsLog(DiagnosticsForm form) : form_{form} {}
    DiagnosticsLog(const DiagnosticsLog&) = delete;
    DiagnosticsLog& operator=(const DiagnosticsLog&) = delete;

    /// Adds a line; control characters of the message become \xHH.
    void tell(DiagnosticLevel level, std::string_view program, std::string_view message)
    {
        const auto line = detail::diagnostics_line(form_, in_journal_, level, program, message);
        const std::lock_guard alone{adding_};
        queue_.add(line);
    }

private:
    const DiagnosticsForm form_;
    const bool in_journal_ = detail::is_in_journal();
    std::mutex adding_;
    AccessLog log_{AccessLog::StandardError{}};
    AccessLogQueue queue_{log_};
};

}  // namespace libnet::inline v0
