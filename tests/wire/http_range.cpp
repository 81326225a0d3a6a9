#include <libnet/wire/http_range.hpp>
#include <tests/support/catch.hpp>

using libnet::wire::choose_range;
using libnet::wire::RangeChoice;

namespace {

const RangeChoice whole{};
const RangeChoice unsatisfiable{.kind = RangeChoice::Kind::unsatisfiable};

RangeChoice part(std::uint64_t first, std::uint64_t length)
{
    return {.kind = RangeChoice::Kind::part, .first = first, .length = length};
}

}  // namespace

TEST_CASE("a range from one octet to another includes both", "[wire][range]")
{
    CHECK(choose_range("bytes=0-0", 10) == part(0, 1));
    CHECK(choose_range("bytes=2-5", 10) == part(2, 4));
    CHECK(choose_range("Bytes=0-9", 10) == part(0, 10));
    CHECK(choose_range("bytes= 2-5 ", 10) == part(2, 4));
}

TEST_CASE("a range that is open or goes too far ends with the file", "[wire][range]")
{
    CHECK(choose_range("bytes=3-", 10) == part(3, 7));
    CHECK(choose_range("bytes=3-99", 10) == part(3, 7));
    CHECK(choose_range("bytes=0-99999999999999999999999", 10) == part(0, 10));
}

TEST_CASE("a suffix range is the end of the file, or all of it", "[wire][range]")
{
    CHECK(choose_range("bytes=-3", 10) == part(7, 3));
    CHECK(choose_range("bytes=-30", 10) == part(0, 10));
    CHECK(choose_range("bytes=-99999999999999999999999", 10) == part(0, 10));
    CHECK(choose_range("bytes=-5", 0) == whole);
}

TEST_CASE("a range behind the end can't be satisfied", "[wire][range]")
{
    CHECK(choose_range("bytes=10-", 10) == unsatisfiable);
    CHECK(choose_range("bytes=99999999999999999999999-", 10) == unsatisfiable);
    CHECK(choose_range("bytes=-0", 10) == unsatisfiable);
    CHECK(choose_range("bytes=0-", 0) == unsatisfiable);
}

TEST_CASE("what is no single byte range is ignored", "[wire][range]")
{
    for (const char* field : {"", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=5-2", "bytes=a-b", "bytes=+1-2",
                              "bytes=1 -2", "bytes=0-1,3-4", "bytes=0-1,", "items=0-1", "bytes:0-1", "bytes=--1"})
        CHECK(choose_range(field, 10) == whole);
}
