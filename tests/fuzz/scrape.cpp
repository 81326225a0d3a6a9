// Any lines as the query and the Accept field of a scrape, and as labels and help of what it gets: a query is read the
// same when it is written anew, and nothing leaves its line or its quotes.

#include <libnet/base/utf8.hpp>
#include <libnet/wire/http/query.hpp>
#include <libnet/wire/open_metrics.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

using namespace libnet;
using namespace libnet::wire;

namespace {

void require(bool condition)
{
    if (!condition) std::abort();
}

std::string_view take_line(std::string_view& text)
{
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

/// Every byte as a triplet.
std::string encode(std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        encoded += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
    return encoded;
}

void check_query(std::string_view text)
{
    const auto query = Query::parse(text);
    if (!query) return;
    require(query->parameters().size() <= Query::most);
    std::string again;
    for (const auto& [name, value] : query->parameters()) {
        require(query->find(name) != nullptr && *query->find(name) == value);
        again += encode(name) + '=' + encode(value) + '&';
    }
    const auto same = Query::parse(again);
    require(same.has_value() && same->parameters() == query->parameters());
}

/// What stands between the quotes, read as the specification says.
std::string unescape(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        require(text[i] != '"' && text[i] != '\n');
        if (text[i] != '\\') {
            plain += text[i];
            continue;
        }
        require(++i < text.size());
        require(text[i] == '\\' || text[i] == '"' || text[i] == 'n');
        plain += text[i] == 'n' ? '\n' : text[i];
    }
    return plain;
}

void check_label(std::string_view value)
{
    const MetricLabels labels{{"a", value}};
    auto text = labels.text();
    require(text.starts_with("a=\"") && text.ends_with('"') && text.size() >= 4);
    text = text.substr(3, text.size() - 4);
    require(unescape(text) == base::to_utf8(value));

    MetricsWriter writer{MetricsFormat::open_metrics_1_0};
    writer.family(MetricType::gauge, "a", value);
    writer.add(labels, 1);
    const auto whole = std::move(writer).finish();
    require(std::ranges::count(whole, '\n') == 4 && whole.ends_with("\n# EOF\n"));
    require(base::to_utf8(whole) == whole);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view text{reinterpret_cast<const char*>(data), size};
    check_query(take_line(text));
    HttpFields fields;
    fields.add("Accept", take_line(text));
    require(!content_type(choose_metrics_format(fields)).empty());
    check_label(text);
    return 0;
}
