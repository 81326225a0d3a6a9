#include <libnet/engine/files/directory_page.hpp>
#include <tests/support/catch.hpp>

#include <string>
#include <vector>

namespace directory_page_tests {

using namespace libnet::engine;
using namespace std::chrono_literals;

namespace {

const FileTime modified{784111777s};

std::vector<std::string> names_in(ListingOrder order)
{
    std::vector<DirectoryEntry> entries{{.name = "b", .size = 1, .modified = modified + 2s},
                                        {.name = "A", .size = 3, .modified = modified + 1s},
                                        {.name = "a", .size = 3, .modified = modified + 3s},
                                        {.name = "z", .kind = FileKind::directory, .modified = modified},
                                        {.name = "\xFF", .size = 2, .modified = modified}};
    sort_entries(entries, order);
    std::vector<std::string> names;
    for (const auto& entry : entries) names.push_back(entry.name);
    return names;
}

std::string page_of(const DirectoryContent& content, std::string_view path = "/docs/")
{
    std::string html;
    append_directory_page(html, path, content, {});
    return html;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a listing is sorted by any column, directories first", "[engine][directory_page]")
{
    using By = ListingOrder::By;
    using Direction = ListingOrder::Direction;
    using Names = std::vector<std::string>;
    CHECK(names_in({By::name, Direction::up}) == Names{"z", "A", "a", "b", "\xFF"});
    CHECK(names_in({By::name, Direction::down}) == Names{"z", "\xFF", "b", "a", "A"});
    CHECK(names_in({By::size, Direction::up}) == Names{"z", "b", "\xFF", "A", "a"});
    CHECK(names_in({By::size, Direction::down}) == Names{"z", "A", "a", "\xFF", "b"});
    CHECK(names_in({By::modified, Direction::up}) == Names{"z", "\xFF", "A", "b", "a"});
    CHECK(names_in({By::modified, Direction::down}) == Names{"z", "a", "b", "A", "\xFF"});

    CHECK(read_listing_order("sort=size&order=desc") == ListingOrder{By::size, Direction::down});
    CHECK(read_listing_order("sort=size-desc") == ListingOrder{By::size, Direction::down});
    CHECK(read_listing_order("sort=name-desc") == ListingOrder{By::name, Direction::down});
    CHECK(read_listing_order("x&order=asc&sort=modified&") == ListingOrder{By::modified, Direction::up});
    for (const char* query : {"", "&&&", "sort=", "sort=color&order=sideways", "sort=name"})
        CHECK(read_listing_order(query) == ListingOrder{});
}

TEST_CASE("numbers in names are sorted as numbers", "[engine][directory_page]")
{
    std::vector<DirectoryEntry> entries;
    const std::vector<std::string> sorted{"1",
                                          "02",
                                          "2",
                                          "10",
                                          "a",
                                          "img_2.png",
                                          "IMG_10.png",
                                          "v1.2.9",
                                          "v1.2.10",
                                          "v1.10.0",
                                          "x",
                                          "x0",
                                          "x00",
                                          "x1",
                                          "x18446744073709551616",
                                          "x99999999999999999999"};
    for (auto name = sorted.rbegin(); name != sorted.rend(); ++name) entries.push_back({.name = *name});
    sort_entries(entries, {});
    std::vector<std::string> names;
    for (const auto& entry : entries) names.push_back(entry.name);
    CHECK(names == sorted);
}

TEST_CASE("names in a listing are text, and lead where they say", "[engine][directory_page]")
{
    const auto html = page_of({.entries = {{.name = "<b>&\"'", .size = 980, .modified = modified},
                                           {.name = "javascript:alert(1)", .size = 4300, .modified = modified},
                                           {.name = "d r", .kind = FileKind::directory, .modified = modified}}});
    CHECK(!has(html, "<b>"));
    CHECK(has(html, "&lt;b&gt;&amp;&quot;&#39;</a>"));
    CHECK(has(html, "href=\"./%3Cb%3E&amp;%22&#39;\""));
    CHECK(has(html, "href=\"./javascript:alert(1)\""));
    CHECK(has(html, "href=\"./d%20r/\">d r/</a>"));
    CHECK(has(html, "980 B"));
    CHECK(has(html, "4.1 KiB"));
    CHECK(has(html, "datetime=\"1994-11-06T08:49:37Z\">1994-11-06 08:49<"));
    CHECK(has(html, "1 directory, 2 files, 5.1 KiB"));
    CHECK(has(html, "aria-sort=\"ascending\"><button name=\"sort\" value=\"name-desc\">"));
    CHECK(has(html, "<button name=\"sort\" value=\"size\">"));
    CHECK(!has(html, "href=\"?"));  // a mirror would follow it
}

TEST_CASE("a listing shows the way up, but from the root there is none", "[engine][directory_page]")
{
    CHECK(has(page_of({}, "/a&b/c/"),
              "<a href=\"/\">/</a><a href=\"/a&amp;b/\">a&amp;b</a>/<a href=\"/a&amp;b/c/\">c</a>/"));
    CHECK(has(page_of({}), "href=\"../\""));
    CHECK(!has(page_of({}, "/"), "href=\"../\""));
    CHECK(has(page_of({.complete = false}), "there are more"));
}

TEST_CASE("programs get JSON", "[engine][directory_page]")
{
    std::string json;
    append_directory_json(json, "/d\"/",
                          {.entries = {{.name = "a\\\n\x7F\xC3\xBC", .size = 7, .modified = modified},
                                       {.name = "x\xFFy", .kind = FileKind::directory, .modified = FileTime{-1s}}},
                           .complete = false});
    CHECK(json ==
          "{\"path\":\"/d\\\"/\",\"complete\":false,\"entries\":[\n"
          "{\"name\":\"a\\\\\\u000a\\u007f\xC3\xBC\",\"href\":\"a%5C%0A%7F%C3%BC\",\"type\":\"file\",\"size\":7,"
          "\"modified\":\"1994-11-06T08:49:37Z\"},\n"
          "{\"name\":\"x\xEF\xBF\xBDy\",\"href\":\"x%FFy/\",\"type\":\"directory\","
          "\"modified\":\"1969-12-31T23:59:59Z\"}]}\n");
    json.clear();
    append_directory_json(json, "/", {.entries = {{.name = "javascript:alert(1)", .modified = modified}}});
    CHECK(has(json, "\"href\":\"./javascript:alert(1)\""));
    json.clear();
    append_directory_json(json, "/", {});
    CHECK(json == "{\"path\":\"/\",\"complete\":true,\"entries\":[]}\n");
}

TEST_CASE("a listing shows years that nanoseconds can't count", "[engine][directory_page]")
{
    std::string json;
    append_directory_json(json, "/",
                          {.entries = {{.name = "a", .modified = file_time(10'413'792'000, 0)},
                                       {.name = "b", .modified = file_time(-10'000'000'000, 0)}}});
    CHECK(has(json, "\"modified\":\"2300-01-01T00:00:00Z\""));
    CHECK(has(json, "\"modified\":\"1653-02-10T06:13:20Z\""));
}

TEST_CASE("a listing is made as its style says", "[engine][directory_page]")
{
    const DirectoryContent content{.entries = {{.name = "b"}, {.name = ".hidden"}, {.name = "a"}}};
    const auto html = make_listing("/d/", content, {});
    CHECK(html == page_of({.entries = {{.name = "a"}, {.name = "b"}}}, "/d/"));
    const auto json =
        make_listing("/d/", content, {.format = ListingFormat::json, .dot_files = libnet::DotFiles::serve});
    CHECK(json.starts_with("{\"path\":\"/d/\""));
    CHECK(has(json, ".hidden"));
}

TEST_CASE("only whole UTF-8 sequences get into JSON as they are", "[engine][directory_page]")
{
    const auto shown = [](std::string name) {
        std::string json;
        append_directory_json(json, name, {});
        return json.substr(9, json.find("\",\"complete") - 9);
    };
    for (const char* good : {"\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
        CHECK(shown(good) == good);
    for (const char* bad : {"\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80",
                            "\xF8\x88\x80\x80\x80", "\xE2\x82", "\xC3"})
    {
        const auto text = shown(bad);
        CHECK(text.starts_with("\xEF\xBF\xBD"));
        CHECK(text.size() == 3 * std::string{bad}.size());
    }
}

}  // namespace directory_page_tests
