#pragma once
// The names of hops, looked up while the trace goes on. A name is decoration: it never delays the trace, and what is to
// be printed waits for it no longer than `patience`, so that a silent name server costs a trace that long once, not
// once a hop.

#include <libnet/io/dns/resolver.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace libnet::apps {

namespace asio = boost::asio;

class HopNames {
public:
    static constexpr std::chrono::milliseconds patience{1500};

    /// `on_settled` is called whenever another name is known, or known not to come. Not after this object is gone.
    HopNames(asio::any_io_executor executor, std::function<void()> on_settled)
        : executor_{std::move(executor)},
          resolver_{executor_, {.timeout = patience, .tries = 1}},
          state_{std::make_shared<State>()}
    {
        state_->on_settled = std::move(on_settled);
    }

    /// Looks an address up, unless that was done before.
    void look_up(const asio::ip::address& address)
    {
        const auto [name, is_new] = state_->names.try_emplace(address, executor_);
        if (!is_new) return;
        const std::weak_ptr<State> state = state_;
        asio::co_spawn(executor_, resolver_.name_of(address),
                       [state, address](std::exception_ptr, std::optional<std::string> found) {
                           settle(state, address, std::move(found));
                       });
        name->second.limit.expires_after(patience);
        name->second.limit.async_wait([state, address](boost::system::error_code cancelled) {
            if (!cancelled) settle(state, address, std::nullopt);
        });
    }

    /// Whether it makes no sense to wait for the name any more.
    bool is_settled(const asio::ip::address& address) const
    {
        const auto name = state_->names.find(address);
        return name == state_->names.end() || name->second.settled;
    }

    /// The name, where there is one.
    std::optional<std::string> find(const asio::ip::address& address) const
    {
        const auto name = state_->names.find(address);
        return name == state_->names.end() ? std::nullopt : name->second.name;
    }

private:
    struct Name {
        explicit Name(const asio::any_io_executor& executor) : limit{executor} {}
        std::optional<std::string> name;
        bool settled = false;
        asio::steady_timer limit;
    };
    struct State {
        std::map<asio::ip::address, Name> names;
        std::function<void()> on_settled;
    };

    static void settle(const std::weak_ptr<State>& weak, const asio::ip::address& address,
                       std::optional<std::string> found)
    {
        const auto state = weak.lock();
        if (!state) return;
        auto& name = state->names.at(address);
        if (std::exchange(name.settled, true)) return;
        name.name = std::move(found);
        name.limit.cancel();
        state->on_settled();
    }

    asio::any_io_executor executor_;
    io::Resolver resolver_;
    std::shared_ptr<State> state_;
};

}  // namespace libnet::apps
