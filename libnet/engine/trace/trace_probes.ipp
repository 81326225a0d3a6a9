#pragma once
// Bodies of libnet/engine/trace/trace_probes.hpp.

#include <libnet/engine/trace/trace_probes.hpp>

namespace libnet::inline v0::engine {

LIBNETXX_DECL std::optional<std::uint16_t> TraceProbes::next_number()
{
    const auto count = 65536U - first_;
    if (probes_.size() >= count) return std::nullopt;
    for (unsigned tried = 0; tried < count; ++tried) {
        const auto number = next_;
        next_ = number == 65535 ? first_ : static_cast<std::uint16_t>(number + 1);
        if (!probes_.contains(number)) return number;
    }
    return std::nullopt;
}

LIBNETXX_DECL bool TraceProbes::insert(std::uint16_t number, const ProbeUnderWay& probe)
{
    if (!probes_.try_emplace(number, probe).second) return false;
    numbers_.insert_or_assign({probe.target, probe.probe}, number);
    return true;
}

LIBNETXX_DECL const ProbeUnderWay* TraceProbes::find(std::uint16_t number) const
{
    const auto found = probes_.find(number);
    return found == probes_.end() ? nullptr : &found->second;
}

LIBNETXX_DECL std::optional<std::uint16_t> TraceProbes::erase(TraceTarget target, TraceProbeId probe)
{
    const auto found = numbers_.find({target, probe});
    if (found == numbers_.end()) return std::nullopt;
    return erase_at(found);
}

LIBNETXX_DECL std::optional<std::uint16_t> TraceProbes::erase_any(TraceTarget target)
{
    const auto found = numbers_.lower_bound({target, TraceProbeId{}});
    if (found == numbers_.end() || found->first.first != target) return std::nullopt;
    return erase_at(found);
}

LIBNETXX_DECL std::uint16_t TraceProbes::erase_at(Numbers::iterator at)
{
    const auto number = at->second;
    numbers_.erase(at);
    probes_.erase(number);
    return number;
}

}  // namespace libnet::inline v0::engine
