// The compiled half of libnet/http_handlers.hpp and websocket_handlers.hpp. Beast is included here, and nowhere else in the library.
#include <libnet/impl/handlers/endpoint_handlers.ipp>
#include <libnet/impl/handlers/handed_connection.ipp>
#include <libnet/impl/handlers/handler_answers.ipp>
#include <libnet/impl/handlers/handler_files.ipp>
#include <libnet/impl/handlers/handler_job.ipp>
#include <libnet/impl/handlers/handler_requests.ipp>
#include <libnet/impl/handlers/handler_tunnel.ipp>
#include <libnet/impl/handlers/handler_tunnels.ipp>
#include <libnet/impl/handlers/http_handlers.ipp>
#include <libnet/impl/handlers/websocket_group.ipp>
#include <libnet/impl/handlers/websocket_handlers.ipp>
