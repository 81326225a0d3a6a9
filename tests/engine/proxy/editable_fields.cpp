#include <libnet/engine/proxy/editable_fields.hpp>
#include <tests/support/catch.hpp>

#include <stdexcept>
#include <string>

namespace editable_fields_tests {

using namespace libnet;

namespace {

engine::EditableFields some()
{
    wire::HttpFields fields;
    fields.add("Host", "h");
    fields.add("Cookie", "a=1");
    fields.add("cookie", "b=2");
    return engine::EditableFields{fields};
}

std::string text(const engine::EditableFields& fields)
{
    std::string text;
    for (const auto& [name, value] : fields) text += name + ": " + value + "|";
    return text;
}

}  // namespace

TEST_CASE("fields of a head can be read, set, added and removed", "[engine][proxy]")
{
    auto fields = some();
    CHECK(fields.size() == 3);
    CHECK(fields.value_of("COOKIE") == "a=1");
    CHECK(fields.value_of("X") == "");
    CHECK(fields.has("host"));
    CHECK_FALSE(fields.has("X"));
    fields.add("X", "1");
    fields.set("Cookie", "c=3");
    CHECK(text(fields) == "Host: h|X: 1|Cookie: c=3|");
    fields.remove("cOOKIE");
    fields.remove("no-such-field");
    CHECK(text(fields) == "Host: h|X: 1|");
    CHECK(fields.view().value_of("x") == "1");
}

TEST_CASE("a field can't become two, nor change where a message ends or goes", "[engine][proxy]")
{
    auto fields = some();
    for (const auto* name : {"Content-Length", "transfer-encoding", "Host", "Connection", "Via", "Upgrade", "Trailer"})
    {
        CAPTURE(name);
        CHECK_THROWS_AS(fields.set(name, "1"), std::invalid_argument);
        CHECK_THROWS_AS(fields.add(name, "1"), std::invalid_argument);
        CHECK_THROWS_AS(fields.remove(name), std::invalid_argument);
    }
    for (const auto* name : {"", "a b", "a:", "a\r\nb"}) {
        CAPTURE(name);
        CHECK_THROWS_AS(fields.set(name, "1"), std::invalid_argument);
    }
    for (const auto& value :
         {std::string{"a\r\nb: c"}, std::string{"a\nb"}, std::string{"a\rb"}, std::string{"a\0b", 3}}) {
        CAPTURE(value);
        CHECK_THROWS_AS(fields.set("X", value), std::invalid_argument);
        CHECK_THROWS_AS(fields.add("X", value), std::invalid_argument);
    }
    CHECK(text(fields) == "Host: h|Cookie: a=1|cookie: b=2|");
}

}  // namespace editable_fields_tests
