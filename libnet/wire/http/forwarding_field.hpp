#pragma once
// Where proxies say whose a request is: libnet/wire/http/forwarded.hpp reads it.

#include <cstdint>

namespace libnet::inline v0::wire {

/// Which field the proxies in front of a server write. Only one of them counts: the other may have come from the client,
/// through a proxy that doesn't know it.
enum class ForwardingField : std::uint8_t {
    x_forwarded_for,  ///< X-Forwarded-For: addresses, parted by commas; what most proxies write
    forwarded,        ///< Forwarded: elements such as `for="[2001:db8::1]:4711";proto=https` (RFC 7239)
};

}  // namespace libnet::inline v0::wire
