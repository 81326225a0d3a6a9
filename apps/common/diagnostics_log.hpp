#pragma once
// How a daemon complains while it serves: by a thread of its own, so that whoever reads standard error, and has stopped, keeps
// nobody waiting.
//
//   const DiagnosticsLog diagnostics{DiagnosticsForm::text};     // as long as it lives, `complain` goes there
//
// In the journal of systemd each line has its priority (sd-daemon(3)): 3 for errors, 4 for warnings, 6 for the rest.

#include <apps/common/output.hpp>
#include <libnet/access_log.hpp>
#include <libnet/base/json_string.hpp>
#include <libnet/base/text.hpp>
#include <libnet/diagnostics.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

namespace libnet::apps {

/// What a complaint looks like.
enum class DiagnosticsForm : std::uint8_t {
    text,  ///< "httpd++: what: why", with a priority in front in the journal
    json,  ///< an object a line: time, level, program, message
};

namespace detail {

/// Whether standard error is the journal: JOURNAL_STREAM names the file that it is (systemd.exec(5)).
inline bool is_in_journal()
{
    const char* const stream = std::getenv("JOURNAL_STREAM");
    struct stat file {};
    if (stream == nullptr || ::fstat(STDERR_FILENO, &file) != 0) return false;
    return fmt::format("{}:{}", file.st_dev, file.st_ino) == stream;
}

/// The priority of syslog(3).
inline int priority_of(DiagnosticLevel level)
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
    char text[40];
    const auto size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(when - second).count();
    return fmt::format("{}.{:03}Z", std::string_view{text, size}, milliseconds);
}

inline std::string diagnostics_line(DiagnosticsForm form, bool in_journal, DiagnosticLevel level,
                                    std::string_view program, std::string_view message)
{
    if (form == DiagnosticsForm::text) {
        const auto line = fmt::format("{}: {}\n", program, without_controls(message));
        return in_journal ? fmt::format("<{}>{}", priority_of(level), line) : line;
    }
    auto line = fmt::format("{{\"v\":1,\"time\":\"{}\",\"level\":\"{}\",\"program\":\"{}\",\"message\":",
                            time_in_json(std::chrono::system_clock::now()), name_of(level), program);
    base::append_json_string(line, message);
    return line + "}\n";
}

}  // namespace detail

/// Takes what `complain` is told, from any thread, and never waits for standard error: where its reader has stalled, lines are
/// lost once 256 KiB wait. At the end it waits for that reader for some three seconds.
class DiagnosticsLog {
public:
    /// Call it when the process is who it will be, since it starts a thread.
    explicit DiagnosticsLog(DiagnosticsForm form) : form_{form}
    {
        const std::lock_guard alone{complaint_mutex};
        complaint_taker = [this](DiagnosticLevel level, std::string_view program, std::string_view message) {
            take(level, program, message);
        };
    }
    ~DiagnosticsLog()
    {
        const std::lock_guard alone{complaint_mutex};
        complaint_taker = nullptr;
    }
    DiagnosticsLog(const DiagnosticsLog&) = delete;
    DiagnosticsLog& operator=(const DiagnosticsLog&) = delete;

private:
    void take(DiagnosticLevel level, std::string_view program, std::string_view message)
    {
        queue_.add(detail::diagnostics_line(form_, in_journal_, level, program, message));
    }

    const DiagnosticsForm form_;
    const bool in_journal_ = detail::is_in_journal();
    AccessLog log_{AccessLog::StandardError{}};
    AccessLogQueue queue_{log_};
};

}  // namespace libnet::apps
