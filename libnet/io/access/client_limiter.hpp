#pragma once
// Keeps the clients of one or more servers within their limits.

#include <libnet/engine/access/client_table.hpp>
#include <libnet/io/loop/random_key.hpp>
#include <libnet/io/loop/require_option.hpp>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <mutex>

namespace libnet::inline v0::io {

/// An engine::ClientTable with a clock. Several threads may use one object at a time, and servers that share a port
/// should share one: a client's connections go to any of them.
class ClientLimiter {
public:
    using Wait = engine::ClientTable::Wait;  ///< nothing: at once; else how long the client has to wait

    /// @throws boost::system::system_error  `invalid_argument`: a limit out of its range, which `what()` names
    explicit ClientLimiter(const engine::ClientLimits& limits) : limits_{checked(limits)}, table_{limits, random_word()}
    {}

    const engine::ClientLimits& limits() const noexcept { return limits_; }  ///< that it was made with

    bool connect(engine::ClientKey client)  ///< false: it has too many
    {
        const std::lock_guard lock{mutex_};
        return table_.connect(client, Clock::now());
    }

    void disconnect(engine::ClientKey client) noexcept  ///< one of its connections has ended
    {
        const std::lock_guard lock{mutex_};
        table_.disconnect(client);
    }

    Wait request(engine::ClientKey client)  ///< it asks for something
    {
        const std::lock_guard lock{mutex_};
        return table_.request(client, Clock::now());
    }

    Wait send(engine::ClientKey client)  ///< it may be sent more
    {
        const std::lock_guard lock{mutex_};
        return table_.send(client, Clock::now());
    }

    void sent(engine::ClientKey client, std::size_t size)  ///< octets it was sent
    {
        const std::lock_guard lock{mutex_};
        table_.sent(client, size, Clock::now());
    }

    Wait log_in(engine::ClientKey client)  ///< it tries a password, counted at once
    {
        const std::lock_guard lock{mutex_};
        return table_.log_in(client, Clock::now());
    }

    void forgive_login(engine::ClientKey client)  ///< the password was right
    {
        const std::lock_guard lock{mutex_};
        table_.forgive_login(client, Clock::now());
    }

private:
    static const engine::ClientLimits& checked(const engine::ClientLimits& limits)
    {
        const auto is_rate = [](double rate) { return std::isfinite(rate) && rate >= 0; };
        require_option(is_rate(limits.requests_per_second), "client limit of requests a second: zero or more");
        require_option(is_rate(limits.request_burst) && limits.request_burst >= 1,
                       "client limit of requests at once: one or more");
        require_option(is_rate(limits.failed_logins_per_minute),
                       "client limit of failed log-ins a minute: zero or more");
        return limits;
    }

    using Clock = std::chrono::steady_clock;

    const engine::ClientLimits limits_;
    std::mutex mutex_;
    engine::ClientTable table_;
};

}  // namespace libnet::inline v0::io
