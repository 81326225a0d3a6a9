#pragma once
// A small language of conditions on the numbers of a ping target, such as ping++ --until and --fail-if take.
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

#include <libnet/config.hpp>
#include <libnet/engine/ping/ping_statistics.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace libnet::inline v0 {

namespace engine {
class PingConditionParser;
}

/// A condition on the numbers of one target.
///
///     const auto enough = PingCondition::parse("loss>5% || lost-in-a-row>=5");
///     if (enough.holds(pinger.statistics(target))) pinger.stop(target);
class PingCondition {
public:
    /// Reads a condition. Throws `std::invalid_argument`, which says what is expected at which character.
    static PingCondition parse(std::string_view text);

    bool holds(const PingStatistics& numbers) const;

private:
    friend class engine::PingConditionParser;
    enum class Operator : std::uint8_t { more, at_least, less, at_most, equal, unequal };
    using ValueOf = std::optional<double> (*)(const PingStatistics&);

    struct Step {
        enum class Kind : std::uint8_t { compare, negate, both, either } kind = Kind::compare;
        ValueOf value_of = nullptr;
        Operator how = Operator::more;
        double bound = 0;
    };

    PingCondition() = default;
    static bool compare(const Step& step, std::optional<double> value);

    std::vector<Step> steps_;  ///< in postfix order
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/ping/ping_condition.ipp>
#endif
