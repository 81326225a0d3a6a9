#include <libnet/wire/http/http_fields.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace http_fields_tests {

using namespace libnet::wire;

namespace {

HttpFields some_fields()
{
    HttpFields fields;
    fields.add("Accept", "a");
    fields.add("Connection", "upgrade , ,TE");
    fields.add("ACCEPT", "b");
    fields.add("connection", "Close");
    return fields;
}

}  // namespace

TEST_CASE("fields keep their order, and find gives the first", "[wire][http]")
{
    const auto fields = some_fields();
    CHECK(fields.size() == 4);
    CHECK(fields.begin()[2] == HttpField{"ACCEPT", "b"});
    REQUIRE(fields.find("aCCept"));
    CHECK(fields.find("aCCept")->value == "a");
    CHECK(!fields.find("Accep"));
    CHECK(!fields.find(""));
}

TEST_CASE("a list goes over all lines of its name, without empty members", "[wire][http]")
{
    std::string seen;
    for_each_item(some_fields(), "Connection", [&](std::string_view item) { seen.append(item).append(";"); });
    CHECK(seen == "upgrade;TE;Close;");
}

TEST_CASE("cleared fields are none", "[wire][http]")
{
    auto fields = some_fields();
    fields.clear();
    CHECK(fields.empty());
    CHECK(!fields.find("Accept"));
}

}  // namespace http_fields_tests
