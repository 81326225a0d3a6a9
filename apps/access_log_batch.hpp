#pragma once
// The access log of one event loop: what happens in a turn of it is one write, and under load what happens in a moment.
//
//   apps::AccessLogBatch batch{log, io};
//   options.on_access = [&batch](const AccessRecord& record) { batch.add(record); };

#include <apps/access_line.hpp>
#include <apps/access_log.hpp>
#include <libnet/access_record.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <exception>

namespace libnet::apps {

/// Collects lines until the event loop has nothing else to do; those that follow at once, until there are many or a
/// moment has passed. For that event loop's thread only.
class AccessLogBatch {
public:
    /// Both must outlive it.
    AccessLogBatch(AccessLog& log, boost::asio::io_context& io) : log_{log}, io_{io}, moment_{io} {}
    ~AccessLogBatch() { flush(); }
    AccessLogBatch(const AccessLogBatch&) = delete;
    AccessLogBatch& operator=(const AccessLogBatch&) = delete;

    void add(const AccessRecord& record) noexcept
    try {
        append_log_line(lines_, record);
        if (lines_.size() >= many) flush();
        if (lines_.size() == 0 || scheduled_) return;
        boost::asio::post(io_, [this] { write_on(); });
        scheduled_ = true;
    } catch (const std::exception&) {
        log_.complain_once("out of memory");
    }

    /// Writes what there is now.
    void flush() noexcept
    {
        if (lines_.size() == 0) return;
        log_.write({lines_.data(), lines_.size()});
        lines_.clear();
    }

private:
    static constexpr std::size_t many = 32 * 1024;
    static constexpr std::chrono::milliseconds a_moment{20};

    /// Writes what there is, and what comes meanwhile after a moment, until nothing has come.
    void write_on()
    {
        flush();
        moment_.expires_after(a_moment);
        moment_.async_wait([this](const boost::system::error_code& cancelled) {
            scheduled_ = !cancelled && lines_.size() > 0;
            if (scheduled_) write_on();
        });
    }

    AccessLog& log_;
    boost::asio::io_context& io_;
    boost::asio::steady_timer moment_;
    LogLine lines_;
    bool scheduled_ = false;
};

}  // namespace libnet::apps
