#pragma once
// Bodies of libnet/name_keeper.hpp.

#include <libnet/io/dns/name_source.hpp>
#include <libnet/io/loop/reason_of.hpp>
#include <libnet/name_keeper.hpp>
#include <libnet/wire/dns/idn.hpp>
#include <libnet/wire/http/host_name.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace libnet::inline v0 {

namespace detail {

inline engine::NameRefreshOptions refresh_options(std::optional<std::chrono::nanoseconds> most)
{
    engine::NameRefreshOptions options;
    if (!most) return options;
    if (*most <= std::chrono::nanoseconds{0})
        throw boost::system::system_error{boost::asio::error::invalid_argument, "NameKeeperOptions::refresh"};
    for (auto* time : {&options.first_pause, &options.longest_pause, &options.shortest_life, &options.zero_life})
        *time = std::min(*time, *most);
    options.longest_life = *most;
    return options;
}

/// Does what an engine::NameRefresh decides.
class NameKeeperState : public std::enable_shared_from_this<NameKeeperState> {
public:
    NameKeeperState(const boost::asio::any_io_executor& executor, NameKeeperOptions options)
        : executor_{executor},
          options_{std::move(options)},
          refresh_{refresh_options(options_.refresh)},
          // It is NameRefresh that bounds what is under way.
          source_{executor,
                  options_.look_up,
                  {.max_in_flight = engine::NameRefreshOptions{}.max_under_way, .servers = options_.servers}},
          timer_{executor},
          progress_{executor, Clock::time_point::max()}
    {}

    KeptName add(std::string name, std::optional<AddressFamily> family)
    {
        names_.push_back({std::move(name), family.value_or(options_.family)});
        try {
            const KeptName added{refresh_.add(Clock::now())};
            ask_soon();
            return added;
        } catch (...) {
            if (refresh_.size() < names_.size()) names_.pop_back();
            throw;
        }
    }

    void pause()
    {
        paused_ = true;
        timer_.cancel();
    }

    void resume()
    {
        paused_ = false;
        if (!names_.empty()) ask_soon();
    }

    void drop(KeptName name)
    {
        refresh_.drop(name.index);
        progress_.cancel();
    }

    void close()
    {
        closed_ = true;
        timer_.cancel();
        progress_.cancel();
    }

    const boost::asio::any_io_executor& executor() const noexcept { return executor_; }

    static boost::asio::awaitable<void> settled(std::shared_ptr<NameKeeperState> self, NameAttempts attempts)
    {
        constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
        co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
        while (!self->closed_ && self->any_awaited(attempts)) co_await self->progress_.async_wait(token);
        if (self->closed_) throw boost::system::system_error{boost::asio::error::operation_aborted};
    }

    bool any_awaited(const NameAttempts& attempts) const
    {
        for (std::size_t name = 0; name < names_.size(); ++name)
            if (refresh_.awaited(name, attempts)) return true;
        return false;
    }

private:
    using Clock = std::chrono::steady_clock;

    void ask_soon()
    {
        if (paused_ || std::exchange(ask_posted_, true)) return;
        boost::asio::post(executor_, [weak = weak_from_this()] {
            const auto self = weak.lock();
            if (!self) return;
            self->ask_posted_ = false;
            self->ask();
        });
    }

    /// Asks for all names whose time has come, and waits for the next.
    void ask()
    {
        if (closed_ || paused_) return;
        while (const auto name = refresh_.next(Clock::now())) ask_for(*name);
        const auto deadline = refresh_.deadline();
        timer_.expires_at(deadline.value_or(Clock::time_point::max()));
        if (!deadline) return;
        timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
            const auto self = weak.lock();
            if (!error && self) self->ask();
        });
    }

    void ask_for(std::size_t name)
    {
        const auto on_done = [weak = weak_from_this(), name](std::exception_ptr failure, io::ResolvedName found) {
            const auto self = weak.lock();
            if (self && !self->closed_) self->on_done(name, failure, found);
        };
        boost::asio::co_spawn(executor_, source_.look_up(names_[name].text, names_[name].family), on_done);
    }

    void on_done(std::size_t name, std::exception_ptr failure, const io::ResolvedName& found)
    {
        if (failure) return on_failure(name, failure);
        const auto news = refresh_.on_answer(name, found.addresses, found.ttl, Clock::now());
        const auto address = refresh_.address(name);  // a copy: the callback may add names
        if (options_.on_address) options_.on_address({name}, address, news);
        progress_.cancel();
        ask();
    }

    void on_failure(std::size_t name, std::exception_ptr failure)
    {
        try {
            std::rethrow_exception(failure);
        } catch (const boost::system::system_error& error) {
            if (error.code() == boost::asio::error::operation_aborted) return;
            const auto kind = kind_of(error, names_[name].text);
            refresh_.on_failure(name, kind, Clock::now());
            if (options_.on_failure) options_.on_failure({name}, io::reason_of(error), kind);
        }
        progress_.cancel();
        ask();
    }

    static NameFailure kind_of(const boost::system::system_error& error, const std::string& name)
    {
        boost::system::error_code no_literal;
        boost::asio::ip::make_address(name, no_literal);
        const auto ascii = wire::ascii_host_name(name);
        const bool askable = no_literal && ascii && wire::is_host_name(*ascii) && !wire::is_invalid_domain(*ascii);
        if (!askable) return NameFailure::final;
        const bool told =
            error.code() == boost::asio::error::host_not_found || error.code() == boost::asio::error::no_data;
        return told ? NameFailure::told : NameFailure::passing;
    }

    struct Name {
        std::string text;
        AddressFamily family;
    };

    boost::asio::any_io_executor executor_;
    NameKeeperOptions options_;
    engine::NameRefresh refresh_;
    io::NameSource source_;
    boost::asio::steady_timer timer_;
    boost::asio::steady_timer progress_;  ///< never expires: is cancelled when a name may have settled
    std::vector<Name> names_;
    bool ask_posted_ = false;
    bool closed_ = false;
    bool paused_ = false;
};

}  // namespace detail

LIBNETXX_DECL NameKeeper::NameKeeper(boost::asio::any_io_executor executor, NameKeeperOptions options)
    : state_{std::make_shared<detail::NameKeeperState>(executor, std::move(options))}
{}

LIBNETXX_DECL NameKeeper::~NameKeeper()
{
    if (state_) state_->close();
}

LIBNETXX_DECL NameKeeper::NameKeeper(NameKeeper&&) noexcept = default;

LIBNETXX_DECL NameKeeper& NameKeeper::operator=(NameKeeper&& other) noexcept
{
    if (state_ && state_ != other.state_) state_->close();
    state_ = std::move(other.state_);
    return *this;
}

LIBNETXX_DECL KeptName NameKeeper::add(std::string name, std::optional<AddressFamily> family)
{
    return state_->add(std::move(name), family);
}
LIBNETXX_DECL void NameKeeper::pause() { state_->pause(); }
LIBNETXX_DECL void NameKeeper::resume() { state_->resume(); }
LIBNETXX_DECL void NameKeeper::drop(KeptName name) { state_->drop(name); }
LIBNETXX_DECL boost::asio::awaitable<void> NameKeeper::settled(NameAttempts attempts)
{
    return detail::NameKeeperState::settled(state_, attempts);
}
LIBNETXX_DECL boost::asio::any_io_executor NameKeeper::get_executor() const { return state_->executor(); }
LIBNETXX_DECL void NameKeeper::close() { state_->close(); }
LIBNETXX_DECL bool NameKeeper::any_awaited(const NameAttempts& attempts) const { return state_->any_awaited(attempts); }

}  // namespace libnet::inline v0
