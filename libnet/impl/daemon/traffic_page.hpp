#pragma once
// What the page of a daemon's administrators shows: collected while the daemon runs, written down while a browser shows it.

#include <libnet/config.hpp>
#include <libnet/live_source.hpp>
#include <libnet/server_counters.hpp>
#include <libnet/server_now.hpp>
#include <libnet/traffic_watch.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace libnet::inline v0::detail {

namespace asio = boost::asio;

/// Twice a second it takes what the servers have done. As long as no page has asked for some seconds, that is all.
class TrafficPage {
public:
    TrafficPage(const asio::any_io_executor& executor, std::string name, std::shared_ptr<TrafficWatch> traffic)
        : timer_{executor},
          name_{std::move(name)},
          traffic_{std::move(traffic)}
    {}

    static std::shared_ptr<TrafficPage> open(const asio::any_io_executor& executor, std::string name,
                                             std::shared_ptr<TrafficWatch> traffic)
    {
        return std::make_shared<TrafficPage>(executor, std::move(name), std::move(traffic));
    }

    std::function<asio::awaitable<ServerCounts>()> counts{};
    std::function<asio::awaitable<ServerNow>()> now{};

    void drain() noexcept { draining_ = true; }

    void close()
    {
        closed_ = true;
        timer_.cancel();
    }

    static asio::awaitable<void> run(std::shared_ptr<TrafficPage> page)
    {
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        constexpr std::chrono::milliseconds period{500};
        while (!page->closed_) {
            auto taking = take(page);
            co_await std::move(taking);
            if (page->closed_) co_return;
            page->timer_.expires_after(period);
            co_await page->timer_.async_wait(token);
        }
    }

    static LiveSource source(const std::shared_ptr<TrafficPage>& page)
    {
        return [page](std::uint64_t since) -> asio::awaitable<LiveNews> {
            page->asked_ = std::chrono::steady_clock::now();
            page->traffic_->watch(true);
            LiveNews news{.next = page->turn_};
            if (since == page->turn_) co_return news;
            const bool knows = since != 0 && since < page->turn_ && page->turn_ - since < latest_seconds;
            auto& kept = knows ? page->latest_ : page->whole_;
            if (!kept) kept = page->write(knows ? latest_seconds : engine::TrafficHistory::most_seconds);
            news.document = kept;
            co_return news;
        };
    }

private:
    static constexpr std::size_t latest_seconds = 15;  // a page that was away for half of that gets all

    bool is_watched() const noexcept
    {
        return std::chrono::steady_clock::now() - asked_ < std::chrono::seconds{5} &&
               asked_.time_since_epoch().count() > 0;
    }

    static asio::awaitable<void> take(std::shared_ptr<TrafficPage> page)
    {
        const bool watched = page->is_watched();
        page->traffic_->watch(watched);
        try {
            auto counting = page->counts();
            const auto counted = co_await std::move(counting);
            page->connections_ = counted.connections;
            ServerNow seen;
            if (watched) {
                auto asking = page->now();
                seen = co_await std::move(asking);
            }
            page->now_ = std::move(seen);
        } catch (const std::exception&) {
            co_return;  // the servers end
        }
        const auto second = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const auto piece = page->traffic_->take();
        page->history_.add(second.time_since_epoch().count(), piece, page->connections_);
        page->whole_.reset();
        page->latest_.reset();
        ++page->turn_;
    }

    std::shared_ptr<const std::string> write(std::size_t seconds) const
    {
        const TrafficReport report{.name = name_,
                                   .version = LIBNETXX_VERSION,
                                   .started = static_cast<std::uint64_t>(started_),
                                   .draining = draining_,
                                   .seconds = seconds,
                                   .connections = connections_};
        return std::make_shared<const std::string>(traffic_json(report, history_, now_));
    }

    asio::steady_timer timer_;
    const std::string name_;
    const std::shared_ptr<TrafficWatch> traffic_;
    const std::int64_t started_ =
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch().count();
    engine::TrafficHistory history_{};
    ServerNow now_{};
    std::uint64_t connections_ = 0, turn_ = 0;
    std::shared_ptr<const std::string> whole_{}, latest_{};  // of this turn; null: not asked for yet
    std::chrono::steady_clock::time_point asked_{};
    bool draining_ = false, closed_ = false;
};

}  // namespace libnet::inline v0::detail
