#pragma once
// Names as targets of IcmpPinger and Tracer: `pinger.add("example.org")`, `tracer.trace("example.org")`. Who uses the compiled
// library needs this header no more than any other one's bodies; header-only programs include it where they use names, so
// that all others need no c-ares.

#include <libnet/icmp_pinger.hpp>
#include <libnet/name_lookup.hpp>
#include <libnet/tracer.hpp>

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/ping/target_names.ipp>
#  include <libnet/impl/trace/trace_by_name.ipp>
#endif
