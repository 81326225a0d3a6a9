#pragma once
// How much of an HTTP message is read before it is refused.

#include <libnet/wire/http/http_limits.hpp>

namespace libnet::inline v0 {

using wire::HttpLimits;  ///< bounds of one message

}  // namespace libnet::inline v0
