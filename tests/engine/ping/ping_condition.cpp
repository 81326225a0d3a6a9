#include <libnet/engine/ping/ping_condition.hpp>
#include <tests/support/catch.hpp>

#include <stdexcept>
#include <string>

namespace ping_condition_tests {

using namespace std::chrono_literals;
using libnet::PingCondition;
using libnet::PingStatistics;

namespace {

/// Ten probes: eight replies, one lost, one error.
const PingStatistics numbers{.sent = 10,
                             .received = 8,
                             .lost = 1,
                             .errors = 1,
                             .answers_in_a_row = 3,
                             .rtt = {.min = 1ms, .mean = 20ms, .max = 90ms, .p95 = 50ms, .p999 = 80ms, .last = 500us}};

bool holds(const std::string& text, const PingStatistics& of = numbers) { return PingCondition::parse(text).holds(of); }

std::string complaint(const std::string& text)
{
    try {
        PingCondition::parse(text);
        return "none";
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("each operator compares", "[engine][ping_condition]")
{
    struct Row {
        const char* text;
        bool holds;
    };
    for (const auto& [text, expected] :
         {Row{"sent>9", true}, Row{"sent>10", false}, Row{"sent>=10", true}, Row{"sent>=11", false},
          Row{"sent<11", true}, Row{"sent<10", false}, Row{"sent<=10", true}, Row{"sent<=9", false},
          Row{"sent==10", true}, Row{"sent==9", false}, Row{"sent!=9", true}, Row{"sent!=10", false}})
    {
        INFO(text);
        CHECK(holds(text) == expected);
    }
}

TEST_CASE("every name has the number that the summary tells", "[engine][ping_condition]")
{
    for (const char* text :
         {"replies==8",   "lost==1",        "late==0",    "errors==1",   "send-errors==0",   "duplicates==0",
          "reordered==0", "corrupt==0",     "foreign==0", "pending==0",  "lost-in-a-row==0", "replies-in-a-row==3",
          "loss==20%",    "loss==20",       "min==1ms",   "mean==0.02s", "max==90",          "stddev==0",
          "mdev==0",      "jitter==0",      "p50==0",     "p90==0",      "p95==50000us",     "p99==0",
          "p99.9==80ms",  "last==500000ns", "ewma==0"})
    {
        INFO(text);
        CHECK(holds(text));
    }
}

TEST_CASE("and binds closer than or, and not closer than both", "[engine][ping_condition]")
{
    CHECK(holds("sent>0 || sent>99 && sent>99"));
    CHECK_FALSE(holds("(sent>0 || sent>99) && sent>99"));
    CHECK(holds("!sent>99 && sent>0"));
    CHECK_FALSE(holds("!(sent>99 || sent>0)"));
    CHECK(holds("!!sent>0"));
    CHECK(holds(" ( loss > 1 % || p95>=50 ms ) "));
}

TEST_CASE("a time that isn't known fulfils no comparison", "[engine][ping_condition]")
{
    CHECK_FALSE(holds("p95>=0", {}));
    CHECK_FALSE(holds("p95<1s", {}));
    CHECK_FALSE(holds("p95!=1s", {}));
    CHECK(holds("loss==0", {}));
}

TEST_CASE("what is no condition is refused with the place and what would do", "[engine][ping_condition]")
{
    const auto expects = [](const std::string& text, const std::string& what) {
        INFO(complaint(text));
        return complaint(text) == what;
    };
    CHECK(expects("", "a name like replies, loss or p95 is expected at character 1"));
    CHECK(expects("luck>1", "a name like replies, loss or p95 is expected at character 1"));
    CHECK(expects("loss", "one of > >= < <= == != is expected at character 5"));
    CHECK(expects("loss=1", "one of > >= < <= == != is expected at character 5"));
    CHECK(expects("loss>", "a number of zero or more is expected at character 6"));
    CHECK(expects("loss>-1", "a number of zero or more is expected at character 6"));
    CHECK(expects("loss>nan", "a number of zero or more is expected at character 6"));
    CHECK(expects("sent>1ms", "'&&', '||' or the end is expected at character 7"));
    CHECK(expects("p95>1%", "'&&', '||' or the end is expected at character 6"));
    CHECK(expects("(sent>1", "')' is expected at character 8"));
    CHECK(expects("sent>1)", "'&&', '||' or the end is expected at character 7"));
    CHECK(expects("sent>1 &&", "a name like replies, loss or p95 is expected at character 10"));
    CHECK(complaint(std::string(63, '(') + "sent>1" + std::string(63, ')')) == "none");
    CHECK(complaint(std::string(64, '(') + "sent>1").ends_with("less nesting is expected at character 65"));
    CHECK(complaint(std::string(100'000, '!')).ends_with("less nesting is expected at character 65"));
}

}  // namespace ping_condition_tests
