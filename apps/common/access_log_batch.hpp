#pragma once
// The access log of one event loop: what happens in a turn of it is one write, and under load what happens in a moment.
//
//   apps::AccessLogBatch batch{log, io};
//   options.on_access = [&batch](const AccessRecord& record) { batch.add(record); };

#include <apps/common/access_line.hpp>
#include <apps/common/access_log.hpp>
#include <libnet/access_record.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <exception>

namespace libnet::apps {

/// Collects lines until the event loop has nothing else to do, or there are many; where that happens often, until a
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
        if (lines_.size() == 0 || scheduled_ || writes_ == most_writes) return;
        boost::asio::post(io_, [this] { end_turn(); });
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
    static constexpr unsigned most_writes = 16;

    void end_turn()
    {
        scheduled_ = false;
        flush();
        if (writes_++ > 0) return;
        moment_.expires_after(a_moment);
        moment_.async_wait([this](const boost::system::error_code&) { end_moment(); });
    }

    void end_moment()
    {
        writes_ = 0;
        flush();
    }

    AccessLog& log_;
    boost::asio::io_context& io_;
    boost::asio::steady_timer moment_;
    LogLine lines_;
    bool scheduled_ = false;  // `end_turn`
    unsigned writes_ = 0;     // at the ends of turns, in this moment; it runs when there has been one
};

}  // namespace libnet::apps
