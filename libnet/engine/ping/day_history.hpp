#pragma once
// What became of the probes to one target in the last 24 hours, minute by minute, in 12 KiB.

#include <libnet/base/json_writer.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace libnet::inline v0::engine {

/// Theory of operation. A minute keeps how many probes ended in it, how many of them without an answer, and the median and the
/// 95th percentile of the times. Times of the minute that is under way are kept one by one, up to 64; when there are more, every
/// second one is dropped, and from then on every second one is taken. So the memory is the same for any rate of probes.
///
/// An outage begins with the first of `down_after` probes in a row that weren't answered, and ends with the next answer. The last
/// 32 are kept. An answer that comes late takes its loss back: its target isn't down, and an outage lasted until that loss, or
/// there was none.
///
/// Seconds are since the epoch; one that lies before the last one counts as that. Where the clock was set back by more than
/// `most_back` seconds the day begins anew, and so does an outage that goes on.
class DayHistory {
public:
    static constexpr std::int64_t minutes = 24 * 60, most_back = 300;
    static constexpr std::uint32_t down_after = 3;
    static constexpr std::size_t most_outages = 32, most_times = 64;

    enum class State : std::uint8_t {
        unknown,  ///< no probe has ended yet
        up,       ///< the last probes were answered, or not all of the last three were lost
        down,     ///< an outage goes on
    };

    struct Outage {
        std::int64_t begin = 0;
        std::int64_t end = 0;  ///< 0: it goes on
        friend bool operator==(const Outage&, const Outage&) = default;
    };

    /// Some minutes together. The times are microseconds, 0 where none was answered: medians of those of the minutes, each
    /// weighted by its answers.
    struct Summary {
        std::uint64_t ended = 0, lost = 0;
        std::uint64_t p50 = 0, p95 = 0;
        friend bool operator==(const Summary&, const Summary&) = default;
    };

    void on_answer(std::int64_t second, std::uint64_t microseconds)
    {
        advance(second);
        bump(now_.ended);
        sample(microseconds);
        if (state_ == State::down) outages_.back().end = last_second_;
        go_up();
    }

    /// The answer to a probe that was told of as lost at `lost_at`.
    void on_late_answer(std::int64_t lost_at, std::int64_t second, std::uint64_t microseconds)
    {
        advance(second);
        if (auto* const minute = minute_of(lost_at); minute != nullptr && minute->lost > 0) {
            --minute->lost;
            if (minute == &now_) sample(microseconds);
            else if (minute->ended == minute->lost + 1) minute->p50 = minute->p95 = packed(microseconds);
        }
        if (state_ == State::down) {
            if (lost_at > outages_.back().begin) outages_.back().end = lost_at;
            else outages_.pop_back();
        }
        go_up();
    }

    void on_loss(std::int64_t second)
    {
        advance(second);
        bump(now_.ended);
        bump(now_.lost);
        if (lost_in_a_row_++ == 0) trouble_since_ = last_second_;
        if (state_ == State::down || lost_in_a_row_ < down_after) return;
        state_ = State::down;
        ++news_;
        outages_.push_back({trouble_since_, 0});
        if (outages_.size() > most_outages) outages_.pop_front();
    }

    State state() const noexcept { return state_; }
    const std::deque<Outage>& outages() const noexcept { return outages_; }

    /// Counts up when the state changes.
    std::uint32_t news() const noexcept { return news_; }

    /// The `count` minutes up to that of `second`, which may be under way.
    Summary summary(std::int64_t second, std::int64_t count)
    {
        advance(second);
        const auto last = last_second_ / 60;
        return sum(last - count + 1, last);
    }

