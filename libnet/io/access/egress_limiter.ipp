#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/access/client_table.hpp>
#include <libnet/io/access/egress_limiter.hpp>

#include <algorithm>
#include <ctime>

namespace libnet::inline v0::io {

namespace detail {

/// Weeks of std::tm begin with Sunday.
LIBNETXX_DECL engine::WeekMinute week_minute(const std::tm& time) noexcept
{
    const auto day = (time.tm_wday + 6) % 7;
    return static_cast<engine::WeekMinute>(day * engine::minutes_of_day + time.tm_hour * 60 + time.tm_min);
}

/// What the client is counted under, beside whether it is a user. Addresses are numbers, so that no name passes for one.
LIBNETXX_DECL std::string limit_client(const engine::EgressClient& client)
{
    if (client.user) return std::string{*client.user};
    if (client.identity != nullptr && !client.identity->certificate.empty())
        return "certificate " + client.identity->certificate.front();
    if (client.identity != nullptr && client.identity->uid) return "uid " + std::to_string(*client.identity->uid);
    return std::to_string(static_cast<std::uint64_t>(engine::client_key(client.address)));
}

}  // namespace detail

LIBNETXX_DECL engine::WeekMoment week_moment(std::chrono::system_clock::time_point when)
{
    const auto seconds = std::chrono::system_clock::to_time_t(when);
    std::tm local{}, utc{};
    localtime_r(&seconds, &local);
    gmtime_r(&seconds, &utc);
    return {detail::week_minute(local), detail::week_minute(utc)};
}

LIBNETXX_DECL EgressMeter::Wait EgressMeter::pause() const
{
    auto longest = Wait::zero();
    if (only_counts_) return longest;
    const auto now = std::chrono::steady_clock::now();
    for (const auto& [limit, key] : counts_) {
        const std::lock_guard lock{limit->mutex};
        longest = std::max(longest, limit->table.pause(key, now));
    }
    return longest;
}

LIBNETXX_DECL bool EgressMeter::is_spent() const
{
    if (only_counts_) return false;
    const auto now = std::chrono::steady_clock::now();
    return std::ranges::any_of(counts_, [now](const Count& each) {
        const std::lock_guard lock{each.limit->mutex};
        return each.limit->table.is_spent(each.key, now);
    });
}

LIBNETXX_DECL void EgressMeter::moved(std::uint64_t size) const
{
    if (size == 0) return;
    const auto now = std::chrono::steady_clock::now();
    for (const auto& [limit, key] : counts_) {
        const std::lock_guard lock{limit->mutex};
        limit->table.count_bytes(key, size, now);
    }
}

LIBNETXX_DECL EgressLimiter::EgressLimiter(std::shared_ptr<const engine::EgressPolicy> policy, base::SipKey seed,
                                           const EgressLimiter* before)
    : policy_{std::move(policy)},
      seed_{seed}
{
    for (const auto& limit : policy_->options().rules.limits) {
        std::shared_ptr<SharedLimitTable> kept;
        for (std::size_t i = 0; before != nullptr && i < before->limits_.size(); ++i) {
            const auto& old = before->policy_->options().rules.limits[i];
            const bool is_taken = std::ranges::find(limits_, before->limits_[i]) != limits_.end();
            if (old.rule.text == limit.rule.text && !is_taken && !kept) kept = before->limits_[i];
        }
        limits_.push_back(kept ? std::move(kept) : std::make_shared<SharedLimitTable>(limit.amounts));
    }
}

LIBNETXX_DECL EgressLimiter::Admission EgressLimiter::admit(const engine::EgressClient& client,
                                                            const engine::EgressTarget& target) const
{
    using engine::LimitAnswer;
    Admission admission;
    admission.meter.only_counts_ = policy_->options().rules.report_only;
    std::vector<EgressMeter::Count> requests;
    const auto& rules = policy_->options().rules;
    const auto now = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < limits_.size(); ++i) {
        const auto& limit = rules.limits[i];
        if (!policy_->is_limited(limit, client, target)) continue;
        const auto& amounts = limit.amounts;
        const auto key = engine::limit_key(seed_, amounts.per, detail::limit_client(client), client.user.has_value(),
                                           target.host->name);
        const std::lock_guard lock{limits_[i]->mutex};
        const auto answer = limits_[i]->table.ask(key, now);
        if (answer.kind != LimitAnswer::Kind::within && answer.wait >= admission.retry_after) {
            admission.retry_after = answer.wait;
            admission.rule = &limit.rule;
            admission.verdict = answer.kind == LimitAnswer::Kind::quota_spent
                                    ? engine::EgressVerdict::quota_exceeded
                                    : engine::EgressVerdict::requests_exceeded;
        }
        if (amounts.requests.amount > 0) requests.push_back({limits_[i], key});
        if (amounts.quota.amount > 0 || amounts.bytes_per_second > 0)
            admission.meter.counts_.push_back({limits_[i], key});
        if (amounts.bytes_per_second > 0)
            admission.meter.piece_ =
                std::clamp<std::uint64_t>(amounts.bytes_per_second / 8, 1024, admission.meter.piece_);
    }
    if (admission.rule != nullptr && !rules.report_only) return admission;
    for (const auto& [limit, key] : requests) {
        const std::lock_guard lock{limit->mutex};
        limit->table.count_request(key, now);
    }
    return admission;
}

}  // namespace libnet::inline v0::io
