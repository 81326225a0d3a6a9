#pragma once
// Bodies of libnet/engine/trace/trace_flow.hpp.

#include <libnet/engine/trace/trace_flow.hpp>

#include <cstddef>

namespace libnet::inline v0::engine {

LIBNETXX_DECL TraceFlowLabels trace_flow_labels(const TraceOptions& options, std::uint64_t random)
{
    TraceFlowLabels labels(options.flows);
    if (!options.flow_label && options.flows == 1) return labels;
    // With net.ipv6.flowlabel_state_ranges the kernel keeps the upper half for the labels that it computes.
    constexpr std::uint32_t highest = 0xFFFFF, highest_leased = 0x7FFFF;
    const auto last = options.flow_label ? highest : highest_leased;
    const auto first = options.flow_label.value_or(static_cast<std::uint32_t>(random % last) + 1);
    for (std::size_t flow = 0; flow < labels.size(); ++flow)
        labels[flow] = first == 0 ? 0 : (first - 1 + static_cast<std::uint32_t>(flow)) % last + 1;
    return labels;
}

}  // namespace libnet::inline v0::engine
