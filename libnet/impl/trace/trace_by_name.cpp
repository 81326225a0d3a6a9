// What the compiled Tracer does with names. Who traces addresses only doesn't link it.
#include <libnet/impl/trace/trace_by_name.ipp>
