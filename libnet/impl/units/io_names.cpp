#include <libnet/io/dns/ares_channel.ipp>
#include <libnet/io/dns/resolver.ipp>
#include <libnet/io/dns/shared_resolver.ipp>
#include <libnet/io/dns/text_lookups.ipp>
