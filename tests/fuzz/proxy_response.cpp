// Any bytes as an answer to the proxy: what it sends on has the framing that was planned.

#include <libnet/engine/proxy/proxy_head.hpp>
#include <libnet/wire/http/hop_by_hop.hpp>
#include <libnet/wire/http/http_response_parser.hpp>

#include <cstdlib>
#include <string>

using namespace libnet;

namespace {

void require(bool condition)
{
    if (!condition) std::abort();
}

void forward(const wire::ResponseHead& response, std::string_view method, wire::HttpVersion version)
{
    wire::RequestHead request;
    request.method = method;
    request.version = version;
    request.keep_alive = true;
    const auto plan = engine::plan_response(request, response, true);
    std::string out;
    if (response.status < 200) engine::append_forwarded_interim(out, response, "us");
    else engine::append_forwarded_response(out, response, plan, "us", "Sun, 06 Nov 1994 08:49:37 GMT");

    wire::ResponseHead forwarded;
    const auto understood = wire::ResponseParser{}.parse(out, method, forwarded);
    require(understood && *understood == out.size());
    require(forwarded.status == response.status && forwarded.body.kind == plan.body);
    require(forwarded.body.length == (plan.body == wire::BodyFraming::Kind::length ? response.body.length : 0));
    require(forwarded.body.kind != wire::BodyFraming::Kind::until_close || !forwarded.keep_alive);
    require(!forwarded.fields.find("Proxy-Authenticate") && !forwarded.fields.find("Upgrade"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    for (const std::string_view method : {"GET", "HEAD"}) {
        wire::ResponseHead response;
        wire::ResponseParser parser{{.request_line = 4000, .head = 16000, .fields = 90}};
        const auto parsed = parser.parse(bytes, method, response);
        if (!parsed || *parsed == 0 || !wire::HopByHop::read(response.fields)) return 0;
        forward(response, method, wire::HttpVersion::http_1_1);
        forward(response, method, wire::HttpVersion::http_1_0);
    }
    return 0;
}
