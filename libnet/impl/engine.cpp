// The compiled half of libnet/engine.
#include <libnet/engine/impl/proxy_answer.ipp>
#include <libnet/engine/impl/proxy_body.ipp>
#include <libnet/engine/impl/proxy_decision.ipp>
#include <libnet/engine/impl/proxy_failure.ipp>
#include <libnet/engine/impl/proxy_head.ipp>
#include <libnet/engine/impl/error_page.ipp>
#include <libnet/engine/impl/file_responder.ipp>
#include <libnet/engine/impl/trace_engine.ipp>
#include <libnet/engine/impl/trace_probes.ipp>
#include <libnet/engine/impl/trace_verdict.ipp>
#include <libnet/engine/impl/ping_engine.ipp>
#include <libnet/engine/impl/ping_events.ipp>
