// Any lines as a date, a range, entity tags, Accept, Accept-Encoding, credentials and a path: what is read of them
// keeps its promises.

#include <libnet/base/text.hpp>
#include <libnet/wire/http/accept.hpp>
#include <libnet/wire/http/basic_credentials.hpp>
#include <libnet/wire/http/content_coding.hpp>
#include <libnet/wire/http/etag.hpp>
#include <libnet/wire/http/http_date.hpp>
#include <libnet/wire/http/http_range.hpp>
#include <libnet/wire/http/uri_path.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace libnet::wire;

namespace {

void require(bool condition)
{
    if (!condition) std::abort();
}

/// What was read and is written reads the same.
void check_date(std::string_view text)
{
    constexpr std::chrono::sys_seconds now{std::chrono::seconds{1'795'000'000}};
    const auto time = parse_http_date(text, now);
    if (!time) return;
    HttpDateBuffer buffer;
    require(parse_http_date(format_http_date(*time, buffer), now) == time);
}

/// The parts lie in the content, and have nothing in common, nor do they touch.
void check_ranges(std::string_view text)
{
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{30}, ~std::uint64_t{0} / 2}) {
        const auto choice = choose_ranges(text, size);
        const auto parts = choice.parts();
        require((choice.kind == RangeChoice::Kind::parts) == !parts.empty() && parts.size() <= max_ranges);
        for (const auto& part : parts) {
            require(part.length > 0 && part.first < size && part.length <= size - part.first);
            const auto meets = [&part](const ByteRange& other) {
                return other.first <= part.first + part.length && part.first <= other.first + other.length;
            };
            require(std::ranges::count_if(parts, meets) == 1);
        }
    }
}

/// Tags that are equal in the strong sense are so in the weak one.
void check_etags(std::string_view list)
{
    for (const std::string_view etag : {"\"a\"", "W/\"a\""}) {
        const bool strong = etag_list_matches(list, etag, EtagComparison::strong);
        require(!strong || etag_list_matches(list, etag, EtagComparison::weak));
    }
}

void check_codings(std::string_view text)
{
    const auto accepted = read_accept_encoding(text);
    const auto order = accepted.in_order();
    require(order.size() <= 4);
    for (const auto coding : order) require(std::ranges::count(order, coding) == 1);
}

void check_credentials(std::string_view text)
{
    const auto credentials = parse_basic_credentials(text);
    if (!credentials) return;
    require(credentials->user.find(':') == credentials->user.npos);
    for (const auto& part : {credentials->user, credentials->password})
        require(std::ranges::none_of(part, [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; }));
}

/// A name is free of ways out, and written as a path stands for itself.
void check_path(std::string_view text)
{
    FilePath file, again;
    if (!decode_path(text, file)) return;
    const auto framed = '/' + file.name + '/';
    require(file.name.empty() || framed.find("//") == framed.npos);
    require(framed.find("/../") == framed.npos && framed.find("/./") == framed.npos);
    const auto path = encode_path(file.name);
    require(path.starts_with('/') && !path.starts_with("//"));
    require(decode_path(path, again).has_value() && again.name == file.name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto next = [&text] { return libnet::base::take_line(text); };
    check_date(next());
    check_ranges(next());
    check_etags(next());
    require(weight_of(next(), "text/html") <= 1000);
    check_codings(next());
    check_credentials(next());
    check_path(next());
    return 0;
}
