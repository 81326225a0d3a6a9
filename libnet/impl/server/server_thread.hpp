#pragma once
// One thread of a ServerGroup: an event loop with a server for each listening socket, and those that they have replaced.

#include <libnet/access_log.hpp>
#include <libnet/access_record.hpp>
#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/io/tcp/connection_budget.hpp>
#include <libnet/io/tcp/listening_sockets.hpp>
#include <libnet/server_counters.hpp>
#include <libnet/server_now.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <fcntl.h>

namespace libnet::inline v0 {

/// Options of servers that are not the same at every place.
template <typename Options>
struct OptionsByPlace {
    Options options;                                           ///< what they have in common
    std::function<void(Options&, const io::ListenPlace&)> at;  ///< changes what is different at a place
};

}  // namespace libnet::inline v0

namespace libnet::inline v0::detail {

/// What the options say of connections in all; 0: any number.
template <typename Options>
std::size_t connection_limit(const Options& options)
{
    if constexpr (requires { options.options; }) return connection_limit(options.options);
    else if constexpr (requires { options.max_connections; }) return options.max_connections;
    else return 0;
}

template <typename Options>
Options options_at(const Options& options, const io::ListenPlace&)
{
    return options;
}

template <typename Options>
Options options_at(const OptionsByPlace<Options>& by_place, const io::ListenPlace& place)
{
    auto options = by_place.options;
    by_place.at(options, place);
    return options;
}

/// Only `run`, `stop` and `post` are for other threads; before `run`, everything is for the thread that has made it.
template <typename Server>
class ServerThread {
public:
    /// `listeners` are the sockets to accept from; `places`: where each of them is; `connections`: those of all threads.
    ServerThread(std::vector<io::FileDescriptor> listeners, std::vector<io::ListenPlace> places,
                 std::shared_ptr<io::ConnectionBudget> connections, AccessLog* log)
        : listeners_{std::move(listeners)},
          places_{std::move(places)},
          connections_{std::move(connections)}
    {
        if (log != nullptr) log_ = std::make_unique<AccessLogQueue>(*log);
    }
    ServerThread(const ServerThread&) = delete;
    ServerThread& operator=(const ServerThread&) = delete;

    /// Makes a server for each socket, or one for all, which don't accept yet. Throws what their constructor throws; then there
    /// are none.
    template <typename Options>
    void prepare(const Options& options)
    {
        using ServerOptions = decltype(options_at(options, places_.front()));
        using Executor = boost::asio::io_context::executor_type;
        constexpr bool one_for_all = std::is_constructible_v<Server, Executor, ServerOptions, std::vector<Acceptor>>;
        next_.clear();
        try {
            std::vector<Acceptor> acceptors;
            for (const auto& listener : listeners_) acceptors.push_back(acceptor_of(listener));
            if constexpr (one_for_all) {
                if (acceptors.empty()) return;  // it ends already
                next_.emplace_back(io_.get_executor(), observed(options_at(options, places_.front())),
                                   std::move(acceptors));
            } else {
                for (std::size_t i = 0; i < acceptors.size(); ++i)
                    next_.emplace_back(io_.get_executor(), observed(options_at(options, places_[i])),
                                       std::move(acceptors[i]));
            }
        } catch (...) {
            next_.clear();
            throw;
        }
    }

    void forget_prepared() { next_.clear(); }

    /// The prepared servers begin, and take the place of those that serve; these let their connections end.
    void commit()
    {
        if (stopping_ || retired_) return next_.clear();
        for (auto& serving : servers_) retire(serving);
        while (!next_.empty()) {
            auto& serving = next_.front();
            servers_.splice(servers_.end(), next_, next_.begin());
            const auto on_done = [this, &serving](std::exception_ptr thrown) { on_end(serving, thrown); };
            boost::asio::co_spawn(io_, serving.server.run(),
                                  boost::asio::bind_cancellation_slot(serving.stop.slot(), on_done));
        }
    }

    /// Lets all connections end, idle ones soon; no other server takes their place here.
    void retire()
    {
        retired_ = true;
        next_.clear();
        listeners_.clear();
        constexpr std::chrono::seconds idle{1};  // then nothing is on its way to us, as far as that can be known
        for (auto& serving : servers_) {
            if constexpr (requires { serving.server.retire(idle); }) serving.server.retire(idle);
            else retire(serving);
        }
    }

