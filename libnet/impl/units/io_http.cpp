#include <libnet/io/http/client_sources.ipp>
#include <libnet/io/http/gzip_stream.ipp>
#include <libnet/io/http/http_endpoint.ipp>
#include <libnet/io/http/http_session.ipp>
#include <libnet/io/http/http_session_events.ipp>
#include <libnet/io/http/http_session_waits.ipp>
#include <libnet/io/http/response_writer.ipp>
