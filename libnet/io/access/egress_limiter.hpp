#pragma once
// Keeps requests within the limits of a proxy's rules.

#include <libnet/base/siphash.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/proxy/egress_policy.hpp>
#include <libnet/engine/proxy/limit_table.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace libnet::inline v0::io {

/// The time by two clocks, from Monday 00:00 on: where this machine is, and in UTC.
engine::WeekMoment week_moment(std::chrono::system_clock::time_point when);

/// A limit's table, which several threads use.
struct SharedLimitTable {
    explicit SharedLimitTable(const engine::EgressAmounts& amounts) : table{amounts} {}
    std::mutex mutex{};
    engine::LimitTable table;
};

/// What counts one request's bytes, under each limit of bytes that it is under. Several threads may count for the same
/// limits, each with a meter of its own.
class EgressMeter {
public:
    using Wait = engine::LimitTable::Wait;

    /// How long nothing is to be moved.
    Wait pause() const;

    /// A quota is used up: nothing more is to be moved at all.
    bool is_spent() const;

    /// Bytes were moved, in either direction.
    void moved(std::uint64_t size) const;

    /// So much may be moved at a time, so that what flows doesn't come in bursts.
    std::uint64_t piece() const noexcept { return piece_; }

    bool empty() const noexcept { return counts_.empty(); }

private:
    friend class EgressLimiter;
    struct Count {
        std::shared_ptr<SharedLimitTable> limit;
        std::uint64_t key;
    };
    std::vector<Count> counts_{};
    bool only_counts_ = false;
    std::uint64_t piece_ = std::uint64_t{256} * 1024;
};

/// The limits of one policy, with what was counted for them. Several threads may use one object at a time.
class EgressLimiter {
public:
    /// `before`: whose counts go on for the limits that are the same, line by line; null: all begin at zero.
    EgressLimiter(std::shared_ptr<const engine::EgressPolicy> policy, base::SipKey seed, const EgressLimiter* before);

    /// Whether a request may be made.
    struct Admission {
        engine::EgressVerdict verdict = engine::EgressVerdict::allowed;
        const engine::EgressRule* rule = nullptr;  ///< of the limit that is used up; as long as the limiter lives
        std::chrono::nanoseconds retry_after{0};
        EgressMeter meter{};  ///< for its bytes
    };

    /// Counts a request that is within all of its limits. A policy that only reports counts each one, and slows none down.
    Admission admit(const engine::EgressClient& client, const engine::EgressTarget& target) const;

    const engine::EgressPolicy& policy() const noexcept { return *policy_; }

private:
    using Limits = std::vector<std::shared_ptr<SharedLimitTable>>;  // in the order of the policy's

    std::shared_ptr<const engine::EgressPolicy> policy_;
    base::SipKey seed_;
    Limits limits_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/access/egress_limiter.ipp>
#endif
