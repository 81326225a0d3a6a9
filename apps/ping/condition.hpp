#pragma once
// The small language of ping++ --until and --fail-if: conditions on the numbers of one host.
//
//   replies>=3        lost-in-a-row>=5        loss>1% || p95>50ms        !(loss == 0% && max < 0.2s)
//
//   condition  = all *("||" all)
//   all        = one *("&&" one)
//   one        = "!" one / "(" condition ")" / comparison
//   comparison = name (">" / ">=" / "<" / "<=" / "==" / "!=") number [unit]
//
//   counts   sent replies lost late errors send-errors duplicates reordered corrupt foreign other-address pending
//            lost-in-a-row replies-in-a-row
//   percent  loss                                                                 unit: % or none
//   times    min mean max stddev mdev jitter p50 p90 p95 p99 p99.9 last ewma      unit: ns us ms s; none: ms
//
// Blanks don't matter. A time that isn't known, as no reply has come, makes its comparison false.

#include <apps/common/option_values.hpp>
#include <libnet/engine/ping/ping_statistics.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::apps {

/// A condition, kept in postfix order.
class Condition {
public:
    bool holds(const PingStatistics& numbers) const
    {
        std::vector<bool> results;
        const auto take = [&results] {
            const bool last = results.back();
            results.pop_back();
            return last;
        };
        for (const Step& step : steps_) {
            if (step.kind == Step::Kind::compare) {
                results.push_back(compare(step, step.value_of(numbers)));
            } else if (step.kind == Step::Kind::negate) {
                results.back() = !results.back();
            } else {
                const bool right = take();
                const bool left = take();
                results.push_back(step.kind == Step::Kind::both ? left && right : left || right);
            }
        }
        return results.back();
    }

private:
    friend class ConditionParser;
    enum class Operator { more, at_least, less, at_most, equal, unequal };
    using ValueOf = std::optional<double> (*)(const PingStatistics&);

    struct Step {
        enum class Kind { compare, negate, both, either } kind = Kind::compare;
        ValueOf value_of = nullptr;
        Operator how = Operator::more;
        double bound = 0;
    };

    static bool compare(const Step& step, std::optional<double> value)
    {
        if (!value) return false;
        switch (step.how) {
        case Operator::more:
            return *value > step.bound;
        case Operator::at_least:
            return *value >= step.bound;
        case Operator::less:
            return *value < step.bound;
        case Operator::at_most:
            return *value <= step.bound;
        case Operator::equal:
            return std::equal_to{}(*value, step.bound);
        case Operator::unequal:
            break;
        }
        return std::not_equal_to{}(*value, step.bound);
    }

    std::vector<Step> steps_;
};

namespace detail {

enum class Quantity { count, percent, time };

struct ConditionName {
    std::string_view name;
    Quantity quantity;
    std::optional<double> (*value_of)(const PingStatistics&);
};

template <std::uint64_t PingStatistics::*Member>
std::optional<double> count_of(const PingStatistics& numbers)
{
    return static_cast<double>(numbers.*Member);
}

/// In nanoseconds.
template <std::chrono::nanoseconds PingTimes::*Member>
std::optional<double> time_of(const PingStatistics& numbers)
{
    if (numbers.received == 0) return std::nullopt;
    return static_cast<double>((numbers.rtt.*Member).count());
}

inline constexpr std::array condition_names{
    ConditionName{"sent", Quantity::count, count_of<&PingStatistics::sent>},
    ConditionName{"replies", Quantity::count, count_of<&PingStatistics::received>},
    ConditionName{"lost", Quantity::count, count_of<&PingStatistics::lost>},
    ConditionName{"late", Quantity::count, count_of<&PingStatistics::late>},
    ConditionName{"errors", Quantity::count, count_of<&PingStatistics::errors>},
    ConditionName{"send-errors", Quantity::count, count_of<&PingStatistics::send_errors>},
    ConditionName{"duplicates", Quantity::count, count_of<&PingStatistics::duplicates>},
    ConditionName{"reordered", Quantity::count, count_of<&PingStatistics::reordered>},
    ConditionName{"corrupt", Quantity::count, count_of<&PingStatistics::corrupt>},
    ConditionName{"foreign", Quantity::count, count_of<&PingStatistics::foreign>},
    ConditionName{"other-address", Quantity::count, count_of<&PingStatistics::other_address>},
    ConditionName{"pending", Quantity::count, count_of<&PingStatistics::pending>},
    ConditionName{"lost-in-a-row", Quantity::count, count_of<&PingStatistics::unanswered_in_a_row>},
    ConditionName{"replies-in-a-row", Quantity::count, count_of<&PingStatistics::answers_in_a_row>},
    ConditionName{"loss", Quantity::percent,
                  [](const PingStatistics& numbers) { return std::optional{numbers.loss_percent()}; }},
    ConditionName{"min", Quantity::time, time_of<&PingTimes::min>},
    ConditionName{"mean", Quantity::time, time_of<&PingTimes::mean>},
    ConditionName{"max", Quantity::time, time_of<&PingTimes::max>},
    ConditionName{"stddev", Quantity::time, time_of<&PingTimes::standard_deviation>},
    ConditionName{"mdev", Quantity::time, time_of<&PingTimes::mdev>},
    ConditionName{"jitter", Quantity::time, time_of<&PingTimes::jitter>},
    ConditionName{"p50", Quantity::time, time_of<&PingTimes::p50>},
    ConditionName{"p90", Quantity::time, time_of<&PingTimes::p90>},
    ConditionName{"p95", Quantity::time, time_of<&PingTimes::p95>},
    ConditionName{"p99", Quantity::time, time_of<&PingTimes::p99>},
    ConditionName{"p99.9", Quantity::time, time_of<&PingTimes::p999>},
    ConditionName{"last", Quantity::time, time_of<&PingTimes::last>},
    ConditionName{"ewma", Quantity::time, time_of<&PingTimes::ewma>},
};

}  // namespace detail

