#pragma once
/// @file
/// Paths whose routers answer as a test says, at times that a test says: for testing what is built upon a Tracer.

#include <libnet/config.hpp>
#include <libnet/testing/manual_time.hpp>
#include <libnet/testing/scripted_answer.hpp>
#include <libnet/trace_options.hpp>
#include <libnet/tracer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace libnet::inline v0::testing {

/// What becomes of a probe to a target: of its TTL, and of its number within its hop, from 1 on. `reply_after`: the target itself
/// answers, in the way that probes of this kind are answered. `time_exceeded`: a router does.
using PathScript = std::function<ScriptedAnswer(std::uint8_t ttl, unsigned number)>;

/// A network of paths that follow scripts, with a time that stands still. Its tracers are Tracers in everything but that: they
/// open no socket for probes, take no permission and no time, and count by this clock.
///
///     asio::io_context io;
///     testing::ScriptedPaths paths{io};
///     paths.path(target, [](std::uint8_t ttl, unsigned) { return ttl < 3 ? time_exceeded(routers[ttl]) : reply_after(20ms); });
///     Tracer tracer = paths.make_tracer({.method = TraceProbe::icmp});
///     asio::co_spawn(io, watch(tracer), asio::detached);    // what is tested
///     paths.advance(10s);                                  // takes some microseconds
///
/// A target without a script is silent, and so are its routers. Which options say how a packet is sent has no effect. Timers of
/// Asio don't know of this time: what is tested waits in the tracer alone. For one thread; the io_context must outlive it.
class ScriptedPaths {
public:
    explicit ScriptedPaths(boost::asio::io_context& io);  ///< runs nothing by itself
    ~ScriptedPaths();                                     ///< its tracers may outlive it: their time stands still then
    ScriptedPaths(const ScriptedPaths&) = delete;
    ScriptedPaths& operator=(const ScriptedPaths&) = delete;

    /// From now on probes to this target have the ends that the script says; in place of what it said before.
    void path(const boost::asio::ip::address& target, PathScript script);

    /// Throws `boost::system::system_error`, `invalid_argument`, for an option out of range, as Tracer's constructor.
    Tracer make_tracer(TraceOptions options = {});

    /// Runs the io_context, and moves the time on to each next event, until so much has passed and nothing is left to do at that
    /// time. Throws what a handler throws.
    void advance(std::chrono::nanoseconds time);

    /// The time, for a program's own use.
    const ManualTime& time() const noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;  ///< the tracers share it
};

}  // namespace libnet::inline v0::testing

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/trace/scripted_paths.ipp>
#endif
