// What the compiled IcmpPinger does with names. Who pings addresses only doesn't link it.
#include <libnet/impl/ping/target_names.ipp>
