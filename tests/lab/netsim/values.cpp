#include <tests/lab/netsim/addresses.hpp>
#include <tests/lab/netsim/values.hpp>

#include <charconv>
#include <cmath>

namespace netsim {

namespace {

/// A number at the beginning of the text, and what follows it.
struct Measure {
    double number = 0;
    std::string_view unit;
};

std::optional<Measure> measure_of(const Place& place)
{
    if (!place.node.IsScalar()) return std::nullopt;
    const std::string& text = place.node.Scalar();
    Measure measure;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), measure.number);
    if (error != std::errc{} || !std::isfinite(measure.number) || measure.number < 0) return std::nullopt;
    measure.unit = std::string_view{text}.substr(static_cast<std::size_t>(end - text.data()));
    return measure;
}

}  // namespace

Duration read_duration(const Place& place)
{
    constexpr auto what = "a duration such as 5ms, 20us, 1.5s or 1m, at most a day";
    constexpr std::pair<std::string_view, double> units[] = {
        {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}};
    const auto measure = measure_of(place);
    if (!measure) place.expected(what);
    for (const auto& [unit, nanoseconds] : units) {
        const double value = measure->number * nanoseconds;
        if (measure->unit == unit && value <= 86'400e9) return Duration{std::llround(value)};
    }
    if (measure->number == 0 && measure->unit.empty()) return {};
    place.expected(what);
}

double read_share(const Place& place)
{
    const auto measure = measure_of(place);
    const double share = measure ? measure->number / (measure->unit == "%" ? 100 : 1) : -1;
    if (share < 0 || share > 1 || !(measure->unit.empty() || measure->unit == "%"))
        place.expected("a share such as 10% or 0.1, 0 to 1");
    return share;
}

double read_rate(const Place& place)
{
    const auto measure = measure_of(place);
    if (!measure || measure->unit != "/s" || measure->number <= 0 || measure->number > 1e7)
        place.expected("a rate such as 10/s, more than 0 and at most 10000000/s");
    return measure->number;
}

double read_number(const Place& place)
{
    const auto measure = measure_of(place);
    if (!measure || !measure->unit.empty() || measure->number <= 0 || measure->number > 1e9)
        place.expected("a number of more than 0");
    return measure->number;
}

std::uint64_t read_integer(const Place& place, std::uint64_t least, std::uint64_t most)
{
    std::uint64_t value = 0;
    const std::string text = place.node.IsScalar() ? place.node.Scalar() : "";
    const bool hex = text.starts_with("0x");
    const auto* begin = text.data() + (hex ? 2 : 0);
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value, hex ? 16 : 10);
    if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
        place.expected(fmt::format("a whole number, {} to {}", least, most));
    return value;
}

bool read_flag(const Place& place) { return read_word<bool>(place, {{"true", true}, {"false", false}}); }

std::string read_text(const Place& place)
{
    if (!place.node.IsScalar() || place.node.Scalar().size() > 4096) place.expected("a text of at most 4096 octets");
    return place.node.Scalar();
}

Address read_address(const Place& place)
{
    boost::system::error_code error;
    const auto address = asio::ip::make_address(place.node.IsScalar() ? place.node.Scalar() : "", error);
    if (error) place.expected("an IPv4 or IPv6 address");
    return address;
}

Prefix read_prefix(const Place& place)
{
    constexpr auto what = "a prefix such as 10.0.0.0/8 or fd00::/64, host bits zero";
    const std::string text = place.node.IsScalar() ? place.node.Scalar() : "";
    const auto slash = text.find('/');
    boost::system::error_code error;
    const auto network = asio::ip::make_address(text.substr(0, slash), error);
    if (error) place.expected(what);
    const unsigned bits = network.is_v4() ? 32 : 128;
    unsigned length = bits;
    if (slash != std::string::npos) {
        const auto [end, bad] = std::from_chars(text.data() + slash + 1, text.data() + text.size(), length);
        if (bad != std::errc{} || end != text.data() + text.size() || length > bits) place.expected(what);
    }
    const Prefix prefix{network, length};
    auto octets = octets_of(network);
    for (unsigned bit = length; bit < bits; ++bit)
        if ((octets.at[bit / 8] & (0x80U >> (bit % 8))) != 0) place.expected(what);
    return prefix;
}

}  // namespace netsim
