// The compiled half of libnet/wire.
#include <libnet/wire/impl/authority.ipp>
#include <libnet/wire/impl/etag.ipp>
#include <libnet/wire/impl/hop_by_hop.ipp>
#include <libnet/wire/impl/http_chunked.ipp>
#include <libnet/wire/impl/http_date.ipp>
#include <libnet/wire/impl/http_error.ipp>
#include <libnet/wire/impl/http_field_section.ipp>
#include <libnet/wire/impl/http_framing.ipp>
#include <libnet/wire/impl/http_range.ipp>
#include <libnet/wire/impl/http_request_parser.ipp>
#include <libnet/wire/impl/http_response_parser.ipp>
#include <libnet/wire/impl/http_target.ipp>
#include <libnet/wire/impl/icmp.ipp>
#include <libnet/wire/impl/ipv4.ipp>
#include <libnet/wire/impl/ipv6.ipp>
#include <libnet/wire/impl/mime.ipp>
#include <libnet/wire/impl/uri_path.ipp>
