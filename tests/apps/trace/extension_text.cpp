// What trace++ -e says of a hop.

#include <apps/trace/extension_text.hpp>
#include <tests/support/catch.hpp>

#include <cstdint>

namespace extension_text_tests {

using namespace libnet;

TEST_CASE("a hop whose quote has another TTL than 1 is told, and a destination's isn't", "[apps][trace]")
{
    TraceHop hop;
    CHECK(apps::changes_text(hop).empty());
    hop.quoted_ttl = std::uint8_t{1};
    CHECK(apps::changes_text(hop).empty());
    hop.quoted_ttl = std::uint8_t{2};
    CHECK(apps::changes_text(hop) == "{ttl 1>2}");
    hop.quoted_ttl = std::uint8_t{0};
    hop.changes.push_back({TraceField::dscp, std::uint32_t{8}, std::uint32_t{0}});
    CHECK(apps::changes_text(hop) == "{ttl 1>0, dscp 8>0}");
    hop.kind = TraceAnswer::reached;
    CHECK(apps::changes_text(hop) == "{dscp 8>0}");
}

}  // namespace extension_text_tests