/// Reads a condition by recursive descent.
class ConditionParser {
public:
    explicit ConditionParser(std::string_view text) : text_{text} {}

    /// Throws BadValue, which says where something else was expected.
    Condition parse()
    {
        either(0);
        if (skip_blanks(); at_ != text_.size()) fail("'&&', '||' or the end");
        return std::move(condition_);
    }

private:
    using Step = Condition::Step;
    using Operator = Condition::Operator;

    [[noreturn]] void fail(std::string_view expected) const
    {
        throw BadValue{
            fmt::format("'{}' is no condition: {} is expected at character {}", printable(text_), expected, at_ + 1)};
    }

    void skip_blanks()
    {
        while (at_ != text_.size() && text_[at_] == ' ') ++at_;
    }

    bool take(std::string_view token)
    {
        skip_blanks();
        if (!text_.substr(at_).starts_with(token)) return false;
        at_ += token.size();
        return true;
    }

    void either(int depth)
    {
        both(depth);
        while (take("||")) {
            both(depth);
            condition_.steps_.push_back({Step::Kind::either});
        }
    }

    void both(int depth)
    {
        one(depth);
        while (take("&&")) {
            one(depth);
            condition_.steps_.push_back({Step::Kind::both});
        }
    }

    void one(int depth)
    {
        constexpr int deepest = 64;
        if (depth == deepest) fail("less nesting");
        if (take("!")) {
            one(depth + 1);
            condition_.steps_.push_back({Step::Kind::negate});
        } else if (take("(")) {
            either(depth + 1);
            if (!take(")")) fail("')'");
        } else {
            comparison();
        }
    }

    void comparison()
    {
        const auto& name = take_name();
        const Operator how = take_operator();
        const double bound = take_bound(name.quantity);
        condition_.steps_.push_back({Step::Kind::compare, name.value_of, how, bound});
    }

    const detail::ConditionName& take_name()
    {
        skip_blanks();
        const auto rest = text_.substr(at_);
        const auto word = rest.substr(0, rest.find_first_of(" <>=!&|()"));
        const auto known = std::ranges::find(detail::condition_names, word, &detail::ConditionName::name);
        if (known == detail::condition_names.end()) fail("a name like replies, loss or p95");
        at_ += word.size();
        return *known;
    }

    Operator take_operator()
    {
        static constexpr std::array<std::pair<std::string_view, Operator>, 6> operators{{{">=", Operator::at_least},
                                                                                         {"<=", Operator::at_most},
                                                                                         {"==", Operator::equal},
                                                                                         {"!=", Operator::unequal},
                                                                                         {">", Operator::more},
                                                                                         {"<", Operator::less}}};
        for (const auto& [token, how] : operators)
            if (take(token)) return how;
        fail("one of > >= < <= == !=");
    }

    double take_bound(detail::Quantity quantity)
    {
        skip_blanks();
        double value = 0;
        const char* const begin = text_.data() + at_;
        const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
        if (error != std::errc{} || !std::isfinite(value) || std::signbit(value)) fail("a number of zero or more");
        at_ += static_cast<std::size_t>(end - begin);
        if (quantity == detail::Quantity::percent) take("%");
        return quantity == detail::Quantity::time ? value * take_unit() : value;
    }

    double take_unit()
    {
        if (take("ns")) return 1;
        if (take("us")) return 1e3;
        if (take("ms")) return 1e6;
        return take("s") ? 1e9 : 1e6;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    Condition condition_;
};

/// Reads the condition of an option.
inline auto condition()
{
    return [](std::string_view text) { return ConditionParser{text}.parse(); };
}

}  // namespace libnet::apps
