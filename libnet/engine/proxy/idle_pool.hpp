#pragma once
// Connections that wait for their next use.

#include <libnet/base/deadline_after.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::engine {

/// Bounds of an `IdlePool`.
struct IdlePoolOptions {
    std::chrono::milliseconds timeout{30'000};  ///< how long a connection waits; 0: nothing is kept
    std::size_t max_size = 128;                 ///< connections in all; 0: nothing is kept
    std::size_t max_per_key = 16;               ///< connections to one destination
};

/// Whose place a connection takes that is put into an `IdlePool`.
enum class IdlePlace : std::uint8_t {
    another,       ///< one of its own
    of_the_oldest  ///< that of the oldest with its name: who never takes one doesn't add to those that wait
};

/// Keeps idle connections, each under the name of its destination. The one that was used last is taken first: it is the
/// least likely to be closed by the other side, and the rest can time out. Where there are too many, the oldest goes.
///
/// `T` is what a connection is; dropping it closes it. Taking one looks at all of them: the bound is meant to be small.
template <typename T>
class IdlePool {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    explicit IdlePool(IdlePoolOptions options = {}) : options_{options} {}

    void put(std::string key, T connection, TimePoint now, IdlePlace place = IdlePlace::another)
    {
        const auto has_key = [&key](const Entry& entry) { return entry.key == key; };
        const auto same = static_cast<std::size_t>(std::ranges::count_if(entries_, has_key));
        if (same >= options_.max_per_key || (place == IdlePlace::of_the_oldest && same > 0)) {
            if (same == 0) return;
            entries_.erase(std::ranges::find_if(entries_, has_key));
        }
        entries_.push_back({std::move(key), std::move(connection), base::deadline_after(now, options_.timeout)});
        if (entries_.size() > options_.max_size) entries_.pop_front();
        expire(now);
    }

    /// The connection of this name that was put in last, if it is still fresh.
    std::optional<T> take(std::string_view key, TimePoint now)
    {
        expire(now);
        const auto found =
            std::find_if(entries_.rbegin(), entries_.rend(), [key](const Entry& e) { return e.key == key; });
        if (found == entries_.rend()) return std::nullopt;
        std::optional<T> connection{std::move(found->connection)};
        entries_.erase(std::prev(found.base()));
        return connection;
    }

    /// Drops what has waited long enough.
    void expire(TimePoint now)
    {
        while (!entries_.empty() && entries_.front().expiry <= now) entries_.pop_front();
    }

    /// When `expire` will have something to do.
    std::optional<TimePoint> next_expiry() const
    {
        if (entries_.empty()) return std::nullopt;
        return entries_.front().expiry;
    }

    std::size_t size() const noexcept { return entries_.size(); }
    void clear() noexcept { entries_.clear(); }

private:
    struct Entry {
        std::string key;
        T connection;
        TimePoint expiry;
    };

    IdlePoolOptions options_;
    std::list<Entry> entries_;  // the oldest first
};

}  // namespace libnet::inline v0::engine
