#include <libnet/io/access/access_control.ipp>
#include <libnet/io/access/authenticator.ipp>
#include <libnet/io/access/request_guard.ipp>
#include <libnet/io/access/token_file.ipp>
