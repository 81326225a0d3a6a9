// The compiled AccessLog and AccessLogBatch.
#include <libnet/impl/server/access_line.ipp>
#include <libnet/impl/server/access_log.ipp>
