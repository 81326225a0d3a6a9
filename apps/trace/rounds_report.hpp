#pragma once
// What trace++ prints of many rounds: in a pipe or a file, for people or for programs.

#include <apps/trace/report.hpp>
#include <libnet/path_watcher.hpp>

#include <cstddef>
#include <string_view>

namespace libnet::apps {

class RoundsReport {
public:
    RoundsReport() = default;
    RoundsReport(const RoundsReport&) = delete;
    RoundsReport& operator=(const RoundsReport&) = delete;
    virtual ~RoundsReport() = default;

    virtual void begin(const asio::ip::address& target, std::size_t packet_size) = 0;

    /// A round is over; `watch` has it already.
    virtual void round(const PathRound& round, const PathWatch& watch, const Describe& describe) = 0;

    /// What came that was no answer, before `end`.
    virtual void counters(const TraceCounters&) {}

    /// There are no more rounds, or something ended them: `failure` says what.
    virtual void end(const PathWatch& watch, std::string_view failure, const Describe& describe) = 0;
};

}  // namespace libnet::apps
