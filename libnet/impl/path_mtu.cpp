// The compiled half of libnet/path_mtu.hpp.
#include <libnet/impl/path_mtu.ipp>
#include <libnet/impl/path_mtu_session.ipp>