    /// `cells` of `each` minutes, the last one with the minute of `second`: an array of [probes, lost, median] for each.
    void write_strip(base::JsonWriter& json, std::int64_t second, std::int64_t cells, std::int64_t each)
    {
        advance(second);
        const auto end = (last_second_ / 60 / each + 1) * each;
        json.array();
        for (auto first = end - cells * each; first < end; first += each) {
            const auto cell = sum(first, first + each - 1);
            json.array();
            if (cell.ended > 0) json.value(cell.ended).value(cell.lost).value(cell.p50);
            json.end_array();
        }
        json.end_array();
    }

    /// The outages, the last one first: [begin, end] for each, with an end of 0 while it goes on.
    void write_outages(base::JsonWriter& json) const
    {
        json.array();
        for (auto outage = outages_.rbegin(); outage != outages_.rend(); ++outage)
            json.array().value(outage->begin).value(outage->end).end_array();
        json.end_array();
    }

    /// Octets that it holds.
    std::size_t memory() const noexcept
    {
        return sizeof *this + past_.capacity() * sizeof(Minute) + outages_.size() * sizeof(Outage);
    }

private:
    struct Minute {
        std::uint16_t ended = 0, lost = 0, p50 = 0, p95 = 0;
    };

    // A time in 16 bits: four for the exponent, twelve for the digits. It is off by 1/2048 at the most.
    static std::uint16_t packed(std::uint64_t time) noexcept
    {
        const auto width = static_cast<unsigned>(std::bit_width(time));
        const unsigned shift = width > 12 ? width - 12 : 0;
        return shift > 15 ? std::uint16_t{0xFFFF} : static_cast<std::uint16_t>((shift << 12) | (time >> shift));
    }
    static std::uint64_t unpacked(std::uint16_t packed) noexcept
    {
        return std::uint64_t{packed & 0x0FFFU} << (packed >> 12);
    }

    void sample(std::uint64_t microseconds)
    {
        if (answers_ % stride_ == 0)
            take(static_cast<std::uint32_t>(std::min<std::uint64_t>(microseconds, UINT32_MAX)));
        ++answers_;
    }

    void go_up() noexcept
    {
        lost_in_a_row_ = 0;
        if (state_ != State::up) ++news_;
        state_ = State::up;
    }

    /// Null: it isn't remembered.
    Minute* minute_of(std::int64_t second) noexcept
    {
        const auto minute = second / 60, current = last_second_ / 60;
        if (minute == current) return &now_;
        if (past_.empty() || minute > current || minute <= current - minutes) return nullptr;
        return &past_[static_cast<std::size_t>(minute % minutes)];
    }

    static void bump(std::uint16_t& count) noexcept
    {
        if (count < UINT16_MAX) ++count;
    }

    void take(std::uint32_t time)
    {
        if (kept_ == most_times) {
            for (std::size_t i = 0; i < most_times / 2; ++i) times_[i] = times_[2 * i];
            kept_ = most_times / 2;
            stride_ *= 2;
            if (answers_ % stride_ != 0) return;
        }
        times_[kept_++] = time;
    }

    /// The minute that was under way, with its percentiles.
    Minute closed() const
    {
        auto minute = now_;
        if (kept_ == 0) return minute;
        auto times = times_;
        const auto end = times.begin() + static_cast<std::ptrdiff_t>(kept_);
        std::sort(times.begin(), end);
        minute.p50 = packed(times[(kept_ - 1) / 2]);
        minute.p95 = packed(times[(kept_ * 95 + 99) / 100 - 1]);
        return minute;
    }

    void advance(std::int64_t second)
    {
        if (second + most_back < last_second_) begin_anew(second);
        const auto before = last_second_ / 60;
        last_second_ = std::max(second, last_second_);
        const auto minute = last_second_ / 60;
        if (minute == before) return;
        if (before > 0 && minute - before < minutes) {
            if (past_.empty()) past_.resize(minutes);
            past_[static_cast<std::size_t>(before % minutes)] = closed();
            for (auto skipped = before + 1; skipped <= minute; ++skipped)
                past_[static_cast<std::size_t>(skipped % minutes)] = {};
        } else {
            std::fill(past_.begin(), past_.end(), Minute{});
        }
        begin_minute();
    }

