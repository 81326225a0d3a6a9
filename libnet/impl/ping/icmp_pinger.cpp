// The compiled IcmpPinger.
#include <libnet/impl/ping/icmp_pinger.ipp>
#include <libnet/impl/ping/ping_channel.ipp>
#include <libnet/impl/ping/ping_driver.ipp>
