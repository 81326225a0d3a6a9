#include <libnet/io/access/egress_control.ipp>
#include <libnet/io/access/egress_limiter.ipp>
#include <libnet/io/connect/connector.ipp>
