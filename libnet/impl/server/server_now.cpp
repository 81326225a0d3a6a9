// The compiled ServerNow: every server has one, and none needs the rest of this room for it.
#include <libnet/impl/server/server_now.ipp>
