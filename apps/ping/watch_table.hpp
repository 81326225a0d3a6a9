#pragma once
// The live table as text, from numbers: nothing here knows a terminal or a clock.
//
//   host      address      loss    last    best    mean     p95  last minute
//   alpha     10.0.4.2       0%   0.034   0.031   0.050   0.060  ▁▁▂▁▁▁▁█▁▁
//   beta      10.0.5.2      25%   0.040   0.040   0.066   0.090  ▂▂▂×▂▂▂×▂▂
//
// Where there is little room, columns go: p95, best, the address, mean, last, in this order. A name that is still too long
// is cut in its middle, as its ends tell it from others.

#include <apps/common/screen.hpp>
#include <apps/common/terminal_text.hpp>
#include <apps/ping/sparkline.hpp>
#include <libnet/engine/ping/ping_statistics.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::apps {

/// What a row says. The texts are printable.
struct WatchRow {
    std::string name, address;  ///< or instead of the address, why there is none
    bool known = true;
    PingStatistics numbers{};
    const PingHistory* history = nullptr;
};

struct WatchLook {
    TerminalSize size{};
    Bars bars = ascii_bars;
};

class WatchTable {
public:
    WatchTable(const std::vector<WatchRow>& rows, const WatchLook& look) : look_{look}
    {
        std::size_t longest_name = 4;
        bool has_addresses = false;
        for (const auto& row : rows) {
            longest_name = std::max(longest_name, display_width(row.name));
            address_width_ = std::max(address_width_, row.address.size());
            has_addresses = has_addresses || row.name != row.address;
        }
        if (!has_addresses) address_width_ = 0;
        make_room(std::min(longest_name, usual_name));
        const auto taken = numbers_width() + address_column();
        const auto room = look.size.columns > taken ? look.size.columns - taken : 1;
        // A long name takes from the line of the last minute, but not all of it.
        const auto most = room > usual_name + usual_line ? room - usual_line : usual_name;
        name_width_ = std::min({longest_name, room, most});
        const auto used = name_width_ + taken + 2;
        line_width_ = look.size.columns > used ? std::min(look.size.columns - used, PingHistory::seconds) : 0;
    }

    std::string head() const
    {
        std::array<std::string, count> titles{"loss", "last", "best", "mean", "p95"};
        return cut(fmt::format("{}  {}", line("host", "address", titles), line_width_ > 10 ? "last minute" : ""));
    }

    ScreenLine row(const WatchRow& row, std::int64_t now) const
    {
        const auto& n = row.numbers;
        const auto time = [&n](std::chrono::nanoseconds t) {
            if (n.received == 0) return std::string{"-"};
            return fmt::format("{:.3f}", std::chrono::duration<double, std::milli>{t}.count());
        };
        const bool known_loss = n.sent != n.pending;
        const std::array<std::string, count> cells{known_loss ? fmt::format("{:.3g}%", n.loss_percent()) : "-",
                                                   time(n.rtt.last), time(n.rtt.min), time(n.rtt.mean),
                                                   time(n.rtt.p95)};
        const bool lossy = known_loss && n.loss_percent() > 0;
        const auto style = !row.known ? TextStyle::yellow : lossy ? TextStyle::red : TextStyle::plain;
        ScreenLine shown{{cut(line(row.name, row.address, cells)), style}};
        if (row.history != nullptr && line_width_ != 0)
            shown.push_back({"  " + sparkline(*row.history, now, line_width_, look_.bars)});
        return shown;
    }

private:
    static constexpr std::size_t count = 5;  ///< of numbers: loss, last, best, mean, p95
    static constexpr std::array<std::size_t, count> widths{8, 9, 9, 9, 9};
    static constexpr std::size_t usual_name = 20, usual_line = 22;

    std::size_t address_column() const noexcept { return address_width_ == 0 ? 0 : address_width_ + 1; }

    std::size_t numbers_width() const noexcept
    {
        std::size_t width = 0;
        for (std::size_t i = 0; i < count; ++i) width += shown_[i] ? widths[i] : 0;
        return width;
    }

    /// Leaves columns out until a name of this width has its place.
    void make_room(std::size_t name)
    {
        const auto fits = [&] { return name + address_column() + numbers_width() <= look_.size.columns; };
        enum { last = 1, best, mean, p95 };
        for (const auto number : {p95, best})
            if (!fits()) shown_[number] = false;
        if (!fits()) address_width_ = 0;
        for (const auto number : {mean, last})
            if (!fits()) shown_[number] = false;
    }

    std::string line(std::string_view name, std::string_view address, const std::array<std::string, count>& cells) const
    {
        auto text = column(name, name_width_);
        if (address_width_ != 0) text += ' ' + column(address, address_width_);
        for (std::size_t i = 0; i < count; ++i)
            if (shown_[i]) text += fmt::format("{:>{}}", cells[i], widths[i]);
        return text;
    }

    std::string cut(const std::string& line) const { return std::string{first_of(line, look_.size.columns)}; }

    WatchLook look_;
    std::array<bool, count> shown_{true, true, true, true, true};
    std::size_t name_width_ = 4, address_width_ = 7, line_width_ = 0;
};

}  // namespace libnet::apps
