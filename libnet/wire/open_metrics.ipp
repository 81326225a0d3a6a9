#pragma once

#include <libnet/base/text.hpp>
#include <libnet/base/utf8.hpp>
#include <libnet/wire/http/accept.hpp>
#include <libnet/wire/open_metrics.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace libnet::inline v0::wire {

namespace detail {

/// Letters, digits and these marks, no digit first.
LIBNETXX_DECL bool is_metric_word(std::string_view name, std::string_view marks) noexcept
{
    const auto allowed = [marks](char c) {
        return (base::to_lower(c) >= 'a' && base::to_lower(c) <= 'z') || base::is_digit(c) ||
               marks.find(c) != marks.npos;
    };
    return !name.empty() && !base::is_digit(name.front()) && std::ranges::all_of(name, allowed);
}

/// The only escapes that there are. In the older format's HELP a quote stands for itself.
LIBNETXX_DECL void append_metric_text(std::string& out, std::string_view text, std::string_view quote = "\\\"")
{
    for (const char c : base::to_utf8(text)) {
        if (c == '\\') out += "\\\\";
        else if (c == '\n') out += "\\n";
        else if (c == '"') out += quote;
        else out += c;
    }
}

/// 0.0001 but 5e-05, 100000 but 1e+06, without a loss: as Go's %g, which the users' queries for a bucket expect. The
/// specification wants decimals or an exponent in everything that is no integer ("Canonical Numbers").
LIBNETXX_DECL std::string metric_number(double value, MetricsFormat format)
{
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    std::array<char, 32> buffer;  // the longest is "-1.2345678901234567e+308"
    const double size = std::abs(value);
    const bool plain = size == 0 || (size >= 1e-4 && size < 1e6);
    const auto shape = plain ? std::chars_format::fixed : std::chars_format::scientific;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, shape).ptr;
    std::string digits{buffer.data(), end};
    if (format == MetricsFormat::open_metrics_1_0 && digits.find_first_of(".e") == digits.npos) digits += ".0";
    return digits;
}

}  // namespace detail

LIBNETXX_DECL std::string_view content_type(MetricsFormat format) noexcept
{
    return format == MetricsFormat::open_metrics_1_0 ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                                     : "text/plain; version=0.0.4; charset=utf-8";
}

LIBNETXX_DECL MetricsFormat choose_metrics_format(const HttpFields& fields)
{
    std::uint16_t open_metrics = 0, text = 0;
    for_each_item(fields, "Accept", [&](std::string_view item) {
        const auto range = read_media_range(item);
        const auto is = [&](std::string_view type) { return base::iequals(range.type, type); };
        if (is("application/openmetrics-text") && (range.version.empty() || range.version == "1.0.0"))
            open_metrics = std::max(open_metrics, range.weight);
        else if (is("*/*") || is("text/*") || (is("text/plain") && (range.version.empty() || range.version == "0.0.4")))
            text = std::max(text, range.weight);
    });
    return open_metrics > 0 && open_metrics >= text ? MetricsFormat::open_metrics_1_0 : MetricsFormat::prometheus_0_0_4;
}

LIBNETXX_DECL MetricLabels::MetricLabels(std::initializer_list<MetricLabel> labels)
{
    for (const auto& label : labels) append(label);
}

LIBNETXX_DECL MetricLabels MetricLabels::with(std::string_view name, std::string_view value) const
{
    MetricLabels labels{*this};
    labels.append({name, value});
    return labels;
}

LIBNETXX_DECL void MetricLabels::append(const MetricLabel& label)
{
    if (!detail::is_metric_word(label.name, "_"))
        throw std::invalid_argument{"not a label name: " + std::string{label.name}};
    if (!text_.empty()) text_ += ',';
    text_ += label.name;
    text_ += "=\"";
    detail::append_metric_text(text_, label.value);
    text_ += '"';
}

LIBNETXX_DECL void MetricsWriter::family(MetricType type, std::string_view name, std::string_view help,
                                         std::string_view unit)
{
    const bool has_unit = unit.empty() || name.ends_with('_' + std::string{unit});
    if (!detail::is_metric_word(name, "_:") || !has_unit)
        throw std::invalid_argument{"not a metric name: " + std::string{name}};
    type_ = type;
    name_ = name;
    const bool open_metrics = format_ == MetricsFormat::open_metrics_1_0;
    const auto shown = open_metrics ? name_ : name_ + std::string{sample_suffix()};
    const auto line = [&](std::string_view what) {
        text_.append("# ").append(what).append(" ").append(shown).append(" ");
    };

    constexpr std::array<std::string_view, 5> types{"counter", "gauge", "histogram", "summary", "info"};
    const bool older_info = !open_metrics && type == MetricType::info;  // it came with OpenMetrics
    line("TYPE");
    text_ += older_info ? "gauge" : types.at(static_cast<std::size_t>(type));
    text_ += '\n';
    if (open_metrics && !unit.empty()) {
        line("UNIT");
        text_.append(unit).append("\n");
    }
    line("HELP");
    detail::append_metric_text(text_, help, open_metrics ? "\\\"" : "\"");
    text_ += '\n';
}

LIBNETXX_DECL void MetricsWriter::add(const MetricLabels& labels, double value)
{
    begin_sample(sample_suffix(), labels.text());
    end_sample(detail::metric_number(value, format_));
}

LIBNETXX_DECL void MetricsWriter::add(const MetricLabels& labels, const MetricHistogram& histogram)
{
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < histogram.buckets.size(); ++i) {
        count += histogram.buckets[i];
        const double bound = i < histogram.bounds.size() ? histogram.bounds[i] : HUGE_VAL;
        begin_sample("_bucket", labels.text(), "le", bound);
        end_sample(std::to_string(count));
    }
    begin_sample("_sum", labels.text());
    end_sample(detail::metric_number(histogram.sum, format_));
    begin_sample("_count", labels.text());
    end_sample(std::to_string(count));
}

LIBNETXX_DECL void MetricsWriter::add(const MetricLabels& labels, std::span<const MetricQuantile> quantiles)
{
    for (const auto& quantile : quantiles) {
        begin_sample("", labels.text(), "quantile", quantile.share);
        end_sample(detail::metric_number(quantile.value, format_));
    }
}

LIBNETXX_DECL std::string MetricsWriter::finish() &&
{
    if (format_ == MetricsFormat::open_metrics_1_0) text_ += "# EOF\n";
    return std::move(text_);
}

LIBNETXX_DECL std::string_view MetricsWriter::sample_suffix() const noexcept
{
    if (type_ == MetricType::counter) return "_total";
    return type_ == MetricType::info ? "_info" : "";
}

/// Writes all of a sample but its value. `last_label` is the one that is a number: `le` or `quantile`.
LIBNETXX_DECL void MetricsWriter::begin_sample(std::string_view suffix, std::string_view labels,
                                               std::string_view last_label, double label_value)
{
    text_.append(name_).append(suffix);
    if (!labels.empty() || !last_label.empty()) {
        text_.append("{").append(labels);
        if (!last_label.empty()) {
            text_.append(labels.empty() ? "" : ",").append(last_label).append("=\"");
            text_.append(detail::metric_number(label_value, format_)).append("\"");
        }
        text_ += '}';
    }
    text_ += ' ';
}

LIBNETXX_DECL void MetricsWriter::end_sample(std::string_view number) { text_.append(number).append("\n"); }

}  // namespace libnet::inline v0::wire
