// The compiled half of libnet/narrow_links.hpp.
#include <libnet/impl/query/narrow_links.ipp>
