#pragma once
// Bodies of libnet/engine/dns/name_refresh.hpp.

#include <libnet/engine/dns/name_refresh.hpp>

#include <algorithm>

namespace libnet::inline v0::engine {

LIBNETXX_DECL std::size_t NameRefresh::add(TimePoint now)
{
    names_.emplace_back();
    due_.push(now, names_.size() - 1);
    return names_.size() - 1;
}

LIBNETXX_DECL void NameRefresh::drop(std::size_t name) { names_[name].dropped = true; }

LIBNETXX_DECL std::optional<std::size_t> NameRefresh::next(TimePoint now)
{
    lose_patience(now);
    due_.drop_front_while([this](std::size_t name) { return names_[name].dropped; });
    if (due_.empty() || due_.front_time() > now || !may_ask()) return std::nullopt;
    const std::size_t index = due_.front();
    due_.pop();
    Name& name = names_[index];
    name.under_way = name.quick = true;
    name.quick_until = now + options_.patience;
    questions_.push_back({name.quick_until, index});
    ++quick_now_;
    ++under_way_;
    return index;
}

LIBNETXX_DECL std::optional<TimePoint> NameRefresh::deadline() const
{
    if (due_.empty() || under_way_ >= options_.max_under_way) return std::nullopt;
    // The first question may be answered by now: then this is too early, and the next call says better.
    return may_ask() ? due_.front_time() : std::max(due_.front_time(), questions_.front().quick_until);
}

LIBNETXX_DECL void NameRefresh::lose_patience(TimePoint now)
{
    while (!questions_.empty()) {
        const Question& oldest = questions_.front();
        Name& name = names_[oldest.name];
        const bool open = name.quick && name.quick_until == oldest.quick_until;
        if (open && oldest.quick_until > now) return;
        if (open) end_quick(name);
        questions_.pop_front();
    }
}

LIBNETXX_DECL void NameRefresh::end_quick(Name& name)
{
    if (name.quick) --quick_now_;
    name.quick = false;
}

LIBNETXX_DECL NameRefresh::Name& NameRefresh::end_question(std::size_t index)
{
    Name& name = names_[index];
    end_quick(name);
    name.under_way = false;
    --under_way_;
    return name;
}

LIBNETXX_DECL std::chrono::nanoseconds NameRefresh::life_of(std::chrono::seconds ttl) const
{
    if (ttl.count() <= 0) return options_.zero_life;
    const auto longest = std::chrono::duration_cast<std::chrono::seconds>(options_.longest_life);
    return std::max<std::chrono::nanoseconds>(std::min(ttl, longest), options_.shortest_life);
}

LIBNETXX_DECL NameNews NameRefresh::on_answer(std::size_t index, const std::vector<asio::ip::address>& addresses,
                                              std::optional<std::chrono::seconds> ttl, TimePoint now)
{
    Name& name = end_question(index);
    name.failures = 0;
    if (ttl) due_.push(now + life_of(*ttl), index);
    if (std::ranges::find(addresses, name.address) != addresses.end()) return NameNews::same;
    const auto before = name.address;
    name.address = addresses.front();
    return before.is_unspecified() ? NameNews::first : NameNews::changed;
}

LIBNETXX_DECL void NameRefresh::on_failure(std::size_t index, NameFailure why, TimePoint now)
{
    constexpr unsigned most_doublings = 30;
    Name& name = end_question(index);
    name.last_failure = why;
    if (why == NameFailure::final) return;
    const auto factor = std::int64_t{1} << std::min(name.failures++, most_doublings);
    const auto pause =
        options_.first_pause > options_.longest_pause / factor ? options_.longest_pause : options_.first_pause * factor;
    due_.push(now + pause, index);
}

LIBNETXX_DECL bool NameRefresh::awaited(std::size_t index, const NameAttempts& attempts) const
{
    const Name& name = names_[index];
    if (!name.address.is_unspecified() || name.dropped || name.last_failure == NameFailure::final) return false;
    return name.failures < (name.last_failure == NameFailure::told ? attempts.told : attempts.passing);
}

}  // namespace libnet::inline v0::engine
