// The compiled half of libnet/interface_probe.hpp.
#include <libnet/impl/interface_probe.ipp>
