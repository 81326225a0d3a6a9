#pragma once
// ping++ --watch: a live table on a terminal. When the run is over, the terminal is as it was, and the results are
// printed as they are without --watch.

#include <apps/common/painted_program.hpp>
#include <apps/common/terminal.hpp>
#include <apps/common/terminal_text.hpp>
#include <apps/ping/host_order.hpp>
#include <apps/ping/text_printer.hpp>
#include <apps/ping/watch_table.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::apps {

namespace asio = boost::asio;

class WatchPrinter final : public PingPrinter {
public:
    /// `results` prints what is left when the table is gone.
    WatchPrinter(asio::any_io_executor executor, const PingSettings& settings, std::unique_ptr<PingPrinter> results)
        : sort_{settings.sort.value_or(PingSort::loss)},  // the trouble first
          results_{std::move(results)},
          screen_{std::in_place, executor,
                  PaintedCalls{.paint = [this] { paint(); },
                               .on_key = [this](Key key) { on_key(key); },
                               .on_hang_up = [this] { quit(); }}}
    {
        look_.bars = shows_utf8() ? unicode_bars : ascii_bars;
    }

    void start(const PingHost&) override {}
    void moved(const PingHost& host, const asio::ip::address& before) override
    {
        say(fmt::format("{} has another address: {}, no longer {}", printable_name(host.name), host.address.to_string(),
                        before.to_string()));
    }
    void trouble(const PingHost&, std::string_view why) override { say(std::string{why}); }
    void bad_target(std::string_view why) override { say(std::string{why}); }

    void event(const PingHost& host, const PingEvent& event) override
    {
        if (histories_.size() <= host.index) histories_.resize(host.index + 1);
        if (!histories_[host.index]) histories_[host.index] = std::make_unique<PingHistory>();
        histories_[host.index]->note(second(), event);
    }

    void status(const PingHost&, const PingStatistics&) override {}

    void results(const PingHosts& hosts, const PingTotal& total) override
    {
        screen_.reset();
        for (const auto& message : std::exchange(messages_, {})) complain("ping++", message);
        results_->results(hosts, total);
    }

    void control(PingControls controls) override { controls_ = std::move(controls); }

    std::optional<std::chrono::nanoseconds> repaints_each() const override { return std::chrono::milliseconds{250}; }

    void repaint(const PingHosts& hosts) override
    {
        hosts_ = &hosts;
        if (!paused_) paint();
    }

private:
    /// The last messages are shown below the table, and printed at the end.
    void say(std::string message)
    {
        constexpr std::size_t most = 100;
        if (messages_.size() == most) messages_.pop_front();
        messages_.push_back(std::move(message));
    }

    std::int64_t second() const
    {
        return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_).count();
    }

    void paint()
    {
        if (!screen_ || hosts_ == nullptr) return;
        look_.size = screen_->size();
        screen_->show(picture(*hosts_));
    }

    /// Rows that have a place between the title with the head and the last line.
    std::size_t page() const
    {
        constexpr std::size_t frame = 3;
        return look_.size.lines > frame ? look_.size.lines - frame : 1;
    }

    std::vector<ScreenLine> picture(const PingHosts& hosts)
    {
        const auto shown = std::min(hosts.size(), page());
        first_ = std::min(first_, hosts.size() - shown);
        const auto order = ordered(hosts, sort_);
        std::vector<WatchRow> rows;
        for (std::size_t i = 0; i < shown; ++i) rows.push_back(row_of(hosts, order[first_ + i]));
        const WatchTable table{rows, look_};
        std::vector<ScreenLine> picture;
        picture.push_back({{title(hosts)}});
        picture.push_back({{table.head()}});
        for (const auto& row : rows) picture.push_back(table.row(row, second()));
        const bool has_room = picture.size() + 2 <= look_.size.lines;
        picture.push_back({{where(hosts.size(), shown) + (messages_.empty() || has_room ? keys() : last_message())}});
        if (!messages_.empty() && has_room) picture.push_back({{last_message()}});
        return picture;
    }

    std::string title(const PingHosts& hosts) const
    {
        std::size_t silent = 0;
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            const auto numbers = hosts.numbers(i);
            silent += numbers.received == 0 && numbers.sent != numbers.pending ? 1U : 0U;
        }
        return fmt::format("ping++: {} {}, {}{} s{}", hosts.size(), hosts.size() == 1 ? "host" : "hosts",
                           silent == 0 ? "" : fmt::format("{} silent, ", silent), second(), paused_ ? ", paused" : "");
    }

    /// Where the rows stand among the others.
    std::string where(std::size_t hosts, std::size_t shown) const
    {
        return shown < hosts ? fmt::format("{}-{} of {}  ", first_ + 1, first_ + shown, hosts) : std::string{};
    }

    std::string keys() const
    {
        return screen_->has_keys() ? fmt::format("s sort ({})  p pause  r reset  q quit", name_of(sort_))
                                   : std::string{};
    }

    std::string last_message() const { return printable(messages_.back()); }

    void quit()
    {
        if (controls_.quit) controls_.quit();
    }

    void on_key(Key key)
    {
        if (hosts_ == nullptr) return;
        const auto up = [this](std::size_t rows) { first_ -= std::min(first_, rows); };
        if (key == Key{'q'}) return quit();
        if (key == Key{'r'} && controls_.reset) reset();
        if (key == Key{'p'}) paused_ = !paused_;
        if (key == Key{'s'}) sort_ = next_sort(sort_);
        if (key == Key{'k'} || key == Key::up) up(1);
        if (key == Key{'j'} || key == Key::down) ++first_;
        if (key == Key::page_up) up(page());
        if (key == Key::page_down || key == Key{' '}) first_ += page();
        if (key == Key::home) first_ = 0;
        if (key == Key::end) first_ = hosts_->size();
        paint();
    }

    void reset()
    {
        started_ = std::chrono::steady_clock::now();
        histories_.clear();
        messages_.clear();
        controls_.reset();
    }

    static PingSort next_sort(PingSort sort)
    {
        using enum PingSort;
        constexpr std::array cycle{loss, last, min, mean, p95, name, given};
        const auto now = std::ranges::find(cycle, sort);
        return now == cycle.end() || now + 1 == cycle.end() ? cycle.front() : *(now + 1);
    }

    WatchRow row_of(const PingHosts& hosts, std::size_t index) const
    {
        const PingHost& host = hosts.host(index);
        const bool seen = index < histories_.size() && histories_[index] != nullptr;
        const auto address = host.known()                                ? host.address.to_string()
                             : host.state == PingHost::State::unresolved ? "unresolved"
                                                                         : "failed";
        return {printable_name(host.name), address, host.known(), hosts.numbers(index),
                seen ? histories_[index].get() : nullptr};
    }

    PingSort sort_;
    std::unique_ptr<PingPrinter> results_;
    std::optional<PaintedProgram> screen_;
    PingControls controls_;
    WatchLook look_;
    const PingHosts* hosts_ = nullptr;
    std::size_t first_ = 0;  ///< of the rows
    bool paused_ = false;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    std::vector<std::unique_ptr<PingHistory>> histories_;  ///< by the host's index
    std::deque<std::string> messages_;
};

}  // namespace libnet::apps
