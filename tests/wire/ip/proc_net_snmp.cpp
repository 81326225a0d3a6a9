#include <libnet/wire/ip/proc_net_snmp.hpp>
#include <tests/support/catch.hpp>

namespace proc_net_snmp_tests {

using libnet::wire::snmp6_counter;
using libnet::wire::snmp_counter;

TEST_CASE("a counter stands under its name, in its protocol's lines", "[wire][proc_net_snmp]")
{
    constexpr auto text =
        "Ip: Forwarding InCsumErrors\nIp: 1 77\n"
        "Icmp: InMsgs InErrors InCsumErrors InDestUnreachs\nIcmp: 62085 3 12 3467\n"
        "IcmpMsg: InType0\nIcmpMsg: 5\n";
    CHECK(snmp_counter(text, "Icmp:", "InCsumErrors") == 12U);
    CHECK(snmp_counter(text, "Icmp:", "InMsgs") == 62'085U);
    CHECK(snmp_counter(text, "Ip:", "InCsumErrors") == 77U);
    CHECK(snmp_counter(text, "IcmpMsg:", "InType0") == 5U);
    CHECK_FALSE(snmp_counter(text, "Icmp:", "OutMsgs"));
    CHECK_FALSE(snmp_counter(text, "Tcp:", "InCsumErrors"));
}

TEST_CASE("what isn't such a table has no counters", "[wire][proc_net_snmp]")
{
    for (const auto* text : {"", "\n", "Icmp:", "Icmp: InMsgs", "Icmp: InMsgs\n", "Icmp: InMsgs\nIcmp:",
                             "Icmp: InMsgs\nTcp: 4\n", "Icmp: InMsgs\nIcmp: many\n", "Icmp: X InMsgs\nIcmp: 5\n"})
        CHECK_FALSE(snmp_counter(text, "Icmp:", "InMsgs"));
}

TEST_CASE("for IPv6 each counter has a line", "[wire][proc_net_snmp]")
{
    constexpr auto text = "Icmp6InMsgs                     \t9\nIcmp6InCsumErrors               \t4\n";
    CHECK(snmp6_counter(text, "Icmp6InCsumErrors") == 4U);
    CHECK_FALSE(snmp6_counter(text, "Icmp6"));
    CHECK_FALSE(snmp6_counter("Icmp6InMsgs\n", "Icmp6InMsgs"));
    CHECK_FALSE(snmp6_counter("Icmp6InMsgs -1", "Icmp6InMsgs"));
}

}  // namespace proc_net_snmp_tests
