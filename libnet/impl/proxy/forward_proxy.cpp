// The compiled half of libnet/forward_proxy.hpp.
#include <libnet/impl/proxy/forward_proxy.ipp>
