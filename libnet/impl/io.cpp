#include <libnet/io/impl/deadline.ipp>
#include <libnet/io/impl/tcp_server.ipp>
