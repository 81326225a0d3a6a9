// The compiled half of libnet/forward_proxy.hpp.
#include <libnet/impl/forward_proxy.ipp>
