#pragma once
// Keeps the names of hosts up to date: asks for all of them at once, and again when their answers are too old.

#include <apps/common/output.hpp>
#include <libnet/engine/dns/name_refresh.hpp>
#include <libnet/io/dns/resolver.hpp>
#include <libnet/wire/http/host_name.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace libnet::apps {

namespace asio = boost::asio;

/// What a NameKeeper tells. `name` is the number that `add` gave it.
struct NameEvents {
    std::function<void(std::size_t name, const asio::ip::address& address, engine::NameNews news)> resolved;
    std::function<void(std::size_t name, const std::string& why, engine::NameFailure kind)> failed;
};

/// Does what an engine::NameRefresh decides. Owned by a shared_ptr, which its questions share weakly.
class NameKeeper : public std::enable_shared_from_this<NameKeeper> {
public:
    NameKeeper(asio::any_io_executor executor, io::AddressFamily family, NameEvents events,
               engine::NameRefreshOptions options = {})
        : executor_{executor},
          family_{family},
          events_{std::move(events)},
          refresh_{options},
          // It is NameRefresh that bounds what is under way.
          resolver_{executor, {.max_in_flight = options.max_under_way}},
          timer_{executor}
    {}

    /// Adds a name, to be asked for by the next `ask`.
    std::size_t add(std::string name)
    {
        names_.push_back(std::move(name));
        return refresh_.add(Clock::now());
    }

    void drop(std::size_t name) { refresh_.drop(name); }

    /// Asks for all names whose time has come, and sees to it that this goes on.
    void ask()
    {
        while (const auto name = refresh_.next(Clock::now())) ask_for(*name);
        const auto deadline = refresh_.deadline();
        timer_.expires_at(deadline.value_or(Clock::time_point::max()));
        if (!deadline) return;
        timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
            const auto self = weak.lock();
            if (!error && self) self->ask();
        });
    }

    /// Asks for nothing any more.
    void close()
    {
        closed_ = true;
        timer_.cancel();
    }

    /// One name at least has no address and is worth waiting for, see NameRefresh::awaited.
    bool any_awaited(const engine::NameAttempts& attempts) const
    {
        for (std::size_t name = 0; name < names_.size(); ++name)
            if (refresh_.awaited(name, attempts)) return true;
        return false;
    }

private:
    using Clock = std::chrono::steady_clock;

    void ask_for(std::size_t name)
    {
        const auto on_done = [weak = weak_from_this(), name](std::exception_ptr failure, io::ResolvedName found) {
            const auto self = weak.lock();
            if (self && !self->closed_) self->on_done(name, failure, found);
        };
        asio::co_spawn(executor_, resolver_.look_up(names_[name], family_), on_done);
    }

    void on_done(std::size_t name, std::exception_ptr failure, const io::ResolvedName& found)
    {
        if (failure) return on_failure(name, failure);
        const auto news = refresh_.on_answer(name, found.addresses, found.ttl, Clock::now());
        events_.resolved(name, refresh_.address(name), news);
        ask();
    }

    void on_failure(std::size_t name, std::exception_ptr failure)
    {
        try {
            std::rethrow_exception(failure);
        } catch (const boost::system::system_error& error) {
            if (error.code() == asio::error::operation_aborted) return;
            const auto kind = kind_of(error, names_[name]);
            refresh_.on_failure(name, kind, Clock::now());
            events_.failed(name, reason_of(error), kind);
        }
        ask();
    }

    static engine::NameFailure kind_of(const boost::system::system_error& error, const std::string& name)
    {
        boost::system::error_code no_literal;
        asio::ip::make_address(name, no_literal);
        const bool askable = no_literal && wire::is_host_name(name) && !wire::is_invalid_domain(name);
        if (!askable) return engine::NameFailure::final;
        const bool told = error.code() == asio::error::host_not_found || error.code() == asio::error::no_data;
        return told ? engine::NameFailure::told : engine::NameFailure::passing;
    }

    asio::any_io_executor executor_;
    io::AddressFamily family_;
    NameEvents events_;
    engine::NameRefresh refresh_;
    io::Resolver resolver_;
    asio::steady_timer timer_;
    std::vector<std::string> names_;
    bool closed_ = false;
};

}  // namespace libnet::apps
