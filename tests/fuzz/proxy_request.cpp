// Any bytes as a request to the proxy: what it sends on is understood as it was meant, by a reader as strict as ours.

#include <libnet/engine/proxy/proxy_decision.hpp>
#include <libnet/engine/proxy/proxy_head.hpp>
#include <libnet/wire/http/hop_by_hop.hpp>
#include <libnet/wire/http/http_request_parser.hpp>

#include <cstdlib>
#include <string>
#include <variant>

using namespace libnet;

namespace {

void require(bool condition)
{
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    wire::RequestHead request;
    const auto parsed = wire::RequestParser{{.request_line = 4000, .head = 16000, .fields = 90}}.parse(bytes, request);
    if (!parsed || *parsed == 0) return 0;
    const auto decision = engine::decide(request, {.via_name = "us"});
    if (!std::holds_alternative<engine::ProxyForward>(decision)) return 0;

    std::string out;
    engine::append_forwarded_request(out, request, "us");
    wire::RequestHead forwarded;
    const auto understood = wire::RequestParser{}.parse(out, forwarded);
    require(understood && *understood == out.size());
    require(forwarded.method == request.method && forwarded.path.size() >= request.path.size());
    require(forwarded.query == request.query && forwarded.has_query == request.has_query);
    require(forwarded.authority == request.authority && forwarded.body == request.body);
    require(forwarded.keep_alive && forwarded.version == wire::HttpVersion::http_1_1);
    require(wire::has_passed(forwarded.fields, "us"));
    for (const auto* name : {"Connection", "Upgrade", "TE", "Proxy-Authorization"})
        require(!forwarded.fields.find(name));
    return 0;
}
