// The compiled half of libnet/wire.
#include <libnet/wire/impl/icmp.ipp>
#include <libnet/wire/impl/ipv4.ipp>
#include <libnet/wire/impl/ipv6.ipp>
#include <libnet/wire/impl/mime.ipp>
#include <libnet/wire/impl/uri_path.ipp>
