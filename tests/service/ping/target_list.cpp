#include <libnet/target_list.hpp>
#include <tests/support/catch.hpp>

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace target_list_tests {

using namespace libnet;

namespace {

TargetList read(const std::string& text)
{
    std::istringstream in{text};
    return read_target_list(in, "list");
}

}  // namespace

TEST_CASE("a list of hosts has one on each line, and remarks", "[service][target_list]")
{
    using Hosts = std::vector<std::string>;
    CHECK(read("a.test\n\n  192.0.2.0/24 # all of them\r\n# nothing\n[::1]\nfe80::1%eth0").hosts ==
          Hosts{"a.test", "192.0.2.0/24", "[::1]", "fe80::1%eth0"});
    CHECK(read("\xEF\xBB\xBF"
               "a.test\nb.test\n")
              .hosts == Hosts{"a.test", "b.test"});  // a byte order mark
    CHECK(read("m\u00fcnchen.test\n").hosts == Hosts{"m\u00fcnchen.test"});
    CHECK(read("").hosts.empty());
}

TEST_CASE("a line that is no host is named, and costs no other one", "[service][target_list]")
{
    const auto list = read("a.test\nwhat?\nb\xFF.test\na\u202eb\nc.test\n");
    CHECK(list.hosts == std::vector<std::string>{"a.test", "c.test"});
    REQUIRE(list.complaints.size() == 3);
    CHECK(list.complaints[0] == "list:2: 'what?' is no host: give a name, an address or a range");
    CHECK(list.complaints[1] == "list:3: 'b\\xFF.test' is no host: give a name, an address or a range");
    CHECK_THROWS_AS(read_target_file("/none/such/list"), std::runtime_error);
}

}  // namespace target_list_tests
