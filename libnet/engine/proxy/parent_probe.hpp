#pragma once
// A conversation that shows whether a parent proxy works, without asking it for anything.

#include <libnet/config.hpp>
#include <libnet/engine/proxy/parent_proxy.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// What a check of a parent has found out.
enum class ParentFinding : std::uint8_t {
    unknown,  ///< more of its answer has to come
    works,    ///< it speaks its protocol
    broken,   ///< it speaks another one, or wants a log-in that it hasn't got
};

/// So much of an answer is read at most, in octets.
inline constexpr std::size_t longest_parent_answer = 512;

/// Appends what is sent to the parent, once it is connected to, in one go: its PROXY header, where it gets one, which names no client
/// (proxy-protocol.txt section 2: UNKNOWN, LOCAL); then `OPTIONS *` with Max-Forwards: 0 (RFC 9110 section 9.3.7), which a proxy
/// answers itself, or the greeting of SOCKS5 (RFC 1928 section 3).
void append_parent_probe(std::string& out, const ParentProxy& parent);

/// What all that has been received so far says. Any status of HTTP is good enough: what a proxy answers to `OPTIONS *`
/// depends on its configuration, and that it answers shows that it works.
ParentFinding read_parent_probe(const ParentProxy& parent, std::string_view received) noexcept;

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/parent_probe.ipp>
#endif
