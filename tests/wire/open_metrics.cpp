#include <libnet/wire/open_metrics.hpp>
#include <tests/support/catch.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace open_metrics_tests {

using namespace libnet::wire;

namespace {

constexpr auto both = {MetricsFormat::prometheus_0_0_4, MetricsFormat::open_metrics_1_0};

/// The only sample of a gauge without labels.
std::string number(double value, MetricsFormat format = MetricsFormat::open_metrics_1_0)
{
    MetricsWriter writer{format};
    writer.add({}, value);
    const std::string text = std::move(writer).finish();
    const auto end = text.find('\n');
    REQUIRE(end != text.npos);
    return text.substr(1, end - 1);
}

MetricsFormat chosen(std::string_view accept)
{
    HttpFields fields;
    fields.add("accept", accept);
    return choose_metrics_format(fields);
}

/// One family of each type.
std::string exposition(MetricsFormat format)
{
    MetricsWriter writer{format};
    const MetricLabels a{{"host", "a"}, {"ip", "192.0.2.1"}}, b{{"host", "b"}, {"ip", ""}};
    writer.family(MetricType::info, "app_build", "What this is.");
    writer.add({{"version", "1.2"}}, 1);
    writer.family(MetricType::counter, "app_requests", "Requests that were \"sent\".");
    writer.add(a, std::uint64_t{18'446'744'073'709'551'615U});
    writer.add(b, 0);
    writer.family(MetricType::counter, "app_cpu_seconds", "CPU time.", "seconds");
    writer.add({}, 1.5);
    writer.family(MetricType::gauge, "app_temperature_celsius", "Of the CPU, \\o/\nnow.", "celsius");
    writer.add({}, -3);
    writer.family(MetricType::histogram, "app_rtt_seconds", "Round trips.", "seconds");
    constexpr std::array bounds{5e-05, 0.0001, 1.0};
    constexpr std::array<std::uint64_t, 4> buckets{2, 0, 3, 1};
    writer.add(a, MetricHistogram{bounds, buckets, 4.25});
    writer.family(MetricType::summary, "app_lag_seconds", "How late.", "seconds");
    constexpr std::array quantiles{MetricQuantile{0.5, 0.001}, MetricQuantile{1, 2}};
    writer.add({}, quantiles);
    return std::move(writer).finish();
}

}  // namespace

TEST_CASE("OpenMetrics is written as it is specified", "[wire][metrics]")
{
    CHECK(exposition(MetricsFormat::open_metrics_1_0) == R"(# TYPE app_build info
# HELP app_build What this is.
app_build_info{version="1.2"} 1
# TYPE app_requests counter
# HELP app_requests Requests that were \"sent\".
app_requests_total{host="a",ip="192.0.2.1"} 18446744073709551615
app_requests_total{host="b",ip=""} 0
# TYPE app_cpu_seconds counter
# UNIT app_cpu_seconds seconds
# HELP app_cpu_seconds CPU time.
app_cpu_seconds_total 1.5
# TYPE app_temperature_celsius gauge
# UNIT app_temperature_celsius celsius
# HELP app_temperature_celsius Of the CPU, \\o/\nnow.
app_temperature_celsius -3
# TYPE app_rtt_seconds histogram
# UNIT app_rtt_seconds seconds
# HELP app_rtt_seconds Round trips.
app_rtt_seconds_bucket{host="a",ip="192.0.2.1",le="5e-05"} 2
app_rtt_seconds_bucket{host="a",ip="192.0.2.1",le="0.0001"} 2
app_rtt_seconds_bucket{host="a",ip="192.0.2.1",le="1.0"} 5
app_rtt_seconds_bucket{host="a",ip="192.0.2.1",le="+Inf"} 6
app_rtt_seconds_sum{host="a",ip="192.0.2.1"} 4.25
app_rtt_seconds_count{host="a",ip="192.0.2.1"} 6
# TYPE app_lag_seconds summary
# UNIT app_lag_seconds seconds
# HELP app_lag_seconds How late.
app_lag_seconds{quantile="0.5"} 0.001
app_lag_seconds{quantile="1.0"} 2.0
# EOF
)");
}

TEST_CASE("the older format has no units, no end, and counters named as their samples", "[wire][metrics]")
{
    CHECK(exposition(MetricsFormat::prometheus_0_0_4) == R"(# TYPE app_build_info gauge
# HELP app_build_info What this is.
app_build_info{version="1.2"} 1
# TYPE app_requests_total counter
# HELP app_requests_total Requests that were "sent".
app_requests_total{host="a",ip="192.0.2.1"} 18446744073709551615
app_requests_total{host="b",ip=""} 0
# TYPE app_cpu_seconds_total counter
# HELP app_cpu_seconds_total CPU time.
app_cpu_seconds_total 1.5
# TYPE app_temperature_celsius gauge
# HELP app_temperature_celsius Of the CPU, \\o/\nnow.
app_temperature_celsius -3
# TYPE app_rtt_seconds histogram
# HELP app_rtt_seconds Round trips.
app_rtt_seconds_bucket{host="a",ip="192.0.2.1",le="5e-05"} 2
app_rtt_seconds_bucket{host="a",ip="192.0.2.1",le="0.0001"} 2
app_rtt_seconds_bucket{host="a",ip="192.0.2.1",le="1"} 5
app_rtt_seconds_bucket{host="a",ip="192.0.2.1",le="+Inf"} 6
app_rtt_seconds_sum{host="a",ip="192.0.2.1"} 4.25
app_rtt_seconds_count{host="a",ip="192.0.2.1"} 6
# TYPE app_lag_seconds summary
# HELP app_lag_seconds How late.
app_lag_seconds{quantile="0.5"} 0.001
app_lag_seconds{quantile="1"} 2
)");
}

