#pragma once
// What a program complains of while it serves goes to a DiagnosticsLog, which never waits for standard error.

#include <apps/common/output.hpp>
#include <libnet/diagnostics_log.hpp>

#include <mutex>
#include <string_view>

namespace libnet::apps {

/// As long as it lives, `complain` goes there.
class ComplaintLog {
public:
    /// Call it when the process is who it will be, since it starts a thread.
    explicit ComplaintLog(DiagnosticsForm form) : log_{form}
    {
        const std::lock_guard alone{complaint_mutex};
        complaint_taker = [this](DiagnosticLevel level, std::string_view program, std::string_view message) {
            log_.tell(level, program, message);
        };
    }
    ~ComplaintLog()
    {
        const std::lock_guard alone{complaint_mutex};
        complaint_taker = nullptr;
    }
    ComplaintLog(const ComplaintLog&) = delete;
    ComplaintLog& operator=(const ComplaintLog&) = delete;

private:
    DiagnosticsLog log_;
};

}  // namespace libnet::apps
