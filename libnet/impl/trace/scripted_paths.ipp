#pragma once
// Bodies of libnet/testing/scripted_paths.hpp.

#include <libnet/impl/scripted_time.hpp>
#include <libnet/impl/trace/trace_link.hpp>
#include <libnet/impl/trace/tracer_state.hpp>
#include <libnet/testing/scripted_paths.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace libnet::inline v0::testing {

struct ScriptedPaths::State {
    explicit State(boost::asio::io_context& io) : time{io} {}

    detail::ScriptedTime time;
    std::map<boost::asio::ip::address, PathScript> paths;

    ScriptedAnswer answer_of(const engine::TraceSetProbe& probe)
    {
        const auto found = paths.find(probe.address);
        if (found == paths.end()) return no_answer();
        const PathScript script = found->second;  // a copy: it may give its target another one
        return script(probe.probe.ttl, probe.probe.index + 1U);
    }
};

namespace detail {

/// The way between the paths and one session of a tracer.
class ScriptedTrace final : public libnet::detail::TraceLink, public ScriptedEnd {
public:
    using Ask = std::function<ScriptedAnswer(const engine::TraceSetProbe&)>;

    ScriptedTrace(std::shared_ptr<void> keep, ScriptedTime& time, Ask ask, TraceProbe method)
        : keep_{std::move(keep)},
          time_{time},
          ask_{std::move(ask)},
          method_{method},
          timer_{time.io}
    {
        time_.ends.push_back(this);
    }
    ~ScriptedTrace() override { std::erase(time_.ends, this); }
    ScriptedTrace(const ScriptedTrace&) = delete;
    ScriptedTrace& operator=(const ScriptedTrace&) = delete;

    engine::TimePoint now() const override { return time_.now.now(); }

    void send(const engine::TraceSetProbe& probe, engine::TraceSet& traces) override
    {
        const auto answer = ask_(probe);
        if (answer.kind == ScriptedAnswer::Kind::send_error) return traces.on_send_failed(probe, answer.send_error);
        if (!traces.on_sent(probe, probe.number, now()) || answer.kind == ScriptedAnswer::Kind::nothing) return;
        for (unsigned copy = 0; copy < answer.copies; ++copy)
            arrivals_.emplace(now() + std::max(answer.after, std::chrono::nanoseconds{}), Arrival{probe, answer});
    }

    void read(engine::TraceSet& traces) override
    {
        while (!arrivals_.empty() && arrivals_.begin()->first <= now()) {
            const auto [at, arrival] = *arrivals_.begin();
            arrivals_.erase(arrivals_.begin());
            traces.on_reply(wire::version_of(arrival.probe.address), reply_of(arrival, at));
        }
    }

    boost::asio::awaitable<void> until(engine::TimePoint deadline) override
    {
        constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
        deadline_ = deadline;
        woken_ = deadline <= now();
        while (!woken_ && !stopped_) {
            timer_.expires_at(engine::TimePoint::max());
            const auto [cancelled] = co_await timer_.async_wait(token);
            if (cancelled && !woken_) break;
        }
        deadline_ = engine::TimePoint::max();
        if (stopped_ || !woken_) throw boost::system::system_error{boost::asio::error::operation_aborted};
    }

    void stop() override
    {
        stopped_ = true;
        timer_.cancel();
    }

    engine::TimePoint next() const override
    {
        const auto deadline = deadline_ > now() ? deadline_ : engine::TimePoint::max();
        const auto arrival = arrivals_.upper_bound(now());
        return arrival == arrivals_.end() ? deadline : std::min(deadline, arrival->first);
    }

    void wake() override
    {
        woken_ = true;
        timer_.cancel();
    }

private:
    struct Arrival {
        engine::TraceSetProbe probe;
        ScriptedAnswer answer;
    };

    engine::TraceReply reply_of(const Arrival& arrival, engine::TimePoint at) const
    {
        const auto& [probe, answer] = arrival;
        engine::TraceReply reply;
        reply.number = probe.number;
        reply.from = answer.from.is_unspecified() ? probe.address : answer.from;
        reply.destination = probe.address;
        reply.received = at;
        reply.read = now();
        reply.cookie = probe.cookie;
        reply.cookie_mask = ~std::uint64_t{0};
        if (answer.ttl) reply.reply_ttl = static_cast<std::uint8_t>(*answer.ttl);
        if (answer.kind == ScriptedAnswer::Kind::icmp_error)
            reply.error = engine::TraceReply::Error{answer.type, answer.code, answer.mtu.value_or(0)};
        else if (is_refused_by_port())  // a port that nothing listens on, which is how traceroute knows the destination
            reply.error = probe.address.is_v4() ? engine::TraceReply::Error{3, 3} : engine::TraceReply::Error{1, 4};
        return reply;
    }

    bool is_refused_by_port() const noexcept
    {
        return method_ == TraceProbe::udp || method_ == TraceProbe::udp_constant || method_ == TraceProbe::udp_lite;
    }

    std::shared_ptr<void> keep_;
    ScriptedTime& time_;
    Ask ask_;
    TraceProbe method_;
    boost::asio::steady_timer timer_;
    std::multimap<engine::TimePoint, Arrival> arrivals_;
    engine::TimePoint deadline_ = engine::TimePoint::max();
    bool woken_ = false, stopped_ = false;
};

}  // namespace detail

LIBNETXX_DECL ScriptedPaths::ScriptedPaths(boost::asio::io_context& io) : state_{std::make_shared<State>(io)} {}

LIBNETXX_DECL ScriptedPaths::~ScriptedPaths() = default;

LIBNETXX_DECL void ScriptedPaths::path(const boost::asio::ip::address& target, PathScript script)
{
    state_->paths[target] = std::move(script);
}

LIBNETXX_DECL Tracer ScriptedPaths::make_tracer(TraceOptions options)
{
    auto tracer = std::make_shared<libnet::detail::TracerState>(state_->time.io.get_executor(), options);
    tracer->link_by([state = state_, method = options.method]() -> std::shared_ptr<libnet::detail::TraceLink> {
        const auto ask = [state = state.get()](const engine::TraceSetProbe& probe) { return state->answer_of(probe); };
        return std::make_shared<detail::ScriptedTrace>(state, state->time, ask, method);
    });
    return Tracer{std::move(tracer)};
}

LIBNETXX_DECL void ScriptedPaths::advance(std::chrono::nanoseconds time) { state_->time.advance(time); }

LIBNETXX_DECL const ManualTime& ScriptedPaths::time() const noexcept { return state_->time.now; }

}  // namespace libnet::inline v0::testing
