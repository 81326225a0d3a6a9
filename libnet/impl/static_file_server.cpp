// The compiled half of StaticFileServer.
#include <libnet/impl/file_decision.ipp>
#include <libnet/impl/file_session.ipp>
#include <libnet/impl/file_session_answers.ipp>
#include <libnet/impl/request_guard.ipp>
#include <libnet/impl/static_file_server.ipp>
