#pragma once
// What a ForwardProxy tells while it works, and the JSON Lines for it.

#include <libnet/access_record.hpp>
#include <libnet/config.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace libnet::inline v0 {

/// What has happened to a request.
enum class ProxyEvent : std::uint8_t {
    tunnel,  ///< it has become a tunnel, which begins now; an `end` with the same request id follows
    end,     ///< it is over: answered, refused, or given up; or the tunnel has ended
};

/// Told of each event, on the proxy's thread. `record.forwarding` is there. The views are valid during the call only.
/// What it throws ends the connection.
using ProxyEventHandler = std::function<void(ProxyEvent event, const AccessRecord& record)>;

/// Appends an event as one line of JSON, with its line feed:
///
///     {"v":1,"event":"end","time":"2026-11-28T10:00:08.123Z","id":"5f3a9c1e-2a","client":"10.1.2.3","client_port":4711,
///      "user":"ci","certificate":"ci.example.org","uid":1000,"method":"GET","target":"http://h/","version":"1.1","host":"h","port":80,"verdict":"rule_denied",
///      "rule":"deny to h","line":3,"reported":false,"parent":"corp","upstream":"192.0.2.7","reused":false,"status":403,"sent":312,
///      "received":0,"duration":0.000211,"name":0.0001,"connect":0.00005,"first_byte":0.00005,"reason":"..."}
///
/// without the line breaks; durations are in seconds. `v` is the version of this form: fields may be added to it. What
/// isn't known is left out: user, certificate (the first name in it), uid (of who has connected to a Unix socket), method, host, port, rule, line, parent (the name of a parent proxy), upstream, name,
/// connect, first_byte, reason; a `tunnel` has no sent, received and duration. Texts of clients may hold any octets;
/// those that are no UTF-8 become U+FFFD.
void append_json_line(std::string& line, ProxyEvent event, const AccessRecord& record);

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/proxy/proxy_event.ipp>
#endif
