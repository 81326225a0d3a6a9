// The compiled AddressOrigins, NameKeeper and ReverseNames.
#include <libnet/impl/dns/address_origins.ipp>
#include <libnet/impl/dns/name_keeper.ipp>
#include <libnet/impl/dns/reverse_names.ipp>
