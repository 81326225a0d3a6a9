// The compiled half of libnet/tracer.hpp.
#include <libnet/impl/trace/trace_channel.ipp>
#include <libnet/impl/trace/trace_channel_read.ipp>
#include <libnet/impl/trace/trace_channel_send.ipp>
#include <libnet/impl/trace/trace_session.ipp>
#include <libnet/impl/trace/tracer.ipp>
