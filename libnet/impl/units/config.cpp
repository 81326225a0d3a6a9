#include <libnet/config.ipp>
