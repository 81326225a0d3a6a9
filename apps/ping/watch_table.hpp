#pragma once
// The live table as text, from numbers: nothing here knows a terminal or a clock.
//
//   host      address      loss    last    best    mean     p95  last minute
//   alpha     10.0.4.2       0%   0.034   0.031   0.050   0.060  ▁▁▂▁▁▁▁█▁▁
//   beta      10.0.5.2      25%   0.040   0.040   0.066   0.090  ▂▂▂×▂▂▂×▂▂

#include <apps/ping/terminal.hpp>
#include <apps/ping/watch_history.hpp>
#include <libnet/engine/ping/ping_statistics.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace libnet::apps {

/// What a row says. The texts are printable ASCII.
struct WatchRow {
    std::string name, address;  ///< or instead of the address, why there is none
    bool known = true;
    PingStatistics numbers{};
    const WatchHistory* history = nullptr;
};

struct WatchLook {
    TerminalSize size{};
    Bars bars = ascii_bars;
    bool colour = false;
};

/// A text in a column: cut to its width, or filled up.
inline std::string column(std::string_view text, std::size_t width)
{
    return fmt::format("{:<{}}", text.substr(0, width), width);
}

/// Writes the table. `title` is the first line, `more` is how many hosts had no place.
class WatchTable {
public:
    WatchTable(const std::vector<WatchRow>& rows, const WatchLook& look) : look_{look}
    {
        for (const auto& row : rows) {
            name_width_ = std::max(name_width_, row.name.size());
            address_width_ = std::max(address_width_, row.address.size());
        }
        // A narrow terminal cuts names and addresses, but neither below half of what the numbers leave.
        const std::size_t room = look.size.columns > numbers_width + 4 ? look.size.columns - numbers_width - 4 : 2;
        const std::size_t half = room / 2;
        name_width_ = std::min(name_width_, std::max(half, room - std::min(address_width_, room)));
        address_width_ = std::min(address_width_, room - name_width_);
        const auto used = name_width_ + 1 + address_width_ + numbers_width + 2;
        line_width_ = look.size.columns > used ? std::min(look.size.columns - used, WatchHistory::seconds) : 0;
    }

    std::string head() const
    {
        return cut(fmt::format("{} {}{:>8}{:>9}{:>9}{:>9}{:>9}  {}", column("host", name_width_),
                               column("address", address_width_), "loss", "last", "best", "mean", "p95",
                               line_width_ > 10 ? "last minute" : ""));
    }

    std::string row(const WatchRow& row, std::int64_t now) const
    {
        const auto& n = row.numbers;
        const auto time = [&n](std::chrono::nanoseconds t) {
            if (n.received == 0) return std::string{"-"};
            return fmt::format("{:.3f}", std::chrono::duration<double, std::milli>{t}.count());
        };
        const bool known_loss = n.sent != n.pending;
        const auto loss = known_loss ? fmt::format("{:.3g}%", n.loss_percent()) : std::string{"-"};
        const auto text = cut(fmt::format("{} {}{:>8}{:>9}{:>9}{:>9}{:>9}", column(row.name, name_width_),
                                          column(row.address, address_width_), loss, time(n.rtt.last), time(n.rtt.min),
                                          time(n.rtt.mean), time(n.rtt.p95)));
        const bool lossy = known_loss && n.loss_percent() > 0;
        const auto coloured = !row.known ? in_colour(text, "33") : lossy ? in_colour(text, "31") : text;
        if (row.history == nullptr || line_width_ == 0) return coloured;
        return coloured + "  " + sparkline(*row.history, now, line_width_, look_.bars);
    }

private:
    static constexpr std::size_t numbers_width = 8 + 4 * 9;

    std::string cut(const std::string& line) const { return line.substr(0, look_.size.columns); }
    std::string in_colour(const std::string& text, std::string_view code) const
    {
        return look_.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
    }

    WatchLook look_;
    std::size_t name_width_ = 4, address_width_ = 7, line_width_ = 0;
};

}  // namespace libnet::apps
