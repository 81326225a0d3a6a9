#pragma once
// Many rounds over one path: --watch and --report.

#include <apps/trace/csv_rounds.hpp>
#include <apps/trace/descriptions.hpp>
#include <apps/trace/exit_codes.hpp>
#include <apps/trace/json_rounds.hpp>
#include <apps/trace/saved_path.hpp>
#include <apps/trace/send_trouble.hpp>
#include <apps/trace/target.hpp>
#include <apps/trace/text_rounds.hpp>
#include <apps/trace/watch_screen.hpp>
#include <libnet/path_watcher.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

namespace libnet::apps {

namespace asio = boost::asio;

/// The hops of a watched path, to be compared with a saved one.
inline std::vector<ExpectedHop> found_hops(const PathWatch& watch)
{
    std::vector<ExpectedHop> found;
    for (const auto& hop : watch.hops()) {
        ExpectedHop seen;
        seen.ttl = hop.ttl;
        seen.reached = hop.reached;
        for (const auto& router : hop.routers) seen.routers.insert(router.address);
        found.push_back(std::move(seen));
    }
    return found;
}

class RoundsSession {
public:
    RoundsSession(const asio::any_io_executor& executor, const TraceSettings& settings)
        : executor_{executor},
          settings_{settings},
          descriptions_{executor, settings, [this] { on_described(); }},
          report_{make_report()}
    {}

    /// Completes with the exit code. Throws what stood in the way, after what is known was reported.
    asio::awaitable<int> run()
    {
        const auto expected = settings_.expect.empty() ? std::vector<ExpectedHop>{} : read_saved_path(settings_.expect);
        std::exception_ptr failure;
        std::string why;
        try {
            co_await watch();
        } catch (const std::exception& error) {
            const auto* system = dynamic_cast<const boost::system::system_error*>(&error);
            const bool interrupted = system != nullptr && system->code() == asio::error::operation_aborted;
            if (!interrupted) why = reason_of(error);
            // Who ends --watch wants its results.
            if (!interrupted || !settings_.watch) failure = std::current_exception();
        }
        if (!failure && trouble_) {
            const NotSent error{settings_.host, trouble_};
            why = error.what();
            failure = std::make_exception_ptr(error);
        }
        if (watcher_) report_->counters(watcher_->counters());
        report_->end(numbers(), why, describe());
        if (failure) std::rethrow_exception(failure);
        const TraceResult result{numbers().reached() != 0, loss(), found_hops(numbers())};
        co_return judge(settings_, expected, result);
    }

private:
    std::unique_ptr<RoundsReport> make_report()
    {
        if (settings_.format == TraceFormat::json) return std::make_unique<JsonRounds>(settings_);
        if (settings_.format == TraceFormat::csv) return std::make_unique<CsvRounds>(settings_);
        if (!settings_.watch) return std::make_unique<TextRounds>(settings_);
        auto screen = std::make_unique<WatchScreen>(
            executor_, settings_, WatchControls{.reset = [this] { reset(); }, .quit = [this] { watcher_.reset(); }});
        screen_ = screen.get();
        return screen;
    }

    asio::awaitable<void> watch()
    {
        const auto address = co_await resolve_target(settings_);
        PathWatcherOptions options{settings_.trace, settings_.pause()};
        set_packet_size(options.trace, settings_, address);
        watcher_.emplace(executor_, options);
        report_->begin(address, packet_size(options.trace, address));
        watcher_->add(address, settings_.report.value_or(0));
        while (watcher_) {  // a key may end it
            auto round = co_await watcher_->next();
            if (!round) break;
            for (const auto& hop : round->path.hops)
                for (const auto& outcome : hop.probes)
                    if (const auto* answer = std::get_if<TraceHop>(&outcome)) descriptions_.look_up(answer->from);
            trouble_ = round->path.error;
            last_ = watcher_->watch(0);
            report_->round(*round, last_, describe());
        }
    }

    void on_described()
    {
        if (screen_ != nullptr && last_.rounds() != 0) screen_->show(last_, describe());
    }

    void reset()
    {
        if (watcher_) watcher_->reset(0);
        last_.reset();
        screen_->show(last_, describe());
    }

    const PathWatch& numbers() const noexcept { return last_; }

    /// Of the probes to the destination.
    double loss() const { return numbers().hops().empty() ? 0 : numbers().hops().back().statistics.numbers().loss(); }

    Describe describe() const
    {
        return [this](const asio::ip::address& address) { return descriptions_.of(address); };
    }

    asio::any_io_executor executor_;
    const TraceSettings& settings_;
    Descriptions descriptions_;
    std::optional<PathWatcher> watcher_;
    PathWatch last_;                     ///< as of the last round that was told
    boost::system::error_code trouble_;  ///< of the last round that was told: this host couldn't send
    WatchScreen* screen_ = nullptr;
    std::unique_ptr<RoundsReport> report_;
};

/// Completes with the exit code.
inline asio::awaitable<int> trace_rounds(const TraceSettings& settings)
{
    const auto executor = co_await asio::this_coro::executor;
    RoundsSession session{executor, settings};
    const int exit_code = co_await session.run();
    co_return exit_code;
}

}  // namespace libnet::apps
