#include <libnet/io/access/access_control.ipp>
#include <libnet/io/access/authenticator.ipp>
#include <libnet/io/access/request_guard.ipp>
#include <libnet/io/connect/connector.ipp>
#include <libnet/io/dns/ares_channel.ipp>
#include <libnet/io/dns/resolver.ipp>
#include <libnet/io/dns/shared_resolver.ipp>
#include <libnet/io/dns/text_lookups.ipp>
