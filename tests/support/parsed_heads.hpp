#pragma once
// Heads for the tests of the proxy's engines, parsed from what would come over the wire.

#include <libnet/wire/http/http_request_parser.hpp>
#include <libnet/wire/http/http_response_parser.hpp>
#include <tests/support/catch.hpp>

#include <string>
#include <utility>

namespace libnet::test {

/// A request and the bytes that its views point into.
struct ParsedRequest {
    explicit ParsedRequest(std::string head) : bytes{std::move(head)}
    {
        const auto size = wire::RequestParser{}.parse(bytes, request);
        REQUIRE(size.has_value());
        REQUIRE(*size == bytes.size());
    }
    ParsedRequest(const ParsedRequest&) = delete;
    ParsedRequest& operator=(const ParsedRequest&) = delete;

    std::string bytes;
    wire::RequestHead request;
};

/// A response to a request with this method.
struct ParsedResponse {
    explicit ParsedResponse(std::string head, std::string_view method = "GET") : bytes{std::move(head)}
    {
        const auto size = wire::ResponseParser{}.parse(bytes, method, response);
        REQUIRE(size.has_value());
        REQUIRE(*size == bytes.size());
    }
    ParsedResponse(const ParsedResponse&) = delete;
    ParsedResponse& operator=(const ParsedResponse&) = delete;

    std::string bytes;
    wire::ResponseHead response;
};

}  // namespace libnet::test