    void begin_minute() noexcept
    {
        now_ = {};
        kept_ = 0;
        answers_ = 0;
        stride_ = 1;
    }

    /// The clock was set back: what is remembered would lie in the future.
    void begin_anew(std::int64_t second)
    {
        std::fill(past_.begin(), past_.end(), Minute{});
        begin_minute();
        outages_.clear();
        if (state_ == State::down) outages_.push_back({second, 0});
        last_second_ = trouble_since_ = second;
        ++news_;
    }

    Summary sum(std::int64_t first, std::int64_t last) const
    {
        Summary sum;
        WeightedTimes p50, p95;
        const auto current = last_second_ / 60;
        p50.reserve(static_cast<std::size_t>(std::clamp<std::int64_t>(last - first + 1, 0, minutes)));
        p95.reserve(p50.capacity());
        for (auto at = std::max(first, current - minutes + 1); at <= std::min(last, current); ++at) {
            if (at != current && past_.empty()) continue;
            const auto minute = at == current ? closed() : past_[static_cast<std::size_t>(at % minutes)];
            sum.ended += minute.ended;
            sum.lost += minute.lost;
            if (minute.ended == minute.lost) continue;
            const auto answers = static_cast<std::uint32_t>(minute.ended - minute.lost);
            p50.emplace_back(static_cast<std::uint32_t>(unpacked(minute.p50)), answers);
            p95.emplace_back(static_cast<std::uint32_t>(unpacked(minute.p95)), answers);
        }
        sum.p50 = weighted_median(p50);
        sum.p95 = weighted_median(p95);
        return sum;
    }

    using WeightedTimes = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // and how many answers had them

    static std::uint64_t weighted_median(WeightedTimes& times)
    {
        std::sort(times.begin(), times.end());
        std::uint64_t all = 0, seen = 0;
        for (const auto& [time, weight] : times) all += weight;
        for (const auto& [time, weight] : times)
            if ((seen += weight) * 2 >= all) return time;
        return 0;
    }

    std::vector<Minute> past_{};  // by the minute, modulo a day; empty in the first minute
    std::array<std::uint32_t, most_times> times_{};
    std::deque<Outage> outages_{};
    std::int64_t last_second_ = 0, trouble_since_ = 0;
    std::size_t kept_ = 0;
    std::uint64_t answers_ = 0, stride_ = 1;
    std::uint32_t lost_in_a_row_ = 0, news_ = 0;
    Minute now_{};
    State state_ = State::unknown;
};

/// Which rows of a table have changed since a page was told of them.
///
/// A row changes when its state does, and once a minute, at a second of its own, so that thousands don't change at the same time.
class RowRevisions {
public:
    struct Row {
        std::int64_t minute = -1;
        std::uint32_t news = 0;
        std::uint64_t revision = 0;
    };

    /// The row as it is now; `number` spreads the rows over the minute.
    void look(Row& row, std::size_t number, std::uint32_t news, std::int64_t second) noexcept
    {
        if (changes(row, number, news, second)) row = {minute_of(number, second), news, ++last_};
    }

    /// Whether `look` would change it.
    static bool changes(const Row& row, std::size_t number, std::uint32_t news, std::int64_t second) noexcept
    {
        return minute_of(number, second) != row.minute || news != row.news;
    }

    /// Rows have gone: every page begins anew.
    void forget() noexcept { all_since_ = ++last_; }

    /// Whether a page that knows of this one has to be told all.
    bool begins_anew(std::uint64_t since) const noexcept { return since < all_since_ || since > last_; }
    std::uint64_t last() const noexcept { return last_; }

private:
    static std::int64_t minute_of(std::size_t number, std::int64_t second) noexcept
    {
        return (second + static_cast<std::int64_t>(number % 60)) / 60;
    }

    std::uint64_t last_ = 1, all_since_ = 1;
};

}  // namespace libnet::inline v0::engine
