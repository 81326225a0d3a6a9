#pragma once
// A small HTTP service inside a program: metrics, health, readiness.

#include <libnet/executor.hpp>
#include <libnet/io/http/http_endpoint.hpp>
#include <libnet/wire/http/http_fields.hpp>

namespace libnet::inline v0 {

using io::HttpEndpoint;         ///< the service
using io::HttpEndpointOptions;  ///< where it listens, and how patient it is
using wire::HttpFields;         ///< the fields of a request

using HttpEndpointRequest = io::EndpointRequest;  ///< what a client asks for
using HttpEndpointAnswer = io::EndpointAnswer;    ///< what it gets
using HttpEndpointHandler = io::EndpointHandler;  ///< answers a request

}  // namespace libnet::inline v0
