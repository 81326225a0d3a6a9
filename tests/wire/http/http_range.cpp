#include <libnet/wire/http/http_range.hpp>
#include <tests/support/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace http_range_tests {

using libnet::wire::ByteRange, libnet::wire::RangeChoice;
using libnet::wire::choose_ranges, libnet::wire::max_ranges;

namespace {

const RangeChoice whole{};
const RangeChoice unsatisfiable{.kind = RangeChoice::Kind::unsatisfiable};

RangeChoice parts(std::initializer_list<ByteRange> ranges)
{
    RangeChoice choice{.kind = RangeChoice::Kind::parts, .count = ranges.size()};
    std::ranges::copy(ranges, choice.ranges.begin());
    return choice;
}

RangeChoice part(std::uint64_t first, std::uint64_t length) { return parts({{first, length}}); }

}  // namespace

TEST_CASE("a range from one octet to another includes both", "[wire][range]")
{
    CHECK(choose_ranges("bytes=0-0", 10) == part(0, 1));
    CHECK(choose_ranges("bytes=2-5", 10) == part(2, 4));
    CHECK(choose_ranges("Bytes=0-9", 10) == part(0, 10));
    CHECK(choose_ranges("bytes= 2-5 ", 10) == part(2, 4));
    CHECK(choose_ranges("bytes=2-5,", 10) == part(2, 4));
}

TEST_CASE("a range that is open or goes too far ends with the file", "[wire][range]")
{
    CHECK(choose_ranges("bytes=3-", 10) == part(3, 7));
    CHECK(choose_ranges("bytes=3-99", 10) == part(3, 7));
    CHECK(choose_ranges("bytes=0-99999999999999999999999", 10) == part(0, 10));
}

TEST_CASE("a suffix range is the end of the file, or all of it", "[wire][range]")
{
    CHECK(choose_ranges("bytes=-3", 10) == part(7, 3));
    CHECK(choose_ranges("bytes=-30", 10) == part(0, 10));
    CHECK(choose_ranges("bytes=-99999999999999999999999", 10) == part(0, 10));
    CHECK(choose_ranges("bytes=-5", 0) == whole);
    CHECK(choose_ranges("bytes=0-1,-5", 0) == whole);
}

TEST_CASE("a range behind the end can't be satisfied", "[wire][range]")
{
    CHECK(choose_ranges("bytes=10-", 10) == unsatisfiable);
    CHECK(choose_ranges("bytes=10-,20-30", 10) == unsatisfiable);
    CHECK(choose_ranges("bytes=99999999999999999999999-", 10) == unsatisfiable);
    CHECK(choose_ranges("bytes=-0", 10) == unsatisfiable);
    CHECK(choose_ranges("bytes=0-", 0) == unsatisfiable);
    CHECK(choose_ranges("bytes=-0", 0) == unsatisfiable);
}

TEST_CASE("several ranges come in the order in which they were asked for", "[wire][range]")
{
    CHECK(choose_ranges("bytes=0-1,4-5", 10) == parts({{0, 2}, {4, 2}}));
    CHECK(choose_ranges("bytes=4-5 ,\t0-1", 10) == parts({{4, 2}, {0, 2}}));
    CHECK(choose_ranges("bytes=-2,0-1", 10) == parts({{8, 2}, {0, 2}}));
    CHECK(choose_ranges("bytes=0-1,50-60,4-5", 10) == parts({{0, 2}, {4, 2}}));
}

TEST_CASE("ranges that overlap or touch become one", "[wire][range]")
{
    CHECK(choose_ranges("bytes=0-4,3-6", 10) == part(0, 7));
    CHECK(choose_ranges("bytes=0-4,5-6", 10) == part(0, 7));
    CHECK(choose_ranges("bytes=5-6,0-4", 10) == part(0, 7));
    CHECK(choose_ranges("bytes=0-,0-,0-,-1", 10) == part(0, 10));
    CHECK(choose_ranges("bytes=0-1,8-9,4-5,1-8", 10) == part(0, 10));
    CHECK(choose_ranges("bytes=8-9,4-5,0-1,5-6", 10) == parts({{8, 2}, {4, 3}, {0, 2}}));
    CHECK(choose_ranges("bytes=0-0,4-4,8-8,3-5", 10) == parts({{0, 1}, {3, 3}, {8, 1}}));
}

TEST_CASE("whatever is asked for, no octet is sent twice", "[wire][range]")
{
    constexpr std::uint64_t size = 7;
    for (unsigned code = 0; code < 7 * 7 * 7 * 7; ++code) {
        const unsigned a = code % 7, b = code / 7 % 7, c = code / 49 % 7, d = code / 343 % 7;
        std::vector<int> wanted(size), sent(size);
        std::string field{"bytes="};
        for (const auto& [first, last] : {std::pair{a, b}, std::pair{c, d}, std::pair{d, d}}) {
            if (last < first) continue;
            field += std::to_string(first) + '-' + std::to_string(last) + ',';
            for (unsigned i = first; i <= last; ++i) wanted[i] = 1;
        }
        const auto choice = choose_ranges(field, size);
        for (const auto& range : choice.parts())
            for (auto i = range.first; i < range.first + range.length; ++i) ++sent.at(i);
        INFO(field);
        CHECK(sent == wanted);
    }
}

TEST_CASE("too many ranges are ignored together", "[wire][range]")
{
    std::string field{"bytes="};
    for (std::size_t i = 0; i < max_ranges; ++i) field += std::to_string(3 * i) + '-' + std::to_string(3 * i) + ',';
    CHECK(choose_ranges(field, 1000).count == max_ranges);
    CHECK(choose_ranges(field + "500-", 1000) == whole);
}

TEST_CASE("what is no byte range is ignored, with all that stands beside it", "[wire][range]")
{
    for (const char* field :
         {"", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=5", "bytes=5-2", "bytes=a-b", "bytes=+1-2", "bytes=1 -2",
          "items=0-1", "bytes:0-1", "bytes=--1", "bytes=0-1,5-2", "bytes=0-1 2-3", "bytes=x,0-1"})
        CHECK(choose_ranges(field, 10) == whole);
}

}  // namespace http_range_tests
