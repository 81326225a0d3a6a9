// The compiled IcmpPinger.
#include <libnet/impl/icmp_pinger.ipp>
#include <libnet/impl/ping_driver.ipp>
