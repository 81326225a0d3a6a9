#include <libnet/engine/trace/trace_flow.hpp>
#include <tests/support/catch.hpp>

#include <set>

namespace trace_flow_tests {

using namespace libnet;
using namespace libnet::engine;

TEST_CASE("numbers belong to the flows in turn", "[engine][trace]")
{
    for (const unsigned number : {1U, 2U, 33434U, 65534U})
        CHECK(flow_of_number(static_cast<std::uint16_t>(number), 1, 1) == 0);
    CHECK(flow_of_number(1, 1, 3) == 0);
    CHECK(flow_of_number(2, 1, 3) == 1);
    CHECK(flow_of_number(3, 1, 3) == 2);
    CHECK(flow_of_number(4, 1, 3) == 0);
    CHECK(flow_of_number(0, 1, 16) < 16);  // no number of ours, and still no flow that isn't there
}

TEST_CASE("one flow has the system's label, unless the options name one", "[engine][trace]")
{
    CHECK(trace_flow_labels({}, 4711) == TraceFlowLabels{std::nullopt});
    CHECK(trace_flow_labels({.flow_label = 0xABCDE}, 4711) == TraceFlowLabels{0xABCDE});
    CHECK(trace_flow_labels({.flow_label = 0}, 4711) == TraceFlowLabels{0});
}

TEST_CASE("several flows have a label each, none of them 0 or one that the kernel keeps", "[engine][trace]")
{
    for (const std::uint64_t random : {0ULL, 1ULL, 0x7FFFEULL, 0x7FFFFULL, ~0ULL}) {
        const auto labels = trace_flow_labels({.flows = 16}, random);
        REQUIRE(labels.size() == 16);
        std::set<std::uint32_t> different;
        for (const auto& label : labels) {
            REQUIRE(label);
            CHECK(*label >= 1);
            CHECK(*label <= 0x7FFFF);
            different.insert(*label);
        }
        CHECK(different.size() == 16);
    }
    CHECK(trace_flow_labels({.flows = 2}, 1) != trace_flow_labels({.flows = 2}, 2));
}

TEST_CASE("a label that the options name is the first flow's, and the next ones follow", "[engine][trace]")
{
    CHECK(trace_flow_labels({.flows = 3, .flow_label = 0xFFFFE}, 1) == TraceFlowLabels{0xFFFFE, 0xFFFFF, 1});
    CHECK(trace_flow_labels({.flows = 2, .flow_label = 0}, 1) == TraceFlowLabels{0, 0});
}

}  // namespace trace_flow_tests
