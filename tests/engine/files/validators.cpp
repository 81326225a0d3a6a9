#include <libnet/engine/files/validators.hpp>
#include <tests/support/catch.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace validators_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace std::chrono_literals;

namespace {

const FileTime modified{784111777s};
const FileTime now = modified + 24h;
const FileFacts facts{.size = 1000, .modified = modified, .inode = 7, .changed = modified + 1s};

std::string etag_of(const FileFacts& of, wire::ContentCoding coding = wire::ContentCoding::identity)
{
    std::string etag;
    make_etag(etag, of, coding);
    return etag;
}

}  // namespace

TEST_CASE("an entity tag is strong by the content's hash, or by facts that a change is sure to change",
          "[engine][validators]")
{
    CHECK(etag_of(facts).starts_with("W/\""));
    auto settled = facts;
    settled.settled = true;
    CHECK("W/" + etag_of(settled) == etag_of(facts));
    auto hashed = facts;
    hashed.hash = 0xC0FFEE;
    CHECK(etag_of(hashed) == "\"c0ffee-3e8\"");
    CHECK(etag_of(hashed, wire::ContentCoding::br) == "\"c0ffee-3e8-br\"");
}

TEST_CASE("a file that is too large to be read for its tag has one by its state, also when its hash is known",
          "[engine][validators]")
{
    FileFacts large{.size = most_tagged_by_content, .modified = modified, .inode = 5, .settled = true};
    large.hash = 0xC0FFEE;
    CHECK(etag_of(large) == "\"c0ffee-100000\"");
    ++large.size;
    const auto by_state = etag_of(large);
    CHECK(by_state != "\"c0ffee-100001\"");
    large.hash.reset();
    CHECK(etag_of(large) == by_state);
    std::string former;
    make_strong_etag(former, state_digest(large), large.size, wire::ContentCoding::identity);
    CHECK(former == by_state);
}

TEST_CASE("the tags that conditions name are read back, as far as they may be of the file's earlier states",
          "[engine][validators]")
{
    using Digests = std::array<std::uint64_t, 4>;
    const auto identity = wire::ContentCoding::identity;
    const auto named = [&](std::string_view list) { return named_digests({.if_none_match = list}, 0x3E8, identity); };
    CHECK(named("\"c0ffee-3e8\"") == Digests{0xC0FFEE});
    CHECK(named("\"1-3e8\", \"2-3e8\"") == Digests{1, 2});
    for (const char* none :
         {"", "*", "\"\"", "\"-3e8\"", "\"c0ffee\"", "\"c0ffee-3e9\"", "\"c0ffee-3e8-br\"", "W/\"c0ffee-3e8\"",
          "\"C0FFEE-3e8\"", "\"0-3e8\"", "\"00c0ffee-3e8\"", "\"fffffffffffffffff-3e8\"", "\"c0ffee-3e8"})
        CHECK(named(none) == Digests{});
    CHECK(named("\"1-3e8\",\"2-3e8\",\"3-3e8\",\"4-3e8\",\"5-3e8\"") == Digests{1, 2, 3, 4});
    CHECK(named_digests({.if_none_match = "\"1-3e8-br\""}, 0x3E8, wire::ContentCoding::br) == Digests{1});
    CHECK(named_digests({.if_match = "\"1-3e8\"", .if_range = "\"2-3e8\""}, 0x3E8, identity) == Digests{1, 2});
    CHECK(named_digests({.if_range = "Sun, 06 Nov 1994 08:49:37 GMT"}, 0x3E8, identity) == Digests{});
}

TEST_CASE("whatever changes about a file, its weak entity tag does too", "[engine][validators]")
{
    std::set<std::string> tags{etag_of(facts)};
    auto other = facts;
    other.modified += 1us;
    tags.insert(etag_of(other));
    other = facts;
    other.changed += 1us;  // written twice with the same time set, as installers do
    tags.insert(etag_of(other));
    other = facts;
    other.inode = 8;
    tags.insert(etag_of(other));
    other = facts;
    other.size = 1001;
    tags.insert(etag_of(other));
    for (const auto coding : {wire::ContentCoding::br, wire::ContentCoding::zstd, wire::ContentCoding::gzip})
        tags.insert(etag_of(facts, coding));
    CHECK(tags.size() == 8);
}

