#pragma once
// trace++ --report for people: the table of mtr --report, and below it what the numbers mean.
//
//   Start: 2026-11-28T13:29:43+0000
//   HOST: here                        Loss%   Snt   Last   Avg  Best  Wrst StDev
//     1.|-- 10.0.1.1                   0.0%    10    0.1   0.1   0.1   0.1   0.0
//     2.|-- 10.0.2.1                  60.0%    10    0.2   0.2   0.2   0.3   0.0
//       |  `|-- 10.0.2.9
//     3.|-- 10.0.6.2                   0.0%    10    0.3   0.3   0.3   0.4   0.0
//   hop 2: rate-limited: answers 4 of 10 probes, later hops lose 0.0 % (0.0 % to 27.8 %)
//   10.0.6.2: reached in 10 of 10 rounds, loses 0.0 % (0.0 % to 27.8 %)

#include <apps/common/output.hpp>
#include <apps/trace/path_rows.hpp>
#include <apps/trace/rounds_report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <string>
#include <vector>

#include <unistd.h>

namespace libnet::apps {

class TextRounds final : public RoundsReport {
public:
    explicit TextRounds(const TraceSettings& settings) : settings_{settings} {}

    void begin(const asio::ip::address& target, std::size_t) override
    {
        address_ = target.to_string();
        started_ = std::chrono::system_clock::now();
    }

    void round(const PathRound& round, const PathWatch&, const Describe&) override
    {
        if (round.change) changes_.push_back(change_line(*round.change));
        if (changes_.size() > most_changes) changes_.erase(changes_.begin());
    }

    void end(const PathWatch& watch, std::string_view, const Describe& describe) override
    {
        if (address_.empty()) return;  // it didn't begin
        const auto rows = path_rows(settings_, watch, describe);
        std::size_t width = 25;  // mtr's
        for (const auto& row : rows) {
            width = std::max(width, row.host.size());
            for (const auto& other : row.others) width = std::max(width, other.size() + 3);
        }
        print("Start: {}\n", iso_time());
        print("HOST: {:<{}}Loss%   Snt   Last   Avg  Best  Wrst StDev\n", host_name(), width + 3);
        for (const auto& row : rows) print_row(row, width);
        for (const auto& row : rows)
            if (is_remarkable(row.verdict)) print("{}\n", verdict_line(row));
        for (const auto& change : changes_) print("{}\n", change);
        print_summary(watch);
    }

private:
    static constexpr std::size_t most_changes = 1000;

    void print_row(const PathRow& row, std::size_t width) const
    {
        const auto& n = row.numbers;
        const auto ms = [](std::chrono::nanoseconds time) {
            return std::chrono::duration<double, std::milli>{time}.count();
        };
        print("{:3}.|-- {:<{}}{:5.1f}%{:6}{:7.1f}{:6.1f}{:6.1f}{:6.1f}{:6.1f}\n", row.ttl, row.host, width,
              n.loss() * 100, n.sent, ms(n.last), ms(n.mean), ms(n.best), ms(n.worst), ms(n.deviation));
        for (const auto& other : row.others) print("    |  `|-- {}\n", other);
        if (!row.labels.empty()) print("    |  +-- {}\n", row.labels);
    }

    void print_summary(const PathWatch& watch) const
    {
        if (watch.distance() == 0 || watch.hops().empty()) {
            print("{}: not reached in {} rounds\n", address_, watch.rounds());
            return;
        }
        const auto n = watch.hops().back().statistics.numbers();
        print("{}: reached in {} of {} rounds, loses {:.1f} % ({:.1f} % to {:.1f} %)\n", address_, watch.reached(),
              watch.rounds(), n.loss() * 100, n.loss_bounds.low * 100, n.loss_bounds.high * 100);
    }

    std::string iso_time() const
    {
        const auto seconds = std::chrono::system_clock::to_time_t(started_);
        std::tm local{};
        ::localtime_r(&seconds, &local);
        std::array<char, 40> text{};
        const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S%z", &local);
        return {text.data(), size};
    }

    static std::string host_name()
    {
        std::array<char, 256> name{};
        if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
        return name.data();
    }

    const TraceSettings& settings_;
    std::string address_;
    std::chrono::system_clock::time_point started_{};
    std::vector<std::string> changes_;
};

}  // namespace libnet::apps
