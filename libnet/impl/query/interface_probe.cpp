// The compiled half of libnet/interface_probe.hpp.
#include <libnet/impl/query/interface_probe.ipp>
