#pragma once
// Connecting to a host with several addresses, RFC 8305 ("Happy Eyeballs"), decided without a socket or a clock.

#include <libnet/base/deadline_after.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <variant>
#include <vector>

namespace libnet::inline v0::engine {

/// Times of a connection race.
struct ConnectRaceOptions {
    /// How long an attempt is left alone before the next address is tried beside it: RFC 8305 section 5 recommends
    /// 250 ms. Zero: all at once.
    std::chrono::milliseconds attempt_delay{250};
    /// How long the whole race may take. Zero or less: it has timed out when it starts.
    std::chrono::milliseconds timeout{10'000};
};

/// Orders addresses for the race: the families take turns, the first address' family first, and each family keeps its
/// order (RFC 8305 section 4, with a First Address Family Count of 1). A broken IPv6 costs one attempt's delay then,
/// however many addresses it has. Addresses that occur twice are tried once.
std::vector<boost::asio::ip::address> interleave_families(const std::vector<boost::asio::ip::address>& addresses);

/// Races connection attempts against each other; the first that connects wins.
///
/// Call `next(now)` and do what it says, until it says `Won` or `Lost`; report each attempt's end with `on_connected`
/// or `on_failed`, in between. An attempt that fails makes room for the next at once; one that hangs, after a delay.
class ConnectRace {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// Begin to connect to this address, and report the outcome under this number.
    struct Start {
        std::size_t attempt;
        boost::asio::ip::address address;
        friend bool operator==(const Start&, const Start&) = default;
    };
    /// Call `next` again when an attempt has ended, or at this time.
    struct WaitUntil {
        TimePoint deadline;
        friend bool operator==(const WaitUntil&, const WaitUntil&) = default;
    };
    /// The race is over: use this attempt's connection, and drop all others.
    struct Won {
        std::size_t attempt;
        friend bool operator==(const Won&, const Won&) = default;
    };
    /// The race is over: drop all attempts. `reason` is `timed_out`, or what the first attempt that failed reported:
    /// it went to the address that the host prefers.
    struct Lost {
        boost::system::error_code reason;
        friend bool operator==(const Lost&, const Lost&) = default;
    };
    using Action = std::variant<Start, WaitUntil, Won, Lost>;

    /// The addresses are tried in the order of `interleave_families`. Without any the race is lost (`host_not_found` is
    /// the resolver's to say; here it is `address_not_available`).
    ConnectRace(const std::vector<boost::asio::ip::address>& addresses, ConnectRaceOptions options, TimePoint now)
        : addresses_{interleave_families(addresses)},
          options_{options},
          end_{base::deadline_after(now, options.timeout)},
          next_start_{now}
    {}

    Action next(TimePoint now);

    /// The attempt has a connection.
    void on_connected(std::size_t attempt)
    {
        if (!winner_) winner_ = attempt;
    }

    /// The attempt has failed, and the next one need not wait any longer.
    void on_failed(boost::system::error_code reason)
    {
        ++failed_;
        if (!first_failure_) first_failure_ = reason;
        next_start_ = TimePoint::min();
    }

private:
    std::vector<boost::asio::ip::address> addresses_;
    ConnectRaceOptions options_;
    TimePoint end_;
    TimePoint next_start_;
    std::size_t started_ = 0;
    std::size_t failed_ = 0;
    std::optional<std::size_t> winner_;
    std::optional<boost::system::error_code> first_failure_;
};

// ---------------------------------------------------------------------------------------------------------------

inline std::vector<boost::asio::ip::address> interleave_families(const std::vector<boost::asio::ip::address>& addresses)
{
    std::vector<boost::asio::ip::address> first, second, order;
    for (const auto& address : addresses) {
        auto& family = address.is_v6() == addresses.front().is_v6() ? first : second;
        if (std::ranges::find(family, address) == family.end()) family.push_back(address);
    }
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) order.push_back(first[i]);
        if (i < second.size()) order.push_back(second[i]);
    }
    return order;
}

inline ConnectRace::Action ConnectRace::next(TimePoint now)
{
    namespace errc = boost::system::errc;
    if (winner_) return Won{*winner_};
    if (failed_ == addresses_.size())
        return Lost{first_failure_.value_or(errc::make_error_code(errc::address_not_available))};
    if (now >= end_) return Lost{errc::make_error_code(errc::timed_out)};
    if (started_ == addresses_.size()) return WaitUntil{end_};
    if (now < next_start_) return WaitUntil{std::min(next_start_, end_)};
    next_start_ = base::deadline_after(now, options_.attempt_delay);
    const auto attempt = started_++;
    return Start{attempt, addresses_[attempt]};
}

}  // namespace libnet::inline v0::engine
