// The compiled half of libnet/privileges.hpp and libnet/sandbox.hpp.
#include <libnet/impl/daemon/privileges.ipp>
#include <libnet/impl/daemon/sandbox.ipp>