    /// Has something done with each server that serves.
    void for_each(const std::function<void(Server&)>& work)
    {
        for (auto& serving : servers_) work(serving.server);
    }

    /// What it has counted; connections are those of now.
    ServerCounts counts() const
    {
        auto counts = counts_;
        for (const auto& serving : servers_) {
            if constexpr (requires { serving.server.connections(); })
                counts.connections += serving.server.connections();
            counts.cache_evictions += evictions_of(serving.server);
        }
        return counts;
    }

    /// What its servers are at, with so many connections of each.
    ServerNow now(std::size_t most_connections) const
    {
        ServerNow now;
        if constexpr (requires(const Server& server) { server.now(most_connections); })
            for (const auto& serving : servers_) now.add(serving.server.now(most_connections));
        return now;
    }

    /// Serves until it is stopped. Returns what went wrong, or null.
    std::exception_ptr run()
    try {
        io_.run();
        if (log_) log_->flush();
        return stopping_ ? nullptr : failure_;  // a server that is told to stop at once may throw operation_aborted
    } catch (...) {
        return std::current_exception();
    }

    /// From any thread, before `run` and after it, too.
    void stop(boost::asio::cancellation_type how)
    {
        post([this, how] {
            stopping_ = true;
            listeners_.clear();
            for (auto& serving : servers_) serving.stop.emit(how);
        });
    }

    /// Has something done in the thread; never, where it has ended.
    template <typename Work>
    void post(Work work)
    {
        boost::asio::post(io_, std::move(work));
    }

private:
    using Acceptor = boost::asio::ip::tcp::acceptor;

    struct Serving {
        template <typename Options, typename Listening>
        Serving(const boost::asio::io_context::executor_type& executor, Options options, Listening listening)
            : server{executor, std::move(options), std::move(listening)}
        {}
        boost::asio::cancellation_signal stop;  // outlives the coroutine, which holds on to its slot
        Server server;
    };

    /// One that accepts from the same socket.
    Acceptor acceptor_of(const io::FileDescriptor& listener)
    {
        Acceptor acceptor{io_};
        io::FileDescriptor copy{::fcntl(listener.get(), F_DUPFD_CLOEXEC, 3)};
        acceptor.assign(boost::asio::ip::tcp::v4(), copy.get());
        copy.release();
        return acceptor;
    }

    /// Lets its connections end.
    static void retire(Serving& serving)
    {
        if constexpr (requires { serving.server.retire(); }) serving.server.retire();
        else serving.stop.emit(boost::asio::cancellation_type::total);
    }

    template <typename Options>
    Options observed(Options options)
    {
        if constexpr (requires { options.on_access; })
            options.on_access = [this, also = std::move(options.on_access)](const AccessRecord& record) {
                count(counts_, record);
                if (log_) log_->add(record);
                if (also) also(record);
            };
        if constexpr (requires { options.shared_connections; }) options.shared_connections = connections_;
        return options;
    }

    static std::uint64_t evictions_of(const Server& server)
    {
        if constexpr (requires { server.cache_evictions(); }) return server.cache_evictions();
        else return 0;
    }

    /// A server that gives up ends the thread; one that was replaced goes when its last connection has gone.
    void on_end(Serving& ended, const std::exception_ptr& thrown)
    {
        if (thrown) {
            failure_ = thrown;
            return io_.stop();
        }
        boost::asio::post(io_, [this, &ended] {
            counts_.cache_evictions += evictions_of(ended.server);
            servers_.remove_if([&ended](const Serving& serving) { return &serving == &ended; });
            if (servers_.empty()) io_.stop();
        });
    }

    boost::asio::io_context io_{1};
    std::vector<io::FileDescriptor> listeners_;
    const std::vector<io::ListenPlace> places_;
    const std::shared_ptr<io::ConnectionBudget> connections_;
    std::unique_ptr<AccessLogQueue> log_;
    ServerCounts counts_;
    std::list<Serving> servers_, next_;
    std::exception_ptr failure_;
    bool stopping_ = false, retired_ = false;
};

}  // namespace libnet::inline v0::detail
