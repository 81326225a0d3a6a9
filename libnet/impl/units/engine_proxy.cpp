#include <libnet/engine/dns/name_lookups.ipp>
#include <libnet/engine/dns/name_refresh.ipp>
#include <libnet/engine/dns/origin_lookups.ipp>
#include <libnet/engine/dns/question_queue.ipp>
#include <libnet/engine/proxy/proxy_body.ipp>
#include <libnet/engine/proxy/proxy_decision.ipp>
#include <libnet/engine/proxy/proxy_failure.ipp>
#include <libnet/engine/proxy/proxy_head.ipp>
