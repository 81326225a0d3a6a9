#pragma once
// ping++ --watch: a live table on a terminal. When the run is over, the terminal is as it was, and the results are
// printed as they are without --watch.

#include <apps/common/on_signal.hpp>
#include <apps/ping/host_order.hpp>
#include <apps/ping/terminal.hpp>
#include <apps/ping/text_printer.hpp>
#include <apps/ping/watch_table.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace libnet::apps {

namespace asio = boost::asio;

class WatchPrinter final : public PingPrinter {
public:
    /// `results` prints what is left when the table is gone.
    WatchPrinter(asio::any_io_executor executor, const PingSettings& settings, std::unique_ptr<PingPrinter> results)
        : settings_{settings},
          results_{std::move(results)},
          screen_{std::in_place},
          resized_{executor, SIGWINCH, [this] { on_resize(); }},
          suspended_{executor, SIGTSTP, [this] { on_suspend(); }}
    {
        look_.bars = shows_utf8() ? unicode_bars : ascii_bars;
        look_.colour = may_colour();
    }

    void start(const PingHost&) override {}
    void moved(const PingHost& host, const asio::ip::address& before) override
    {
        say(fmt::format("{} has another address: {}, no longer {}", printable(host.name), host.address.to_string(),
                        before.to_string()));
    }
    void trouble(const PingHost&, std::string_view why) override { say(std::string{why}); }
    void bad_target(std::string_view why) override { say(std::string{why}); }

    void event(const PingHost& host, const PingEvent& event) override
    {
        if (histories_.size() <= host.index) histories_.resize(host.index + 1);
        if (!histories_[host.index]) histories_[host.index] = std::make_unique<WatchHistory>();
        histories_[host.index]->note(second(), event);
    }

    void status(const PingHost&, const PingStatistics&) override {}

    void results(const PingHosts& hosts, const PingTotal& total) override
    {
        screen_.reset();
        for (const auto& message : std::exchange(messages_, {})) complain("ping++", message);
        results_->results(hosts, total);
    }

    std::optional<std::chrono::nanoseconds> repaints_each() const override { return std::chrono::milliseconds{250}; }

    void repaint(const PingHosts& hosts) override
    {
        hosts_ = &hosts;
        look_.size = terminal_size();
        screen_->paint(picture(hosts));
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

    std::string picture(const PingHosts& hosts) const
    {
        constexpr std::size_t frame = 3;  // title, head, and the last line
        const std::size_t lines = look_.size.lines > frame ? look_.size.lines - frame : 1;
        const std::size_t shown = std::min(hosts.size(), lines);
        const auto order = ordered(hosts, settings_.sort);
        std::vector<WatchRow> rows;
        for (std::size_t i = 0; i < shown; ++i) rows.push_back(row_of(hosts, order[i]));
        const WatchTable table{rows, look_};
        std::string text =
            fmt::format("ping++: {} {}, {} s", hosts.size(), hosts.size() == 1 ? "host" : "hosts", second())
                .substr(0, look_.size.columns);
        text += '\n' + table.head();
        for (const auto& row : rows) text += '\n' + table.row(row, second());
        if (hosts.size() > shown)
            text += fmt::format("\n... and {} more", hosts.size() - shown).substr(0, look_.size.columns + 1);
        else if (!messages_.empty()) text += '\n' + printable(messages_.back()).substr(0, look_.size.columns);
        return text;
    }

    WatchRow row_of(const PingHosts& hosts, std::size_t index) const
    {
        const PingHost& host = hosts.host(index);
        const bool seen = index < histories_.size() && histories_[index] != nullptr;
        const auto address = host.known()                                ? host.address.to_string()
                             : host.state == PingHost::State::unresolved ? "unresolved"
                                                                         : "failed";
        return {printable(host.name), address, host.known(), hosts.numbers(index),
                seen ? histories_[index].get() : nullptr};
    }

    void on_resize()
    {
        if (screen_ && hosts_ != nullptr) repaint(*hosts_);
    }

    /// A shell shall find its own screen when we are stopped, and we ours when we go on.
    void on_suspend()
    {
        if (screen_) screen_->leave();
        std::raise(SIGSTOP);
        if (screen_) screen_->enter();
        if (screen_ && hosts_ != nullptr) repaint(*hosts_);
    }

    const PingSettings& settings_;
    std::unique_ptr<PingPrinter> results_;
    std::optional<PaintedScreen> screen_;
    OnSignal resized_, suspended_;
    WatchLook look_;
    const PingHosts* hosts_ = nullptr;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    std::vector<std::unique_ptr<WatchHistory>> histories_;  ///< by the host's index
    std::deque<std::string> messages_;
};

}  // namespace libnet::apps
