#pragma once
// What is behind a Tracer.

#include <libnet/engine/trace/trace_counters.hpp>
#include <libnet/engine/trace/trace_path.hpp>
#include <libnet/impl/trace/trace_session.hpp>
#include <libnet/io/loop/turnstile.hpp>
#include <libnet/trace_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace libnet::inline v0::io {
class NameSource;
}

namespace libnet::inline v0::detail {

/// Throws `invalid_argument` for an option that is out of its range.
const TraceOptions& checked(const TraceOptions& options);

/// What a Tracer owns. It doesn't own the sessions of `trace`: these belong to the coroutines that wait for them.
struct TracerState {
    TracerState(const boost::asio::any_io_executor& on, const TraceOptions& how)
        : executor{on},
          options{checked(how)},
          counters{std::make_shared<TraceCounters>()},
          session{std::make_shared<TraceSession>(on, how, counters)}
    {}

    boost::asio::any_io_executor executor;
    TraceOptions options;
    std::shared_ptr<TraceCounters> counters;  // of all sessions
    std::shared_ptr<TraceSession> session;    // of add and next
    io::Turnstile nexts;                      // which wait for their events one after the other
    std::vector<std::weak_ptr<TraceSession>> others;
    std::shared_ptr<io::NameSource> names;                  // null: there was no name yet
    std::function<std::shared_ptr<TraceLink>()> make_link;  // empty: sessions have sockets
    bool stopped = false;

    /// Each session is given one of these. Before the first target.
    void link_by(std::function<std::shared_ptr<TraceLink>()> make)
    {
        make_link = std::move(make);
        session->use(make_link());
    }

    /// A session of its own, for one `trace`.
    std::shared_ptr<TraceSession> begin()
    {
        auto fresh = std::make_shared<TraceSession>(executor, options, counters);
        if (make_link) fresh->use(make_link());
        std::erase_if(others, [](const auto& other) { return other.expired(); });
        others.push_back(fresh);
        return fresh;
    }

    void stop() noexcept
    {
        stopped = true;
        names.reset();
        session->stop();
        for (const auto& other : others)
            if (const auto tracing = other.lock()) tracing->stop();
    }
};

/// Traces one path in a session that has nothing else to do.
boost::asio::awaitable<TracePath> trace_one(std::shared_ptr<TraceSession> session, boost::asio::ip::address target);

}  // namespace libnet::inline v0::detail
