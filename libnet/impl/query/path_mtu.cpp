// The compiled half of libnet/path_mtu.hpp.
#include <libnet/impl/query/path_mtu.ipp>
#include <libnet/impl/query/path_mtu_session.ipp>
