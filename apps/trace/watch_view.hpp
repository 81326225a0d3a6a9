#pragma once
// trace++ --watch as text, from numbers: nothing here knows a terminal or a clock.
//
//   trace++ to web (10.0.6.2): round 42, reached 42, 1 change
//    #  host               Loss%   Snt   Last    Avg   Best   Wrst  StDev  last rounds
//    1  r1                  0.0%    42    0.1    0.1    0.1    0.2    0.0  ▁▁▂▁▁▁▁█▁▁
//    2  10.0.2.1           60.0%    42    0.2    0.2    0.2    0.3    0.0  ▂×▂××▂×××▂  rate-limited
//
// Where there is little room, columns go: those at the end of the set first, but for the loss and the last time. A name
// that is still too long is cut in its middle.

#include <apps/common/screen.hpp>
#include <apps/common/terminal_text.hpp>
#include <apps/trace/path_rows.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::apps {

/// What the last rounds brought for a hop: a time, or nothing where all probes were lost.
class RoundHistory {
public:
    static constexpr std::size_t most = 120;

    void note(std::optional<std::chrono::nanoseconds> rtt)
    {
        if (rounds_.size() == most) rounds_.pop_front();
        rounds_.push_back(rtt);
    }

    /// The last `width` rounds, a character each, on a scale from nothing to the largest of them.
    std::string line(std::size_t width, const Bars& bars) const
    {
        const auto shown = std::min(width, rounds_.size());
        const auto first = rounds_.end() - static_cast<std::ptrdiff_t>(shown);
        std::chrono::nanoseconds largest{1};
        for (auto at = first; at != rounds_.end(); ++at)
            if (*at) largest = std::max(largest, **at);
        std::string text;
        for (auto at = first; at != rounds_.end(); ++at) {
            if (!*at) {
                text += bars.loss;
                continue;
            }
            const auto level =
                static_cast<std::size_t>(std::max<std::int64_t>((*at)->count(), 0) * 8 / largest.count());
            text += bars.levels[std::min(level, bars.levels.size() - 1)];
        }
        return text;
    }

private:
    std::deque<std::optional<std::chrono::nanoseconds>> rounds_;
};

/// Histories by TTL.
using RoundHistories = std::map<std::uint8_t, RoundHistory>;

/// Which columns are shown.
enum class PathColumns : std::uint8_t { times, spread, verdicts };

constexpr PathColumns next_columns(PathColumns columns)
{
    switch (columns) {
    case PathColumns::times:
        return PathColumns::spread;
    case PathColumns::spread:
        return PathColumns::verdicts;
    case PathColumns::verdicts:
        break;
    }
    return PathColumns::times;
}

struct PathLook {
    TerminalSize size{};
    Bars bars = ascii_bars;
    PathColumns columns = PathColumns::times;
};

class PathTable {
public:
    PathTable(const std::vector<PathRow>& rows, const PathLook& look) : look_{look}
    {
        std::size_t longest = 8;
        for (const auto& row : rows) {
            longest = std::max(longest, display_width(row.host));
            for (const auto& other : row.others) longest = std::max(longest, display_width(other) + 2);
        }
        for (const auto& column : columns_of(look.columns)) shown_.push_back(column);
        // The last columns of a set are the ones that are missed least; what is lost and how long it takes stay.
        constexpr std::size_t least_columns = 2, usual_host = 20, least_history = 12;
        const auto wanted = std::min(longest, usual_host);
        while (shown_.size() > least_columns && wanted + taken() > look.size.columns) shown_.pop_back();
        const auto room = look.size.columns > taken() ? look.size.columns - taken() : 1;
        const auto spare = room > usual_host + least_history ? room - least_history : std::min(room, usual_host);
        host_width_ = std::min({longest, room, std::max(spare, std::min(room, usual_host))});
        const auto used = host_width_ + taken() + 2;
        rest_width_ = look.size.columns > used ? look.size.columns - used : 0;
    }

    std::string head() const
    {
        auto text = fmt::format(" #  {}", column("host", host_width_));
        for (const auto& shown : shown_) text += fmt::format("{:>{}}", shown.title, shown.width);
        const bool verdicts = look_.columns == PathColumns::verdicts;
        return cut(fmt::format("{}  {}", text, verdicts ? "verdict" : rest_width_ >= 11 ? "last rounds" : ""));
    }

    /// The lines of a hop: its own, and one for each other router.
    std::vector<ScreenLine> lines(const PathRow& row, const RoundHistories& histories) const
    {
        auto text = fmt::format("{:2}  {}", row.ttl, column(row.host, host_width_));
        for (const auto& shown : shown_) text += fmt::format("{:>{}}", shown.text(row.numbers), shown.width);
        std::vector<ScreenLine> lines;
        lines.push_back({{cut(text), style_of(row.verdict)}, {rest(row, histories)}});
        for (const auto& other : row.others)
            lines.push_back({{cut(fmt::format("      {}", column(other, host_width_ > 2 ? host_width_ - 2 : 1)))}});
        if (!row.labels.empty()) lines.push_back({{cut("      " + row.labels)}});
        return lines;
    }

private:
    static std::vector<PathColumn> columns_of(PathColumns columns)
    {
        using namespace path_column;
        switch (columns) {
        case PathColumns::spread:
            return {loss, last, jitter, p50, p95, p99, bounds, sent};
        case PathColumns::verdicts:
            return {loss, last};
        case PathColumns::times:
            break;
        }
        return {loss, last, mean, worst, sent, best, deviation};
    }

    /// What the number and the columns take.
    std::size_t taken() const
    {
        std::size_t width = 4;
        for (const auto& shown : shown_) width += shown.width;
        return width;
    }

    std::string rest(const PathRow& row, const RoundHistories& histories) const
    {
        if (rest_width_ == 0) return {};
        const auto verdict = is_remarkable(row.verdict) ? std::string{name_of(row.verdict.kind)} : std::string{};
        if (look_.columns == PathColumns::verdicts) {
            const auto text = verdict.empty() ? row.verdict.evidence : verdict + ": " + row.verdict.evidence;
            return "  " + std::string{first_of(text, rest_width_)};
        }
        constexpr std::size_t verdict_width = 14, least_history = 12;
        const bool both = rest_width_ >= verdict_width + least_history;
        const auto history = histories.find(row.ttl);
        const auto width = std::min(both ? rest_width_ - verdict_width : rest_width_, RoundHistory::most);
        const auto line = history == histories.end() ? std::string{} : history->second.line(width, look_.bars);
        if (!both || verdict.empty()) return "  " + line;
        return "  " + line + std::string(width - display_width(line), ' ') + "  " + verdict;
    }

    std::string cut(const std::string& line) const { return std::string{first_of(line, look_.size.columns)}; }

    static TextStyle style_of(const HopVerdict& verdict)
    {
        if (verdict.kind == HopKind::silent || verdict.kind == HopKind::rate_limited) return TextStyle::dim;
        return is_remarkable(verdict) ? TextStyle::red : TextStyle::plain;
    }

    PathLook look_;
    std::vector<PathColumn> shown_;
    std::size_t host_width_ = 8, rest_width_ = 0;
};

}  // namespace libnet::apps