TEST_CASE("an exposition without families is one, too", "[wire][metrics]")
{
    CHECK(MetricsWriter{MetricsFormat::open_metrics_1_0}.finish() == "# EOF\n");
    CHECK(MetricsWriter{MetricsFormat::prometheus_0_0_4}.finish().empty());
}

TEST_CASE("numbers are written as Go's %g writes them, without a loss", "[wire][metrics]")
{
    for (const auto& [value, text] :
         std::initializer_list<std::pair<double, std::string>>{{0, "0.0"},
                                                               {0.001, "0.001"},
                                                               {0.1, "0.1"},
                                                               {10, "10.0"},
                                                               {1e-10, "1e-10"},
                                                               {1e-05, "1e-05"},
                                                               {1e-4, "0.0001"},
                                                               {1e5, "100000.0"},
                                                               {1e6, "1e+06"},
                                                               {1e10, "1e+10"},
                                                               {-2.5, "-2.5"},
                                                               {5e-05, "5e-05"},
                                                               {26.2144, "26.2144"},
                                                               {1234567, "1.234567e+06"},
                                                               {0.1 + 0.2, "0.30000000000000004"},
                                                               {9.7981e-05, "9.7981e-05"}})
    {
        INFO(text);
        CHECK(number(value) == text);
        CHECK(std::stod(number(value)) == value);
    }
    CHECK(number(10, MetricsFormat::prometheus_0_0_4) == "10");
    CHECK(number(0, MetricsFormat::prometheus_0_0_4) == "0");
    for (const auto format : both) {
        CHECK(number(std::nan(""), format) == "NaN");
        CHECK(number(HUGE_VAL, format) == "+Inf");
        CHECK(number(-HUGE_VAL, format) == "-Inf");
        CHECK(number(-std::numeric_limits<double>::max(), format) == "-1.7976931348623157e+308");
        CHECK(number(std::numeric_limits<double>::denorm_min(), format) == "5e-324");
    }
}

TEST_CASE("no value leaves its quotes, and what is no UTF-8 is replaced", "[wire][metrics]")
{
    const auto text = [](std::string_view value) { return std::string{MetricLabels{{"a", value}}.text()}; };
    CHECK(text("") == R"(a="")");
    CHECK(text("\"} 1\n# EOF\n") == R"(a="\"} 1\n# EOF\n")");
    CHECK(text("\\n\\") == R"(a="\\n\\")");
    CHECK(text("m\xC3\xBCnchen\xFF") == "a=\"m\xC3\xBCnchen\xEF\xBF\xBD\"");
    CHECK(text("\r\t") == "a=\"\r\t\"");
    CHECK(MetricLabels{{"a", "1"}}.with("b", "2\"").text() == R"(a="1",b="2\"")");
    CHECK(MetricLabels{}.with("b", "2").text() == R"(b="2")");
}

TEST_CASE("names that are none are a mistake of the program", "[wire][metrics]")
{
    MetricsWriter writer{MetricsFormat::open_metrics_1_0};
    for (const auto* name : {"", "1a", "a-b", "a b", "a{", "\xC3\xBC"}) {
        INFO(name);
        CHECK_THROWS_AS(writer.family(MetricType::gauge, name, "help"), std::invalid_argument);
        CHECK_THROWS_AS((MetricLabels{{name, ""}}), std::invalid_argument);
    }
    CHECK_THROWS_AS((MetricLabels{{"a:b", ""}}), std::invalid_argument);
    CHECK_NOTHROW(writer.family(MetricType::gauge, "a:b_C1", "help"));
    CHECK_THROWS_AS(writer.family(MetricType::gauge, "rtt", "help", "seconds"), std::invalid_argument);
    CHECK_THROWS_AS(writer.family(MetricType::gauge, "seconds", "help", "seconds"), std::invalid_argument);
}

TEST_CASE("OpenMetrics goes to those who ask for it", "[wire][metrics]")
{
    using enum MetricsFormat;
    CHECK(choose_metrics_format({}) == prometheus_0_0_4);
    for (const auto* accept : {"*/*", "text/plain", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                               "application/openmetrics-text;version=0.0.1", "application/openmetrics-text;q=0",
                               "application/openmetrics-text;q=0.5,text/plain", "application/openmetrics-text;q=2",
                               "application/openmetrics-text;q=x", "application/openmetrics-text;q=nan",
                               ";;,;q=,=", "application/openmetrics-text;version=2.0.0"})
    {
        INFO(accept);
        CHECK(chosen(accept) == prometheus_0_0_4);
    }
    for (const auto* accept :
         {"application/openmetrics-text", "application/openmetrics-text; version=1.0.0; charset=utf-8",
          "text/plain;version=0.0.4;q=0.5, APPLICATION/OpenMetrics-Text ; Version=1.0.0 ; Q=0.9",
          // Prometheus 2.42, then 3.0:
          "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
          "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
          "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
          "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
          "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"})
    {
        INFO(accept);
        CHECK(chosen(accept) == open_metrics_1_0);
    }
    CHECK(content_type(open_metrics_1_0) == "application/openmetrics-text; version=1.0.0; charset=utf-8");
    CHECK(content_type(prometheus_0_0_4) == "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace open_metrics_tests
