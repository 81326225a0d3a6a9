#include <libnet/engine/files/host_table.hpp>
#include <tests/support/catch.hpp>

#include <stdexcept>
#include <string>

namespace host_table_tests {

using libnet::engine::HostTable;

TEST_CASE("a name counts before a wildcard, and a longer wildcard before a shorter one", "[engine][host_table]")
{
    HostTable table;
    CHECK(!table.find("example.org"));
    table.add("example.org", 1);
    table.add("*.example.org", 2);
    table.add("*.b.example.org", 3);
    table.add("a.b.example.org", 4);
    table.add("127.0.0.1", 5);
    table.add("::1", 6);
    CHECK(table.find("example.org") == 1);
    CHECK(table.find("EXAMPLE.org.") == 1);
    CHECK(table.find("x.example.org") == 2);
    CHECK(table.find("b.example.org") == 2);
    CHECK(table.find("x.y.example.org") == 2);
    CHECK(table.find("x.b.example.org") == 3);
    CHECK(table.find("a.b.example.org") == 4);
    CHECK(table.find("127.0.0.1") == 5);
    CHECK(table.find("::1") == 6);
    for (const char* other : {"", ".", "example.com", "anexample.org", ".example.org", "org"}) {
        INFO(other);
        CHECK(table.find(other).value_or(0) == (std::string{other} == ".example.org" ? 2 : 0));
    }
    CHECK(!table.find(std::string(300, 'a')));
}

TEST_CASE("what is no host name is refused, and so is one that comes twice", "[engine][host_table]")
{
    HostTable table;
    table.add("a.example", 1);
    for (const char* name : {"", "*", "*.", "a.*.example", "**.example", "A.example.", "a b", "*.::1", "a/b"}) {
        INFO(name);
        CHECK_THROWS_AS(table.add(name, 2), std::invalid_argument);
    }
}

}  // namespace host_table_tests
