// The compiled PathWatcher and TraceExporter.
#include <libnet/impl/trace/path_watcher.ipp>
#include <libnet/impl/trace/trace_exporter.ipp>
