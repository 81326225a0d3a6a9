#include <libnet/io/impl/deadline.ipp>
#include <libnet/io/impl/tcp_server.ipp>
#include <libnet/io/impl/control_data.ipp>
#include <libnet/io/impl/error_queue.ipp>
#include <libnet/io/impl/ares_channel.ipp>
#include <libnet/io/impl/resolver.ipp>
