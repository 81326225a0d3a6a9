#pragma once
// Which hosts answer, from the events of their probes.

#include <libnet/ping_hosts.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <variant>

namespace libnet::inline v0 {

struct PingVerdict {                   ///< What became of one address.
    boost::asio::ip::address address;  ///< that was pinged
    bool alive = false;                ///< it has answered
    friend bool operator==(const PingVerdict&, const PingVerdict&) = default;
};

/// Knows that a host is alive with its first answer, and that it isn't when all of its probes have ended without one. The
/// addresses of a range are hosts of their own. Some hundred octets for each host that an event was about.
class PingReachability {
public:
    /// `count` is how many probes go to each host; 0: no end, so that nothing but the end of the run says that a host isn't.
    explicit PingReachability(std::uint64_t count) : count_{count} {}

    /// What is known of a host with this event, if it wasn't before. One whose answer comes after the verdict is alive after all.
    std::optional<PingVerdict> note(const PingHost& host, const PingEvent& event)
    {
        const bool answer = std::holds_alternative<PingReply>(event) || std::holds_alternative<PingLate>(event);
        const bool ended = std::holds_alternative<PingLost>(event) || std::holds_alternative<PingError>(event) ||
                           std::holds_alternative<PingSendError>(event);
        if (!answer && !ended) return std::nullopt;
        const auto address = host.range ? address_of(event) : host.address;
        Entry& entry = entries_[{host.index, host.range ? address : boost::asio::ip::address{}}];
        if (entry.alive) return std::nullopt;
        if (answer) {
            entry.alive = entry.told = true;
            return PingVerdict{address, true};
        }
        if (++entry.ended != count_ || entry.told) return std::nullopt;
        entry.told = true;
        return PingVerdict{address, false};
    }

    /// The run is over: calls back with what hasn't been told of this host, or the hosts of this range.
    template <typename Tell>
    void settle(const PingHost& host, Tell&& tell) const
    {
        constexpr std::uint64_t most = std::uint64_t{1} << 24;  // of a larger range, only those with events are told
        const auto hosts = host.range ? host.range->size() : 1;
        for (std::uint64_t i = 0; i < hosts && hosts <= most; ++i) {
            const auto address = host.range ? host.range->at(i) : host.address;
            const auto entry = entries_.find({host.index, host.range ? address : boost::asio::ip::address{}});
            if (entry == entries_.end() || !entry->second.told) tell(PingVerdict{address, false});
        }
    }

private:
    struct Entry {
        std::uint64_t ended = 0;  ///< probes without an answer
        bool alive = false, told = false;
    };

    static boost::asio::ip::address address_of(const PingEvent& event)
    {
        return std::visit([](const auto& e) { return e.to; }, event);
    }

    std::uint64_t count_;
    std::map<std::pair<std::uint32_t, boost::asio::ip::address>, Entry>
        entries_;  ///< by the host's index, and the address in a range
};

}  // namespace libnet::inline v0