TEST_CASE("constants of build systems are no times", "[engine][validators]")
{
    auto built = facts;
    for (const auto constant : {0s, 1s, 86'400s, 315'532'800s}) {
        built.modified = FileTime{constant};
        CHECK(!last_modified_of(built, now));
    }
    CHECK(last_modified_of(facts, now) == std::chrono::floor<std::chrono::seconds>(modified));
}

TEST_CASE("a time in the future gives way to when it was set, which is the same in each answer", "[engine][validators]")
{
    auto future = facts;
    future.modified = now + 87'600h;
    CHECK(last_modified_of(future, now) == std::chrono::floor<std::chrono::seconds>(facts.changed));
    CHECK(last_modified_of(future, now + 1h) == last_modified_of(future, now));
    future.changed = now + 1h;  // the clock was set back
    CHECK(!last_modified_of(future, now));
}

TEST_CASE("every time that a file system can hold is one", "[engine][validators]")
{
    constexpr auto most = std::numeric_limits<std::int64_t>::max(), least = std::numeric_limits<std::int64_t>::min();
    CHECK(file_time(784'111'777, 1'999) == modified + 1us);
    CHECK(file_time(-1, 999'999'999) == FileTime{-1us});
    CHECK(file_time(10'413'792'000, 0) == FileTime{std::chrono::sys_days{std::chrono::year{2300} / 1 / 1}});
    CHECK(file_time(most, 999'999'999) == FileTime{std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}} - 1s);
    CHECK(file_time(least, 0) == FileTime{std::chrono::sys_days{std::chrono::year{0} / 1 / 1}});
    for (const auto seconds : {most, least, std::int64_t{10'413'792'000}, std::int64_t{-10'413'792'000}}) {
        auto odd = facts;
        odd.modified = file_time(seconds, 0);
        const auto shown = last_modified_of(odd, now);
        CHECK(shown ==
              (seconds > 0 ? std::optional{std::chrono::floor<std::chrono::seconds>(facts.changed)} : std::nullopt));
    }
}

TEST_CASE("every combination of conditions is judged in the RFC's order", "[engine][validators]")
{
    // What each condition says of the file below, and the field that says so.
    enum class Says { nothing, yes, no };
    struct Field {
        Says says;
        std::string value;
    };
    const std::string strong = "\"c0ffee-3e8\"", date = "Sun, 06 Nov 1994 08:49:37 GMT";
    const std::string before = "Sun, 06 Nov 1994 08:49:36 GMT";
    const std::vector<Field> if_match{{Says::nothing, ""}, {Says::yes, "*"}, {Says::yes, "\"a\", " + strong},
                                      {Says::no, "\"a\""}, {Says::no, ","},  {Says::no, "W/" + strong}};
    const std::vector<Field> unmodified{{Says::nothing, ""},
                                        {Says::nothing, "never"},
                                        {Says::nothing, date + ", " + date},
                                        {Says::yes, date},
                                        {Says::no, before}};
    const std::vector<Field> none_match{
        {Says::nothing, ""}, {Says::no, "*"}, {Says::no, "W/" + strong}, {Says::yes, "\"a\", \"b\""}, {Says::yes, ","}};
    const std::vector<Field> since{{Says::nothing, ""},
                                   {Says::nothing, "yesterday"},
                                   {Says::nothing, date + ", " + date},
                                   {Says::no, date},
                                   {Says::yes, before}};
    const Validators validators{strong, std::chrono::floor<std::chrono::seconds>(modified)};
    for (const auto& match : if_match) {
        for (const auto& unmod : unmodified) {
            for (const auto& none : none_match) {
                for (const auto& mod : since) {
                    // RFC 9110 section 13.2.2, steps 1 to 4.
                    const auto first = match.says != Says::nothing ? match.says : unmod.says;
                    const auto second = none.says != Says::nothing ? none.says : mod.says;
                    const auto expected = first == Says::no    ? Condition::failed
                                          : second == Says::no ? Condition::not_modified
                                                               : Condition::holds;
                    const FileRequest request{.method = "GET",
                                              .if_match = match.value,
                                              .if_none_match = none.value,
                                              .if_modified_since = mod.value,
                                              .if_unmodified_since = unmod.value};
                    INFO(match.value << " | " << unmod.value << " | " << none.value << " | " << mod.value);
                    CHECK(judge_conditions(request, validators, now) == expected);
                }
            }
        }
    }
}

TEST_CASE("without a time, conditions about times are none", "[engine][validators]")
{
    const FileRequest request{.method = "GET",
                              .if_modified_since = "Sun, 06 Nov 1994 08:49:37 GMT",
                              .if_unmodified_since = "Sun, 06 Nov 1954 08:49:37 GMT"};
    CHECK(judge_conditions(request, {"\"a\"", {}}, now) == Condition::holds);
}

TEST_CASE("If-Range heeds the range only for a file that surely is the same", "[engine][validators]")
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(modified);
    const auto wanted = [&](std::string_view if_range, std::string_view etag, FileTime at = now) {
        return range_is_wanted({.method = "GET", .if_range = if_range, .range = "bytes=0-1"}, {etag, seconds}, at);
    };
    CHECK(wanted("", "W/\"a\""));
    CHECK(wanted("\"a\"", "\"a\""));
    CHECK(!wanted("\"a\"", "\"b\""));
    CHECK(!wanted("W/\"a\"", "W/\"a\""));
    CHECK(!wanted("W/\"a\"", "\"a\""));
    CHECK(!wanted("\"a\", \"b\"", "\"a\""));  // no list
    CHECK(wanted("Sun, 06 Nov 1994 08:49:37 GMT", "W/\"a\""));
    CHECK(!wanted("Sun, 06 Nov 1994 08:49:38 GMT", "W/\"a\""));
    CHECK(!wanted("Sun, 06 Nov 1994 08:49:37 GMT", "W/\"a\"", modified + 1s));  // it may be written again
    CHECK(!wanted("then", "W/\"a\""));
    CHECK(!wanted(",", "\"a\""));
    CHECK(!range_is_wanted({.method = "HEAD", .range = "bytes=0-1"}, {}, now));
    CHECK(!range_is_wanted({.method = "GET"}, {}, now));
    CHECK(!range_is_wanted({.method = "GET", .if_range = "Sun, 06 Nov 1994 08:49:37 GMT", .range = "bytes=0-1"}, {},
                           now));
}

}  // namespace validators_tests
