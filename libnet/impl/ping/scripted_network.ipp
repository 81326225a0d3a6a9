#pragma once
// Bodies of libnet/testing/scripted_network.hpp.

#include <libnet/engine/ping/ping_payload.hpp>
#include <libnet/impl/ping/ping_driver.hpp>
#include <libnet/impl/scripted_time.hpp>
#include <libnet/testing/scripted_network.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace libnet::inline v0::testing {

struct ScriptedNetwork::State {
    struct Host {
        HostScript script;
        std::uint64_t probes = 0;
    };

    explicit State(boost::asio::io_context& io) : time{io} {}

    detail::ScriptedTime time;
    std::map<boost::asio::ip::address, Host> hosts;

    ScriptedAnswer answer_of(const boost::asio::ip::address& address)
    {
        const auto found = hosts.find(address);
        if (found == hosts.end()) return no_answer();
        const HostScript script = found->second.script;  // a copy: it may give its host another one
        return script(++found->second.probes);
    }
};

namespace detail {

/// The way between the network and one pinger.
class ScriptedLink final : public libnet::detail::PingLink, public ScriptedEnd {
public:
    ScriptedLink(std::shared_ptr<void> keep, ScriptedTime& time,
                 std::function<ScriptedAnswer(const boost::asio::ip::address&)> ask, const PingOptions& options)
        : keep_{std::move(keep)},
          time_{time},
          ask_{std::move(ask)},
          payload_size_{options.payload_size},
          pattern_{options.pattern}
    {
        time_.ends.push_back(this);
    }
    ~ScriptedLink() override { std::erase(time_.ends, this); }
    ScriptedLink(const ScriptedLink&) = delete;
    ScriptedLink& operator=(const ScriptedLink&) = delete;

    engine::TimePoint now() const override { return time_.now.now(); }

    void send(const engine::PingProbe& probe, engine::PingEngine& engine) override
    {
        const auto answer = ask_(probe.to);
        if (answer.kind == ScriptedAnswer::Kind::send_error)
            return engine.on_send_error(probe.probe, answer.send_error);
        engine.on_sent(probe.probe, now());
        if (answer.kind == ScriptedAnswer::Kind::nothing) return;
        for (unsigned copy = 0; copy < answer.copies; ++copy)
            arrivals_.emplace(now() + std::max(answer.after, std::chrono::nanoseconds{}),
                              Arrival{probe.to, probe.sequence, probe.cookie, answer});
    }

    void read(engine::PingEngine& engine) override
    {
        while (!arrivals_.empty() && arrivals_.begin()->first <= now()) {
            const auto [at, arrival] = *arrivals_.begin();
            arrivals_.erase(arrivals_.begin());
            hand_in(engine, arrival, at);
        }
    }

    void wait_until(engine::TimePoint deadline, std::function<void()> wake) override
    {
        deadline_ = deadline;
        wake_ = std::move(wake);
    }

    engine::TimePoint next() const override
    {
        const auto deadline = deadline_ > now() ? deadline_ : engine::TimePoint::max();
        const auto arrival = arrivals_.upper_bound(now());
        return arrival == arrivals_.end() ? deadline : std::min(deadline, arrival->first);
    }

    void wake() override
    {
        if (const auto act = std::exchange(wake_, nullptr)) act();
    }

private:
    struct Arrival {
        boost::asio::ip::address host;
        std::uint16_t sequence;
        std::uint64_t cookie;
        ScriptedAnswer answer;
    };

    void hand_in(engine::PingEngine& engine, const Arrival& arrival, engine::TimePoint at)
    {
        const auto& answer = arrival.answer;
        const auto from = answer.from.is_unspecified() ? arrival.host : answer.from;
        std::vector<std::byte> payload(payload_size_);
        engine::write_payload(arrival.cookie, payload, pattern_);
        engine.make_room(1);
        if (answer.kind == ScriptedAnswer::Kind::reply)
            return engine.on_reply({.from = from,
                                    .sequence = arrival.sequence,
                                    .payload = payload,
                                    .ttl = answer.ttl,
                                    .received = at,
                                    .read = now()});
        engine.on_error({arrival.host, arrival.sequence, payload, from, answer.type, answer.code, answer.mtu});
    }

    std::shared_ptr<void> keep_;
    ScriptedTime& time_;
    std::function<ScriptedAnswer(const boost::asio::ip::address&)> ask_;
    std::size_t payload_size_;
    PingPattern pattern_;
    std::multimap<engine::TimePoint, Arrival> arrivals_;
    engine::TimePoint deadline_ = engine::TimePoint::max();
    std::function<void()> wake_;
};

}  // namespace detail

LIBNETXX_DECL ScriptedNetwork::ScriptedNetwork(boost::asio::io_context& io) : state_{std::make_shared<State>(io)} {}

LIBNETXX_DECL ScriptedNetwork::~ScriptedNetwork() = default;

LIBNETXX_DECL void ScriptedNetwork::host(const boost::asio::ip::address& address, HostScript script)
{
    state_->hosts[address] = {std::move(script)};
}

LIBNETXX_DECL IcmpPinger ScriptedNetwork::make_pinger(PingOptions options)
{
    State* const state = state_.get();
    auto link = std::make_unique<detail::ScriptedLink>(
        state_, state->time, [state](const boost::asio::ip::address& address) { return state->answer_of(address); },
        options);
    return IcmpPinger{
        std::make_shared<libnet::detail::PingDriver>(state->time.io.get_executor(), options, std::move(link))};
}

LIBNETXX_DECL void ScriptedNetwork::advance(std::chrono::nanoseconds time) { state_->time.advance(time); }

LIBNETXX_DECL const ManualTime& ScriptedNetwork::time() const noexcept { return state_->time.now; }

}  // namespace libnet::inline v0::testing
