#pragma once
// trace++ --mtu: the path's MTU is searched for while the path is traced.

#include <apps/trace/settings.hpp>
#include <libnet/narrow_links.hpp>
#include <libnet/path_mtu.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstdint>
#include <exception>
#include <memory>

namespace libnet::apps {

namespace asio = boost::asio;

/// What --mtu finds.
struct FoundMtu {
    PathMtu mtu{};
    NarrowLinks narrow{};

    /// Packets that it took. What our own system refused never left.
    std::uint64_t probes() const
    {
        std::uint64_t refused = 0;
        for (const auto& step : mtu.steps)
            if (step.outcome == PathMtuOutcome::too_big_here) refused += step.probes;
        return mtu.probes - refused + narrow.probes;
    }
};

inline PathMtuOptions mtu_options(const TraceSettings& settings, std::uint32_t attempts)
{
    PathMtuOptions options;
    options.attempts = attempts;
    options.source = settings.trace.source;
    options.interface = settings.trace.interface;
    options.traffic_class = settings.trace.traffic_class;
    options.mark = settings.trace.mark;
    return options;
}

/// A search that has begun.
class MtuSearch {
public:
    MtuSearch(const asio::any_io_executor& executor, const TraceSettings& settings, const asio::ip::address& target)
        : settings_{settings},
          state_{std::make_shared<State>(executor)}
    {
        // One probe of each size: what is lost by chance is tried again at the end of the search.
        asio::co_spawn(executor, find_path_mtu(executor, target, mtu_options(settings, 1)),
                       [state = state_](std::exception_ptr failure, PathMtu found) {
                           state->failure = failure;
                           state->found = std::move(found);
                           state->done = true;
                           state->news.cancel();
                       });
    }

    /// Completes when all is known; `path` is the trace's. Throws what the search throws.
    asio::awaitable<FoundMtu> finish(TracePath path)
    {
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        const auto executor = co_await asio::this_coro::executor;
        if (!state_->done) co_await state_->news.async_wait(token);
        if (!state_->done) throw boost::system::system_error{asio::error::operation_aborted};
        if (state_->failure) std::rethrow_exception(state_->failure);
        FoundMtu result;
        result.mtu = std::move(state_->found);
        if (result.mtu.limit == PathMtuLimit::no_answer && path.reached()) {  // or its first probe was lost
            const auto options = mtu_options(settings_, 3);
            result.mtu = co_await find_path_mtu(executor, path.target, options);
        }
        result.narrow = co_await find_narrow_links(executor, path, result.mtu, settings_.trace);
        co_return result;
    }

private:
    struct State {
        explicit State(const asio::any_io_executor& executor) : news{executor, asio::steady_timer::time_point::max()} {}
        asio::steady_timer news;  // cancelled when it is done
        bool done = false;
        std::exception_ptr failure;
        PathMtu found;
    };

    const TraceSettings& settings_;
    std::shared_ptr<State> state_;
};

}  // namespace libnet::apps
