// The compiled half of libnet/tracer.hpp.
#include <libnet/impl/trace_session.ipp>
#include <libnet/impl/tracer.ipp>
