// The compiled PingDispatcher and PingExporter.
#include <libnet/impl/ping/ping_dispatcher.ipp>
#include <libnet/impl/ping/ping_exporter.ipp>
