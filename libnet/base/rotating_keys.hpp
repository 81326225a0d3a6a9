#pragma once
// Secrets that are replaced from time to time, so that a key that leaks opens little.

#include <chrono>
#include <optional>
#include <utility>

namespace libnet::inline v0::engine {

/// A key that is used for one period, and known for one more: what it has sealed can be opened for at least a period
/// and at most for two.
template <typename Key>
class RotatingKeys {
public:
    using Time = std::chrono::steady_clock::time_point;

    explicit RotatingKeys(std::chrono::seconds period) : period_{period} {}

    /// The key to seal with at `now`. `make()` gives a new one when there is none yet, or its period is over.
    template <typename Make>
    const Key& current(Time now, Make&& make)
    {
        if (!newest_ || now - newest_->since >= period_) {
            previous_ = std::move(newest_);
            newest_.emplace(Aged{std::forward<Make>(make)(), now});
        }
        return newest_->key;
    }

    struct Found {
        const Key* key = nullptr;  ///< null: too old, or never ours
        bool newest = false;       ///< else what it opens should be sealed anew
    };

    /// The key, if it is still to be used at `now`, of which `matches(key)` is true.
    template <typename Matches>
    Found find(Time now, Matches&& matches) const
    {
        for (const auto* aged : {&newest_, &previous_}) {
            if (!*aged || now - (*aged)->since >= 2 * period_ || !matches((*aged)->key)) continue;
            return {&(*aged)->key, now - (*aged)->since < period_};
        }
        return {};
    }

private:
    struct Aged {
        Key key;
        Time since;
    };

    std::chrono::seconds period_;
    std::optional<Aged> newest_, previous_;
};

}  // namespace libnet::inline v0::engine
