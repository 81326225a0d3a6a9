#pragma once
// A path that a PathMtuSearch runs over, in a time of its own.

#include <libnet/engine/ping/ping_payload.hpp>
#include <libnet/engine/query/path_mtu_search.hpp>
#include <tests/support/catch.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

namespace libnet::test {

using namespace std::chrono_literals;
using namespace libnet::engine;

inline const auto narrow_router = boost::asio::ip::make_address("192.0.2.1");

/// What happens to packets on the way. The functions may be replaced.
struct Path {
    std::uint32_t interface_mtu = 1500;
    std::uint32_t mtu = 1500;  ///< larger packets get no answer from the host
    /// What the router says to a packet of this size, which is too big; nullopt: nothing, 0: no MTU. Empty: the MTU.
    std::function<std::optional<std::uint32_t>(std::uint32_t)> tells{};
    std::function<bool(std::size_t)> loses{};  ///< probes by their number, from 0 on
    std::chrono::nanoseconds rtt = 10ms;
};

/// Performs a search's actions over a path.
struct PathMtuLab {
    explicit PathMtuLab(Path path_, const char* address = "198.51.100.9",
                        PathMtuSearchOptions options = {.key = {1, 2}})
        : path{std::move(path_)},
          target{boost::asio::ip::make_address(address)},
          search{target, options},
          version{wire::version_of(target)}
    {}

    /// Runs the search to its end.
    const PathMtu& run()
    {
        for (int actions = 0; actions < 10'000; ++actions) {
            deliver();
            const auto action = search.next(now);
            if (const auto* send = std::get_if<path_mtu_action::Send>(&action)) on_send(*send);
            else if (const auto* report = std::get_if<path_mtu_action::Report>(&action))
                steps.push_back(report->outcome);
            else if (const auto* wait = std::get_if<path_mtu_action::WaitUntil>(&action)) advance(wait->deadline);
            else return search.result();
        }
        FAIL("the search doesn't end");
        return search.result();
    }

    std::vector<std::byte> payload_of(const path_mtu_action::Send& send) const
    {
        std::vector<std::byte> payload(send.size - echo_headers_size(version));
        write_payload(send.cookie, payload);
        return payload;
    }

    void reply(const path_mtu_action::Send& send) { reply(send, now); }
    void reply(const path_mtu_action::Send& send, PathMtuSearch::TimePoint at)
    {
        search.on_reply(target, send.sequence, payload_of(send), at);
    }

    void too_big(const path_mtu_action::Send& send, std::optional<std::uint32_t> told)
    {
        const auto payload = payload_of(send);
        const bool v4 = version == wire::IpVersion::v4;
        const PathMtuError error{narrow_router, static_cast<std::uint8_t>(v4 ? 3 : 2),
                                 static_cast<std::uint8_t>(v4 ? 4 : 0)};
        search.on_error({target, send.sequence, std::span{payload}.first(40 - 20), error, told, now});
    }

    Path path;
    boost::asio::ip::address target;
    PathMtuSearch search;
    wire::IpVersion version;
    PathMtuSearch::TimePoint now{1h};
    std::vector<path_mtu_action::Send> sent;
    std::vector<PathMtuStep> steps;

private:
    void on_send(const path_mtu_action::Send& send)
    {
        sent.push_back(send);
        if (send.size > path.interface_mtu) return search.on_refused(send.sequence, path.interface_mtu);
        if (path.loses && path.loses(sent.size() - 1)) return;
        if (send.size <= path.mtu) return later([this, send] { reply(send); });
        if (const auto told = path.tells ? path.tells(send.size) : path.mtu)
            later([this, send, told] { too_big(send, *told == 0 ? std::nullopt : told); });
    }

    void later(std::function<void()> event) { events.emplace(now + path.rtt, std::move(event)); }

    void advance(PathMtuSearch::TimePoint deadline)
    {
        now = events.empty() ? deadline : std::min(deadline, events.begin()->first);
    }

    void deliver()
    {
        while (!events.empty() && events.begin()->first <= now) {
            const auto event = std::move(events.begin()->second);
            events.erase(events.begin());
            event();
        }
    }

    std::multimap<PathMtuSearch::TimePoint, std::function<void()>> events;
};

}  // namespace libnet::test
