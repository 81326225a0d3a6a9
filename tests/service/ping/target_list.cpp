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

TEST_CASE("what never ends, and what is no list, is given up in words", "[service][target_list]")
{
    const auto refusal = [](const std::string& text) {
        try {
            read(text);
        } catch (const std::runtime_error& error) {
            return std::string{error.what()};
        }
        return std::string{"a list"};
    };
    const auto many = [](std::size_t times, const std::string& line) {
        std::string text;
        for (std::size_t i = 0; i < times; ++i) text += line;
        return text;
    };
    CHECK(refusal("a.test\n" + std::string(70'000, 'b')) ==
          "list:2: a line of more than 65536 octets: this is no list of hosts");
    CHECK(refusal(many(1'000'001, "a\n") + "b\n") ==
          "list: more than 1000000 lines of hosts: give ranges of addresses");
    CHECK(refusal(many(10'001, "?\n") + "b\n") ==
          "list:1: '?' is no host: give a name, an address or a range; and 10000 other lines, too: this is no list of "
          "hosts");
    CHECK(refusal(many(1'000'000, "a\n")) == "a list");
    CHECK_THROWS_AS(read_target_file("/dev/zero"), std::runtime_error);
}

}  // namespace target_list_tests
