#pragma once
// Lines of any thread on their way to a file, for which none of them waits.

#include <libnet/access_log.hpp>

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0 {

/// An AccessLog with one queue for all threads, for what is told less often than requests: the events of proxies. A reader that
/// stalls costs lines, and no caller waits for it.
class EventLog {
public:
    /// As the constructor of AccessLog. The thread that writes begins with the first line.
    explicit EventLog(std::string target, DiagnosticsHandler diagnostics = {})
        : log_{std::move(target), std::move(diagnostics), {}, "event log"}
    {}

    /// Adds whole lines, each with its line feed; they are lost where there is no room, or no memory.
    void add(std::string_view lines) noexcept
    try {
        const std::lock_guard alone{mutex_};
        if (!queue_) queue_.emplace(log_);
        queue_->add(lines);
    } catch (...) {
        // There is no thread that would write them: the next line tries again.
    }

    /// As AccessLog::reopen and AccessLog::dropped.
    void reopen() noexcept { log_.reopen(); }
    std::uint64_t dropped() const noexcept { return log_.dropped(); }  ///< lines that the file did not get

private:
    AccessLog log_;
    std::mutex mutex_;
    std::optional<AccessLogQueue> queue_;
};

}  // namespace libnet::inline v0
