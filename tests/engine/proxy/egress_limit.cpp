#include <libnet/engine/proxy/egress_limit.hpp>
#include <tests/support/catch.hpp>

#include <chrono>
#include <set>
#include <stdexcept>
#include <string_view>

namespace egress_limit_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace std::chrono_literals;

TEST_CASE("an amount is a number, and the period that it is for", "[engine][proxy]")
{
    CHECK(parse_limit_amount("100/min") == LimitAmount{100, 60s});
    CHECK(parse_limit_amount("500k/s") == LimitAmount{512'000, 1s});
    CHECK(parse_limit_amount("10G/day") == LimitAmount{std::uint64_t{10} << 30, 24h});
    CHECK(parse_limit_amount("1T/week") == LimitAmount{std::uint64_t{1} << 40, 168h});
    CHECK(parse_limit_amount("7/hour") == LimitAmount{7, 1h});
    for (const std::string_view bad : {"", "/", "1", "1/", "/s", "0/s", "-1/s", "1.5G/day", "G/day", "1GB/day",
                                       "1/year", "1/S", "1 /s", "2097152T/s", "18446744073709551616/s", "99999999T/s"})
    {
        INFO(bad);
        CHECK_THROWS_AS(parse_limit_amount(bad), std::invalid_argument);
    }
}

TEST_CASE("what is counted together has one key, and nothing else has it", "[engine][proxy]")
{
    const base::SipKey seed{1, 2};
    const auto key = [&](LimitPer per, std::string_view client, bool is_user, std::string_view target) {
        return limit_key(seed, per, client, is_user, target);
    };
    CHECK(key(LimitPer::client, "ci", true, "a.test") == key(LimitPer::client, "ci", true, "b.test"));
    CHECK(key(LimitPer::target, "ci", true, "a.test") == key(LimitPer::target, "bob", true, "a.test"));
    CHECK(key(LimitPer::rule, "ci", true, "a.test") == key(LimitPer::rule, "bob", false, "b.test"));
    const auto both = LimitPer::client_and_target;
    const std::set<std::uint64_t> different{
        key(LimitPer::client, "ci", true, ""),  key(LimitPer::client, "ci", false, ""),
        key(LimitPer::client, "bob", true, ""), key(both, "ci", true, "a.test"),
        key(both, "cia", true, ".test"),        key(both, "c", true, "ia.test"),
        key(both, "ci", true, "b.test"),        key(LimitPer::target, "", false, "a.test")};
    CHECK(different.size() == 8);
    CHECK(limit_key({3, 4}, LimitPer::client, "ci", true, "") != key(LimitPer::client, "ci", true, ""));
}

}  // namespace egress_limit_tests
