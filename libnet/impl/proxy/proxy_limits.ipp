#pragma once

#include <libnet/config.hpp>
#include <libnet/impl/proxy/proxy_requests.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace libnet::inline v0::detail {

/// Whether the request is beyond a limit of the rules, and then answers it; else it is counted, and so will its bytes be.
LIBNETXX_DECL bool ProxyRequests::is_beyond_limit(const engine::EgressGate& gate, bool tunnels)
{
    meter_.reset();
    const auto limiter = proxy_->egress->limiter();
    if (!limiter) return false;
    auto admission = limiter->admit(gate.client(), gate.target());
    if (admission.verdict != engine::EgressVerdict::allowed) {
        const bool only_reports = limiter->policy().options().rules.report_only;
        engine::tell_decision(*told_, {admission.verdict, admission.rule, only_reports});
        if (!only_reports) {
            const auto seconds = std::to_string(std::chrono::ceil<std::chrono::seconds>(admission.retry_after).count());
            answer_with_page(*session_, {.status = status_of(admission.verdict),
                                         .reason = reason_of(admission.verdict),
                                         .may_keep = !tunnels && !session_->has_body(),
                                         .name = "Retry-After",
                                         .value = seconds,
                                         .error = proxy_status_of(admission.verdict)});
            return true;
        }
    }
    if (!admission.meter.empty())
        meter_ = std::make_unique<ProxyMeter>(std::move(admission.meter), session_->connection());
    return false;
}

}  // namespace libnet::inline v0::detail
