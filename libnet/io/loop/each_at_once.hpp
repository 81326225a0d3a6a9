#pragma once
// Does something for each of many things, a bounded number of them at a time.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

namespace libnet::inline v0::io {

namespace detail {

/// What the workers of an `each_at_once` share.
struct EachAtOnce {
    EachAtOnce(const boost::asio::any_io_executor& executor, std::size_t number,
               std::function<boost::asio::awaitable<void>(std::size_t)> what)
        : work{std::move(what)},
          count{number},
          done{executor, boost::asio::steady_timer::time_point::max()}
    {}

    std::function<boost::asio::awaitable<void>(std::size_t)> work;
    std::size_t next = 0, count, running = 0;
    boost::asio::steady_timer done;  // never expires: is cancelled when the last worker has ended
};

inline boost::asio::awaitable<void> work_at_once(std::shared_ptr<EachAtOnce> all)
{
    while (all->next < all->count) {
        const auto index = all->next++;
        co_await all->work(index);
    }
    if (--all->running == 0) all->done.cancel();
}

}  // namespace detail

/// Calls `work(index)` for each index below `count`, in their order, and lets `most` of these coroutines be under way at a
/// time. Completes with true when all have ended, and with false when it is cancelled: those that are under way go on, and no
/// others begin. `work` must not throw, and has to hold what its coroutines use. One thread runs the executor.
inline boost::asio::awaitable<bool> each_at_once(boost::asio::any_io_executor executor, std::size_t count,
                                                 std::size_t most,
                                                 std::function<boost::asio::awaitable<void>(std::size_t)> work)
{
    constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    if (count == 0) co_return true;
    const auto all = std::make_shared<detail::EachAtOnce>(executor, count, std::move(work));
    all->running = std::min(most, count);
    for (std::size_t i = all->running; i > 0; --i)
        boost::asio::co_spawn(executor, detail::work_at_once(all), boost::asio::detached);
    if (all->running != 0) co_await all->done.async_wait(token);  // else none of them had to wait
    if (all->running == 0) co_return true;
    all->count = 0;
    co_return false;
}

}  // namespace libnet::inline v0::io
