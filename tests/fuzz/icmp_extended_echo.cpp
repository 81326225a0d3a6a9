// Any bytes as an extended echo message, from its ICMP header on: what is read stays inside of the bytes, and what is
// written is read back as it was.

#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/icmp/icmp_extended_echo.hpp>

#include <algorithm>
#include <cstdlib>
#include <vector>

using namespace libnet::wire;

namespace {

void require(bool condition)
{
    if (!condition) std::abort();
}

void read_request(IpVersion version, std::span<const std::byte> message)
{
    const auto request = decode_extended_echo_request(version, message);
    if (!request) return;
    const auto quoted = decode_quoted_extended_echo_request(version, message);
    require(quoted && quoted->identifier == request->identifier && quoted->sequence == request->sequence);
    require(!interface_text(request->interface).empty());
    if (const auto* name = std::get_if<std::string>(&request->interface); name != nullptr && name->size() > 255) return;
    for (const auto form : {NameForm::padded, NameForm::exact}) {
        const auto back = decode_extended_echo_request(version, encode_extended_echo_request(version, *request, form));
        require(back && *back == *request);
    }
}

void read_reply(IpVersion version, std::span<const std::byte> message)
{
    const auto reply = decode_extended_echo_reply(version, message);
    if (!reply) return;
    require(reply->payload.size() == message.size() - icmp_header_size);
    require(!extended_echo_words(reply->code).empty() && !neighbour_words(reply->neighbour).empty());
    const auto again = encode_extended_echo_reply(version, *reply);
    const auto back = decode_extended_echo_reply(version, again);
    require(back && back->identifier == reply->identifier && back->sequence == reply->sequence);
    require(back->code == reply->code && back->neighbour == reply->neighbour && back->active == reply->active);
    require(back->ipv4 == reply->ipv4 && back->ipv6 == reply->ipv6);
    require(std::ranges::equal(back->payload, reply->payload));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto message = std::as_bytes(std::span{data, size});
    for (const auto version : {IpVersion::v4, IpVersion::v6}) {
        read_request(version, message);
        read_reply(version, message);
    }
    return 0;
}
