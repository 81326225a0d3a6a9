// The compiled half of libnet/node_inquiry.hpp.
#include <libnet/impl/query/node_inquiry.ipp>
#include <libnet/impl/query/node_inquiry_session.ipp>
