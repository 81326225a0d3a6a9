#include <libnet/engine/http/probe_query.hpp>
#include <tests/support/catch.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace probe_query_tests {

using namespace libnet;
using namespace std::chrono_literals;

namespace {

using Others = std::vector<std::pair<std::string, std::string>>;

engine::ProbeQuery read(std::string_view query, Others& others, std::string_view scrape = {})
{
    wire::HttpFields fields;
    if (!scrape.empty()) fields.add("x-prometheus-scrape-timeout-seconds", scrape);
    return engine::read_probe_query(query, fields, [&](std::string_view name, std::string_view value) {
        if (name == "bad") throw std::invalid_argument{"bad it is"};
        others.emplace_back(name, value);
    });
}

std::string refusal(std::string_view query, std::string_view scrape = {})
{
    Others others;
    try {
        read(query, others, scrape);
        return {};
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("a query for a probe has a target and a time, and the rest is the exporter's", "[engine][http]")
{
    Others others;
    const auto plain = read("target=a.test", others);
    CHECK(plain.target == "a.test");
    CHECK(plain.time == 5s);
    CHECK(others.empty());
    CHECK(read("module=x&target=%5Bfe80::1%25lo%5D&timeout=2.5&count=", others, "10").time == 2500ms);
    CHECK(others == Others{{"module", "x"}, {"count", ""}});
    CHECK(read("target=[::1]", others).target == "::1");
    CHECK(read("target=a", others, "10").time == 9500ms);
    CHECK(read("target=a&timeout=20", others, "0.8").time == 400ms);
}

TEST_CASE("a query for a probe that can't be read is refused in words", "[engine][http]")
{
    CHECK(refusal("") == "target is missing: /probe?target=NAME");
    CHECK(refusal("target=a&timeout=0") == "timeout: '0' is not a number of seconds: give a number from 0.001 to 120");
    CHECK(refusal("target=a", "x") ==
          "X-Prometheus-Scrape-Timeout-Seconds: 'x' is not a number of seconds: give a number from 0.001 to 86400");
    CHECK(refusal("bad=1") == "bad it is");  // before the missing target: the client sees what it wrote
    CHECK(refusal("target=a&target=b") == "a parameter is there twice");
}

TEST_CASE("a count of a probe is a whole number up to a bound", "[engine][http]")
{
    CHECK(engine::read_probe_count("probes", "1", 10) == 1);
    CHECK(engine::read_probe_count("probes", "10", 10) == 10);
    for (const std::string bad : {"0", "11", "-1", "x", "", "1.5"})
        CHECK_THROWS_WITH(engine::read_probe_count("probes", bad, 10),
                          "probes: '" + bad + "' is not a whole number from 1 to 10");
}

}  // namespace probe_query_tests
