#pragma once
// trace++ --watch on a terminal. When it is over, the terminal is as it was, and the report is printed.

#include <apps/common/painted_program.hpp>
#include <apps/common/terminal.hpp>
#include <apps/common/terminal_text.hpp>
#include <apps/trace/rounds_report.hpp>
#include <apps/trace/send_trouble.hpp>
#include <apps/trace/text_rounds.hpp>
#include <apps/trace/watch_view.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace libnet::apps {

/// What keys make the session do.
struct WatchControls {
    std::function<void()> reset{};
    std::function<void()> quit{};
};

class WatchScreen final : public RoundsReport {
public:
    WatchScreen(const asio::any_io_executor& executor, const TraceSettings& settings, WatchControls controls)
        : settings_{settings},
          controls_{std::move(controls)},
          results_{settings},
          screen_{std::in_place, executor,
                  PaintedCalls{.paint = [this] { paint(); },
                               .on_key = [this](Key key) { on_key(key); },
                               .on_hang_up = [this] { controls_.quit(); },
                               .ended_by = {SIGHUP, SIGQUIT}}}
    {
        look_.bars = shows_utf8() ? unicode_bars : ascii_bars;
    }

    void begin(const asio::ip::address& target, std::size_t packet_size) override
    {
        address_ = target.to_string();
        results_.begin(target, packet_size);
        paint();
    }

    void round(const PathRound& round, const PathWatch& watch, const Describe& describe) override
    {
        results_.round(round, watch, describe);
        if (round.change) message_ = change_line(*round.change);
        if (round.path.error) message_ = why_not_sent(round.path.error);
        for (const auto& hop : round.path.hops) {
            if (!watch.hops().empty() && hop.ttl <= watch.hops().back().ttl) histories_[hop.ttl].note(time_of(hop));
        }
        show(watch, describe);
    }

    /// Names may have come.
    void show(const PathWatch& watch, const Describe& describe)
    {
        if (frozen_) return;
        rows_ = path_rows(settings_, watch, describe);
        rounds_ = fmt::format("round {}, reached {}, {} {}", watch.rounds(), watch.reached(), watch.changes(),
                              watch.changes() == 1 ? "change" : "changes");
        paint();
    }

    void end(const PathWatch& watch, std::string_view failure, const Describe& describe) override
    {
        screen_.reset();
        results_.end(watch, failure, describe);
    }

private:
    /// Of the hop's first answer.
    static std::optional<std::chrono::nanoseconds> time_of(const TracePathHop& hop)
    {
        for (const auto& outcome : hop.probes)
            if (const auto* answer = std::get_if<TraceHop>(&outcome)) return answer->rtt;
        return std::nullopt;
    }

    void paint()
    {
        if (!screen_) return;
        look_.size = screen_->size();
        screen_->show(picture());
    }

    /// Lines that have a place between the title with the head and the last line.
    std::size_t page() const
    {
        constexpr std::size_t frame = 3;
        return look_.size.lines > frame ? look_.size.lines - frame : 1;
    }

    std::vector<ScreenLine> picture()
    {
        const PathTable table{rows_, look_};
        std::vector<ScreenLine> lines;
        for (const auto& row : rows_)
            for (auto& line : table.lines(row, histories_)) lines.push_back(std::move(line));
        const auto shown = std::min(lines.size(), page());
        first_ = std::min(first_, lines.size() - shown);
        std::vector<ScreenLine> picture;
        picture.push_back({{fmt::format("trace++ to {} ({}): {}{}", printable_name(settings_.host), address_, rounds_,
                                        frozen_ ? ", frozen" : "")}});
        picture.push_back({{table.head()}});
        for (std::size_t i = 0; i < shown; ++i) picture.push_back(std::move(lines[first_ + i]));
        picture.push_back({{last_line(lines.size(), shown)}});
        return picture;
    }

    std::string last_line(std::size_t lines, std::size_t shown) const
    {
        std::string text;
        if (shown < lines) text = fmt::format("{}-{} of {}  ", first_ + 1, first_ + shown, lines);
        if (!message_.empty()) return text + printable(message_);
        if (!screen_->has_keys()) return text;
        return text + "c columns  p freeze  r reset  q quit";
    }

    void on_key(Key key)
    {
        if (key == Key{'q'}) return controls_.quit();
        if (key == Key{'r'}) {
            histories_.clear();
            message_.clear();
            frozen_ = false;
            controls_.reset();
        }
        if (key == Key{'p'} || key == Key{' '}) frozen_ = !frozen_;
        if (key == Key{'c'} || key == Key{'d'}) look_.columns = next_columns(look_.columns);
        if (key == Key{'k'} || key == Key::up) first_ -= std::min<std::size_t>(first_, 1);
        if (key == Key{'j'} || key == Key::down) ++first_;
        if (key == Key::page_up) first_ -= std::min(first_, page());
        if (key == Key::page_down) first_ += page();
        if (key == Key::home) first_ = 0;
        if (key == Key::end) first_ = std::numeric_limits<std::size_t>::max();
        paint();
    }

    const TraceSettings& settings_;
    WatchControls controls_;
    TextRounds results_;
    std::optional<PaintedProgram> screen_;
    PathLook look_;
    std::vector<PathRow> rows_;
    RoundHistories histories_;
    std::string address_, rounds_ = "waiting for the first round", message_;
    std::size_t first_ = 0;  ///< of the lines
    bool frozen_ = false;
};

}  // namespace libnet::apps
