#pragma once
// One of the two servers, running in a thread of its own.

#include <libnet/access_record.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace libnet::test {

/// An AccessRecord that owns its texts.
struct LoggedAccess {
    std::string method, target, user_agent, reason, user;
    unsigned version, status;
    std::uint64_t bytes_sent, bytes_received;
    boost::asio::ip::tcp::endpoint client;
};

/// Serves on loopback from construction on, and stops when it goes out of scope.
template <typename Server, typename ServerOptions>
class ServerThread {
public:
    /// Address, port and on_access of the options are set here.
    explicit ServerThread(ServerOptions options = {})
    {
        options.address = boost::asio::ip::address_v4::loopback();
        options.port = 0;
        options.on_access = [this](const AccessRecord& record) { log(record); };
        server_.emplace(io_.get_executor(), std::move(options));
        endpoint_ = server_->local_endpoint();
        boost::asio::co_spawn(io_, server_->run(),
                              boost::asio::bind_cancellation_slot(stop_.slot(), [this](std::exception_ptr failure) {
                                  const std::lock_guard lock{mutex_};
                                  failure_ = failure;
                                  ended_ = true;
                                  changed_.notify_all();
                              }));
        thread_ = std::thread{[this] { io_.run(); }};
    }
    ~ServerThread()
    {
        stop(boost::asio::cancellation_type::terminal);
        thread_.join();
    }
    ServerThread(const ServerThread&) = delete;
    ServerThread& operator=(const ServerThread&) = delete;

    const boost::asio::ip::tcp::endpoint& endpoint() const { return endpoint_; }

    /// The server, for what may be asked of it while it runs.
    const Server& server() const { return *server_; }

    void stop(boost::asio::cancellation_type how)
    {
        boost::asio::post(io_, [this, how] { stop_.emit(how); });
    }

    /// Destroys the server object while it runs.
    void destroy()
    {
        boost::asio::post(io_, [this] { server_.reset(); });
    }

    /// Whether run() has returned, without an exception, within a minute.
    bool wait_until_ended()
    {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, limit, [this] { return ended_; }) && !failure_;
    }

    /// The log when it has `count` lines, or what it has after a minute.
    std::vector<LoggedAccess> wait_for_log(std::size_t count)
    {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, limit, [&] { return log_.size() >= count; });
        return log_;
    }

    std::vector<LoggedAccess> logged()
    {
        const std::lock_guard lock{mutex_};
        return log_;
    }

private:
    static constexpr std::chrono::seconds limit{60};

    void log(const AccessRecord& record)
    {
        const std::lock_guard lock{mutex_};
        log_.push_back({std::string{record.method}, std::string{record.target}, std::string{record.user_agent},
                        std::string{record.reason}, std::string{record.user}, record.version, record.status,
                        record.bytes_sent, record.bytes_received, record.client});
        changed_.notify_all();
    }

    boost::asio::cancellation_signal stop_;
    boost::asio::io_context io_{1};
    std::optional<Server> server_;
    boost::asio::ip::tcp::endpoint endpoint_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<LoggedAccess> log_;
    std::exception_ptr failure_;
    bool ended_ = false;
    std::thread thread_;
};

}  // namespace libnet::test
