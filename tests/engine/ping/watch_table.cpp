#include <libnet/engine/ping/watch_table.hpp>
#include <tests/support/catch.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace watch_table_tests {

using libnet::base::JsonWriter;
using libnet::engine::WatchTable;

namespace {

constexpr std::int64_t begin = 1'800'000'000;  // a full minute

struct Rows {
    explicit Rows(std::size_t count) : rows(count), news(count) {}

    auto ask(std::uint64_t since, std::int64_t second)
    {
        return table.overview(since, second, {"1", 0.5, rows.size()}, [this](auto&& visit) {
            for (std::size_t i = 0; i < rows.size(); ++i)
                visit(i, rows[i], news[i], [&](JsonWriter& json) {
                    ++written;
                    json.array().value(i).value(news[i]).end_array();
                });
        });
    }

    WatchTable table;
    std::vector<WatchTable::Row> rows;
    std::vector<std::uint32_t> news;
    std::size_t written = 0;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("a row is written once for each of its revisions, whoever asks", "[engine][watch_table]")
{
    Rows rows{3};
    const auto [first, next] = rows.ask(0, begin);
    CHECK(first ==
          "{\"v\":1,\"version\":\"1\",\"now\":1800000000,\"interval\":0.5,\"all\":true,\"count\":3,"
          "\"rows\":[[0,0],[1,0],[2,0]]}");
    CHECK(rows.written == 3);
    for (int i = 0; i < 100; ++i) CHECK(rows.ask(0, begin + i % 2).first.size() == first.size());
    CHECK(rows.written == 3);
    CHECK(rows.ask(next, begin + 1).first.empty());
    ++rows.news[1];
    CHECK(rows.ask(next, begin + 1).first.empty());  // within a second nothing is looked at again
    const auto [changed, last] = rows.ask(next, begin + 2);
    CHECK(has(changed, "\"all\":false,\"count\":3,\"rows\":[[1,1]]"));
    CHECK(rows.written == 4);
    CHECK(has(rows.ask(0, begin + 2).first, "[[0,0],[1,1],[2,0]]"));
    CHECK(rows.written == 4);
    CHECK(last > next);
}

TEST_CASE("of thousands of rows each request writes a share, until all are there", "[engine][watch_table]")
{
    Rows rows{2500};
    const auto [first, next] = rows.ask(0, begin);
    CHECK(rows.written == WatchTable::most_written);
    CHECK(has(first, "[999,0]]"));
    const auto [second, later] = rows.ask(next, begin);
    CHECK(rows.written == 2000);
    CHECK(has(second, "\"all\":false"));
    CHECK(has(second, "\"rows\":[[1000,0],"));
    const auto [third, last] = rows.ask(later, begin);
    CHECK(rows.written == 2500);
    CHECK(has(third, "\"rows\":[[2000,0],"));
    CHECK(rows.ask(last, begin).first.empty());
    const auto whole = rows.ask(0, begin).first;
    CHECK(has(whole, "[[0,0],"));
    CHECK(has(whole, ",[2499,0]]"));
}

TEST_CASE("when rows have gone every page begins anew", "[engine][watch_table]")
{
    Rows rows{2};
    const auto next = rows.ask(0, begin).second;
    rows.rows.pop_back();
    rows.table.forget();
    CHECK(has(rows.ask(next, begin).first, "\"all\":true,\"count\":1,\"rows\":[[0,0]]"));
}

}  // namespace watch_table_tests
