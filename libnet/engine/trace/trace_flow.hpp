#pragma once
// What tells the flows of a trace apart: which of them a probe's number belongs to, and their IPv6 flow labels.

#include <libnet/config.hpp>
#include <libnet/engine/trace/trace_options.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace libnet::inline v0::engine {

/// The flow of a probe, from 0 on. The numbers from `first` on belong to the flows in turn, so that whatever tells a probe's
/// number tells its flow: what a router quotes is compared with the ports that this flow has.
constexpr std::uint8_t flow_of_number(std::uint16_t number, std::uint16_t first, std::uint8_t flows) noexcept
{
    return static_cast<std::uint8_t>(static_cast<std::uint16_t>(number - first) % flows);
}

/// By flow. nullopt: the label is left to the system; 0: there is none.
using TraceFlowLabels = std::vector<std::optional<std::uint32_t>>;

/// The labels of the probes over IPv6 (RFC 6437). Routers may share load by addresses and label alone: so several flows have
/// a label each, whatever their ports are. `random` chooses them where the options don't.
LIBNETXX_DECL TraceFlowLabels trace_flow_labels(const TraceOptions& options, std::uint64_t random);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/trace/trace_flow.ipp>
#endif
