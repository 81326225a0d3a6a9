// The compiled AccessLog and its formats.
#include <libnet/impl/server/access_line.ipp>
#include <libnet/impl/server/access_log.ipp>
#include <libnet/impl/server/access_log_format.ipp>
#include <libnet/impl/server/server_admin.ipp>
