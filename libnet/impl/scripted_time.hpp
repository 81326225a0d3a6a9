#pragma once
// The time of scripted networks (libnet/testing), and what waits for it.

#include <libnet/engine/time_point.hpp>
#include <libnet/testing/manual_time.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <vector>

namespace libnet::inline v0::testing::detail {

/// What stands in the place of an object's sockets and clock. It is among `ScriptedTime::ends` as long as it lives.
class ScriptedEnd {
public:
    virtual ~ScriptedEnd() = default;

    /// When there is something to do for it, after now; the largest time: never.
    virtual engine::TimePoint next() const = 0;

    /// The time has moved on.
    virtual void wake() = 0;
};

struct ScriptedTime {
    explicit ScriptedTime(boost::asio::io_context& on) : io{on} {}

    /// Runs the io_context, and moves the time on to each next event, until so much has passed and nothing is left to do.
    void advance(std::chrono::nanoseconds time)
    {
        const auto end = now.now() + time;
        for (bool last = false; !last;) {
            poll();
            auto next = end;
            for (const auto* one : ends) next = std::min(next, one->next());
            last = next == end;
            now.reach(next);
            const auto all = ends;  // a copy: what is woken may make and destroy others
            for (auto* one : all)
                if (std::ranges::find(ends, one) != ends.end()) one->wake();
            poll();
        }
    }

    boost::asio::io_context& io;
    ManualTime now{};
    std::vector<ScriptedEnd*> ends{};

private:
    void poll()
    {
        io.restart();
        io.poll();
    }
};

}  // namespace libnet::inline v0::testing::detail
