// The compiled half of StaticFileServer.
#include <libnet/impl/files/file_decision.ipp>
#include <libnet/impl/files/file_known.ipp>
#include <libnet/impl/files/file_requests.ipp>
#include <libnet/impl/files/static_file_server.ipp>
