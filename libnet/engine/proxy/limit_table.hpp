#pragma once
// Counts what one limit is about.

#include <libnet/base/token_bucket.hpp>
#include <libnet/engine/proxy/egress_limit.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <list>
#include <unordered_map>

namespace libnet::inline v0::engine {

/// What a limit says of a request.
struct LimitAnswer {
    enum class Kind : std::uint8_t {
        within,
        too_many_requests,
        quota_spent,
    };
    Kind kind = Kind::within;
    std::chrono::nanoseconds wait{0};  ///< until it would be within
    friend bool operator==(const LimitAnswer&, const LimitAnswer&) = default;
};

/// The counts of one limit, under any number of keys of which at most `max_keys` are remembered.
///
/// Theory of operation. Quota and requests are counted in windows: one begins with the first that is counted, and lasts the
/// period; then the count begins at zero. So never more than the amount passes in a window, and at most twice as much in any
/// period. The rate is a token bucket that holds what is good for a second.
///
/// When one more key comes than there is room for, the one that was used least recently is forgotten, with what it had used
/// up: of the last 16 one that has used nothing up, if there is any. A client with many addresses can make room for itself
/// so; each limit has a table of its own, so that it can't do that for another limit.
class LimitTable {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Wait = std::chrono::nanoseconds;
    using Key = std::uint64_t;

    /// At 150 bytes or so each.
    static constexpr std::size_t default_max_keys = 65'536;

    explicit LimitTable(const EgressAmounts& amounts, std::size_t max_keys = default_max_keys)
        : amounts_{amounts},
          rate_{.per_second = static_cast<double>(amounts.bytes_per_second),
                .burst = static_cast<double>(amounts.bytes_per_second)},
          max_keys_{max_keys}
    {}

    LimitTable(const LimitTable&) = delete;
    LimitTable& operator=(const LimitTable&) = delete;

    /// Whether another request is within the limit. It isn't counted yet: others may be against it.
    LimitAnswer ask(Key key, Time now)
    {
        auto& counted = find(key, now);
        using Kind = LimitAnswer::Kind;
        if (const auto wait = counted.quota.wait(amounts_.quota, now); wait > Wait::zero())
            return {Kind::quota_spent, wait};
        if (const auto wait = counted.requests.wait(amounts_.requests, now); wait > Wait::zero())
            return {Kind::too_many_requests, wait};
        return {};
    }

    /// Counts a request.
    void count_request(Key key, Time now) { find(key, now).requests.add(amounts_.requests, 1, now); }

    /// How long to wait before more bytes are moved.
    Wait pause(Key key, Time now)
    {
        if (amounts_.bytes_per_second == 0) return Wait::zero();
        auto& counted = find(key, now);
        counted.bytes.available(rate_, now);
        return counted.bytes.wait_for(rate_, 0);
    }

    /// Whether the quota is used up: nothing more may be moved until its window ends.
    bool is_spent(Key key, Time now) { return find(key, now).quota.wait(amounts_.quota, now) > Wait::zero(); }

    /// Counts bytes. They may be more than was left.
    void count_bytes(Key key, std::uint64_t size, Time now)
    {
        auto& counted = find(key, now);
        counted.quota.add(amounts_.quota, size, now);
        if (amounts_.bytes_per_second > 0) counted.bytes.take(static_cast<double>(size));
    }

    const EgressAmounts& amounts() const noexcept { return amounts_; }

    /// Keys that are remembered.
    std::size_t size() const noexcept { return keys_.size(); }

private:
    /// One window's count. One without a beginning is empty.
    struct Window {
        Time begun{};
        std::uint64_t used = 0;

        bool is_over(const LimitAmount& limit, Time now) const noexcept { return now - begun >= limit.period; }

        Wait wait(const LimitAmount& limit, Time now) const noexcept
        {
            if (limit.amount == 0 || used < limit.amount || is_over(limit, now)) return Wait::zero();
            return begun + limit.period - now;
        }

        void add(const LimitAmount& limit, std::uint64_t size, Time now) noexcept
        {
            if (limit.amount == 0) return;
            if (used == 0 || is_over(limit, now)) *this = {now, 0};
            used += size;
        }

        bool is_fresh(const LimitAmount& limit, Time now) const noexcept { return used == 0 || is_over(limit, now); }
    };

    struct Counted {
        Key key;
        Window quota{}, requests{};
        base::TokenBucket bytes{};
    };
    using Recent = std::list<Counted>;  // the one that was used last in front

    Counted& find(Key key, Time now)
    {
        if (const auto found = keys_.find(key); found != keys_.end()) {
            recent_.splice(recent_.begin(), recent_, found->second);
            return recent_.front();
        }
        if (keys_.size() >= max_keys_) forget_one(now);
        recent_.push_front({key, {}, {}, {rate_, now}});
        keys_.emplace(key, recent_.begin());
        return recent_.front();
    }

    void forget_one(Time now)
    {
        if (recent_.empty()) return;
        auto chosen = std::prev(recent_.end());
        unsigned looks = 16;
        for (auto each = recent_.end(); each != recent_.begin() && looks > 0; --looks) {
            --each;
            const bool is_fresh = each->quota.is_fresh(amounts_.quota, now) &&
                                  each->requests.is_fresh(amounts_.requests, now) &&
                                  each->bytes.available(rate_, now) >= rate_.burst;
            if (!is_fresh) continue;
            chosen = each;
            break;
        }
        keys_.erase(chosen->key);
        recent_.erase(chosen);
    }

    EgressAmounts amounts_;
    base::TokenRate rate_;
    std::size_t max_keys_;
    Recent recent_;
    std::unordered_map<Key, Recent::iterator> keys_;  // keys are hashes with a secret seed
};

}  // namespace libnet::inline v0::engine
