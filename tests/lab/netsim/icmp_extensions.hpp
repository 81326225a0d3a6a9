#pragma once
// What follows the quote in an ICMP error: RFC 4884, RFC 4950, RFC 5837.

#include <tests/lab/netsim/packet.hpp>

namespace netsim {

/// Appends the extension structure, with its header; nothing when there are no objects. Broken as asked.
void write_extensions(const Extensions& extensions, Bytes& out);

}  // namespace netsim
