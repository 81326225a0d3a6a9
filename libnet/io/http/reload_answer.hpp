#pragma once
// What an exporter answers to `POST /-/reload`.

#include <libnet/base/diagnostics.hpp>
#include <libnet/io/http/http_endpoint.hpp>
#include <libnet/io/loop/reason_of.hpp>

#include <exception>
#include <string>

namespace libnet::inline v0::io {

/// Calls `reload`, which returns how many hosts are watched then, and throws why it can't: then the answer is a 500 with the
/// reason. The diagnostics are told the same.
template <typename Reload>
EndpointAnswer answer_reload(const base::Diagnostics& diagnostics, Reload&& reload)
{
    EndpointAnswer answer;
    try {
        const auto said = "reloaded: " + std::to_string(reload()) + " hosts";
        answer.body = said + '\n';
        diagnostics.tell(DiagnosticLevel::info, said);
    } catch (const std::exception& error) {
        const auto why = std::string{"not reloaded: "} + reason_of(error) + "; nothing has changed";
        answer.status = 500;
        answer.body = why + '\n';
        diagnostics.tell(DiagnosticLevel::warning, why);
    }
    return answer;
}

}  // namespace libnet::inline v0::io
