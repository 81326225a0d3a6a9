#pragma once
/// @file
/// What a scripted host or router does with a probe.

#include <libnet/config.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace libnet::inline v0::testing {

/// What becomes of one probe. Made by the functions below.
struct ScriptedAnswer {
    enum class Kind : std::uint8_t { reply, nothing, icmp_error, send_error };  ///< What a host or router does.
    Kind kind = Kind::nothing;                                                  ///< what happens
    std::chrono::nanoseconds after{};                                           ///< the probe was sent
    std::optional<int> ttl = 64;                                                ///< of a reply
    boost::asio::ip::address from{};         ///< who answers; unspecified: the host itself
    std::uint8_t type = 0, code = 0;         ///< of an ICMP error
    std::optional<std::uint32_t> mtu{};      ///< that the error tells
    boost::system::error_code send_error{};  ///< why it isn't sent
    unsigned copies = 1;                     ///< more than one: duplicates come at the same time
};

/// The probe is answered; later than its timeout: it is lost, and its answer late.
inline ScriptedAnswer reply_after(std::chrono::nanoseconds time)
{
    return {.kind = ScriptedAnswer::Kind::reply, .after = time};
}
/// There is no answer.
inline ScriptedAnswer no_answer() { return {}; }
/// A router answers with an ICMP or ICMPv6 error: of ICMP, 3 and 1 say that the host is unreachable.
inline ScriptedAnswer icmp_error(boost::asio::ip::address router, std::uint8_t type, std::uint8_t code,
                                 std::chrono::nanoseconds after = std::chrono::milliseconds{1})
{
    return {.kind = ScriptedAnswer::Kind::icmp_error, .after = after, .from = router, .type = type, .code = code};
}
/// A router says that the probe's TTL or hop limit has ended there: a hop of a path.
inline ScriptedAnswer time_exceeded(boost::asio::ip::address router,
                                    std::chrono::nanoseconds after = std::chrono::milliseconds{1})
{
    return icmp_error(router, router.is_v4() ? 11 : 3, 0, after);
}
/// This host can't send it.
inline ScriptedAnswer send_error(boost::system::error_code why)
{
    return {.kind = ScriptedAnswer::Kind::send_error, .send_error = why};
}

}  // namespace libnet::inline v0::testing
