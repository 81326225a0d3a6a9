#pragma once
// Metrics as text for Prometheus and its kind: OpenMetrics 1.0, and the older text format 0.0.4.
//
//   # TYPE smokeping_requests counter                          a family: its type,
//   # HELP smokeping_requests Number of ping requests sent     its unit, where it has one, and what it means
//   smokeping_requests_total{host="a"} 17                      a sample for each set of labels
//   # EOF                                                      without it, what came is not whole
//
// Specifications: https://prometheus.io/docs/specs/om/open_metrics_spec/ and
// https://prometheus.io/docs/instrumenting/exposition_formats/.

#include <libnet/config.hpp>
#include <libnet/wire/http/http_fields.hpp>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::wire {

/// The two text formats.
enum class MetricsFormat : std::uint8_t {
    prometheus_0_0_4,  ///< what every scraper reads: no units, no end, counters named as their samples
    open_metrics_1_0,
};

/// The Content-Type of a format.
std::string_view content_type(MetricsFormat format) noexcept;

/// The format that a client's Accept fields prefer (RFC 9110 section 12.5.1). OpenMetrics only where it is named, and
/// then where both are as welcome; the older format for all others, curl and browsers among them.
MetricsFormat choose_metrics_format(const HttpFields& fields);

/// One label.
struct MetricLabel {
    std::string_view name;   ///< letters, digits and underscores, no digit first
    std::string_view value;  ///< any bytes; those that are no UTF-8 become U+FFFD
};

/// The labels of a sample, escaped once for all the samples that have them.
class MetricLabels {
public:
    MetricLabels() = default;

    /// Throws `std::invalid_argument` for a name that is none.
    MetricLabels(std::initializer_list<MetricLabel> labels);

    /// The same with one more at the end.
    MetricLabels with(std::string_view name, std::string_view value) const;

    /// `a="b",c="d"`.
    std::string_view text() const noexcept { return text_; }

private:
    void append(const MetricLabel& label);

    std::string text_;
};

/// What a family's samples are.
enum class MetricType : std::uint8_t {
    counter,    ///< only grows, but for restarts; its name is given without the `_total` that its samples have
    gauge,      ///< goes up and down
    histogram,  ///< MetricHistogram
    summary,    ///< MetricQuantile
    info,       ///< its labels are what it tells; its name is given without the `_info` that its samples have
};

/// Values sorted into buckets.
struct MetricHistogram {
    std::span<const double> bounds;          ///< ascending upper bounds, which belong to their buckets
    std::span<const std::uint64_t> buckets;  ///< values in each bucket alone; one more than bounds: for all above them
    double sum = 0;                          ///< of all values; none is negative
};

/// A value that a share of all values doesn't exceed.
struct MetricQuantile {
    double share = 0;  ///< 0 to 1
    double value = 0;
};

/// Writes families one after the other.
///
/// The caller sees to it that a name has one family, and that the labels of its samples differ.
class MetricsWriter {
public:
    explicit MetricsWriter(MetricsFormat format) : format_{format} {}

    /// Starts a family; its samples follow. A unit ("seconds", "bytes") must be the last word of the name. `help` is a
    /// short sentence. Throws `std::invalid_argument` for a name that is none or has not its unit.
    void family(MetricType type, std::string_view name, std::string_view help, std::string_view unit = {});

    /// Adds a sample to a counter, a gauge or an info (which has 1).
    template <std::integral T>
    void add(const MetricLabels& labels, T value)
    {
        begin_sample(sample_suffix(), labels.text());
        end_sample(std::to_string(value));
    }
    void add(const MetricLabels& labels, double value);

    void add(const MetricLabels& labels, const MetricHistogram& histogram);
    void add(const MetricLabels& labels, std::span<const MetricQuantile> quantiles);

    /// Octets that were written and not taken.
    std::size_t size() const noexcept { return text_.size(); }

    /// Hands out what was written since the last call: for expositions that go out in pieces.
    std::string take() { return std::exchange(text_, {}); }

    /// Ends the exposition and hands out the rest of it.
    std::string finish() &&;

private:
    std::string_view sample_suffix() const noexcept;
    void begin_sample(std::string_view suffix, std::string_view labels, std::string_view last_label = {},
                      double label_value = 0);
    void end_sample(std::string_view number);

    MetricsFormat format_;
    MetricType type_ = MetricType::gauge;
    std::string name_;
    std::string text_;
};

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/open_metrics.ipp>
#endif
