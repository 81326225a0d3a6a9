#pragma once

#include <libnet/engine/ping/ping_condition.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace libnet::inline v0 {

LIBNETXX_DECL bool PingCondition::holds(const PingStatistics& numbers) const
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

LIBNETXX_DECL bool PingCondition::compare(const Step& step, std::optional<double> value)
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

namespace engine {

enum class PingQuantity : std::uint8_t { count, percent, time };

struct PingConditionName {
    std::string_view name;
    PingQuantity quantity;
    std::optional<double> (*value_of)(const PingStatistics&);
};

template <std::uint64_t PingStatistics::*Member>
std::optional<double> ping_count_of(const PingStatistics& numbers)
{
    return static_cast<double>(numbers.*Member);
}

/// In nanoseconds.
template <std::chrono::nanoseconds PingTimes::*Member>
std::optional<double> ping_time_of(const PingStatistics& numbers)
{
    if (numbers.received == 0) return std::nullopt;
    return static_cast<double>((numbers.rtt.*Member).count());
}

inline constexpr std::array ping_condition_names{
    PingConditionName{"sent", PingQuantity::count, ping_count_of<&PingStatistics::sent>},
    PingConditionName{"replies", PingQuantity::count, ping_count_of<&PingStatistics::received>},
    PingConditionName{"lost", PingQuantity::count, ping_count_of<&PingStatistics::lost>},
    PingConditionName{"late", PingQuantity::count, ping_count_of<&PingStatistics::late>},
    PingConditionName{"errors", PingQuantity::count, ping_count_of<&PingStatistics::errors>},
    PingConditionName{"send-errors", PingQuantity::count, ping_count_of<&PingStatistics::send_errors>},
    PingConditionName{"duplicates", PingQuantity::count, ping_count_of<&PingStatistics::duplicates>},
    PingConditionName{"reordered", PingQuantity::count, ping_count_of<&PingStatistics::reordered>},
    PingConditionName{"corrupt", PingQuantity::count, ping_count_of<&PingStatistics::corrupt>},
    PingConditionName{"foreign", PingQuantity::count, ping_count_of<&PingStatistics::foreign>},
    PingConditionName{"other-address", PingQuantity::count, ping_count_of<&PingStatistics::other_address>},
    PingConditionName{"pending", PingQuantity::count, ping_count_of<&PingStatistics::pending>},
    PingConditionName{"lost-in-a-row", PingQuantity::count, ping_count_of<&PingStatistics::unanswered_in_a_row>},
    PingConditionName{"replies-in-a-row", PingQuantity::count, ping_count_of<&PingStatistics::answers_in_a_row>},
    PingConditionName{"loss", PingQuantity::percent,
                      [](const PingStatistics& numbers) { return std::optional{numbers.loss_percent()}; }},
    PingConditionName{"min", PingQuantity::time, ping_time_of<&PingTimes::min>},
    PingConditionName{"mean", PingQuantity::time, ping_time_of<&PingTimes::mean>},
    PingConditionName{"max", PingQuantity::time, ping_time_of<&PingTimes::max>},
    PingConditionName{"stddev", PingQuantity::time, ping_time_of<&PingTimes::standard_deviation>},
    PingConditionName{"mdev", PingQuantity::time, ping_time_of<&PingTimes::mdev>},
    PingConditionName{"jitter", PingQuantity::time, ping_time_of<&PingTimes::jitter>},
    PingConditionName{"p50", PingQuantity::time, ping_time_of<&PingTimes::p50>},
    PingConditionName{"p90", PingQuantity::time, ping_time_of<&PingTimes::p90>},
    PingConditionName{"p95", PingQuantity::time, ping_time_of<&PingTimes::p95>},
    PingConditionName{"p99", PingQuantity::time, ping_time_of<&PingTimes::p99>},
    PingConditionName{"p99.9", PingQuantity::time, ping_time_of<&PingTimes::p999>},
    PingConditionName{"last", PingQuantity::time, ping_time_of<&PingTimes::last>},
    PingConditionName{"ewma", PingQuantity::time, ping_time_of<&PingTimes::ewma>},
};

/// Reads a condition by recursive descent.
class PingConditionParser {
public:
    explicit PingConditionParser(std::string_view text) : text_{text} {}

    PingCondition parse()
    {
        either(0);
        if (skip_blanks(); at_ != text_.size()) fail("'&&', '||' or the end");
        return std::move(condition_);
    }

private:
    using Step = PingCondition::Step;
    using Operator = PingCondition::Operator;

    [[noreturn]] void fail(std::string_view expected) const
    {
        throw std::invalid_argument{std::string{expected} + " is expected at character " + std::to_string(at_ + 1)};
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

    const PingConditionName& take_name()
    {
        skip_blanks();
        const auto rest = text_.substr(at_);
        const auto word = rest.substr(0, rest.find_first_of(" <>=!&|()"));
        const auto known = std::ranges::find(ping_condition_names, word, &PingConditionName::name);
        if (known == ping_condition_names.end()) fail("a name like replies, loss or p95");
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

    double take_bound(PingQuantity quantity)
    {
        skip_blanks();
        double value = 0;
        const char* const begin = text_.data() + at_;
        const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
        if (error != std::errc{} || !std::isfinite(value) || std::signbit(value)) fail("a number of zero or more");
        at_ += static_cast<std::size_t>(end - begin);
        if (quantity == PingQuantity::percent) take("%");
        return quantity == PingQuantity::time ? value * take_unit() : value;
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
    PingCondition condition_;
};

}  // namespace engine

LIBNETXX_DECL PingCondition PingCondition::parse(std::string_view text)
{
    return engine::PingConditionParser{text}.parse();
}

}  // namespace libnet::inline v0
