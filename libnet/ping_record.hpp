#pragma once
// What routers have written into the headers of an IcmpPinger's packets: see PingOptions::record.

#include <libnet/wire/ip/ipv4_options.hpp>

namespace libnet::inline v0 {

/// What routers shall write into the headers of an IcmpPinger's IPv4 packets.
using PingRecord = wire::Ipv4Record;

// The octets of `PingReply::ip_options`, and what `decode_ipv4_options` makes of them:
using wire::decode_ipv4_options;
using wire::Ipv4Option;
using wire::Ipv4OptionOctets;
using Ipv4NoOperation = wire::NoOperation;      ///< one octet that fills a place
using Ipv4RecordedRoute = wire::RecordedRoute;  ///< addresses that the packet's routers wrote down
using Ipv4RecordedTime = wire::RecordedTime;    ///< a time that one of them wrote down
using Ipv4RecordedTimes = wire::RecordedTimes;  ///< all of them
using Ipv4SourceRoute = wire::SourceRoute;      ///< the addresses that a source-routed packet has passed
using wire::UnknownIpv4Option;

// What `PingOptions::ip_options` may be:
using wire::encode_ipv4_prespecified_times;
using wire::encode_ipv4_source_route;

}  // namespace libnet::inline v0
