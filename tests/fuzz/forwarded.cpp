// Any lines as Forwarded and X-Forwarded-For: nothing that stands before an untrusted address changes who the client is.

#include <libnet/wire/http/forwarded.hpp>

#include <cstdlib>
#include <string>

using namespace libnet::wire;

namespace {

void require(bool condition)
{
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    const auto peer = boost::asio::ip::make_address("10.0.0.1"), client = boost::asio::ip::make_address("203.0.113.9");
    const std::vector<Network> trusted{*parse_network("10.0.0.0/8")};
    for (const auto field : {ForwardingField::x_forwarded_for, ForwardingField::forwarded}) {
        const bool is_forwarded = field == ForwardingField::forwarded;
        const auto* const name = is_forwarded ? "Forwarded" : "X-Forwarded-For";
        HttpFields fields;
        fields.add(name, bytes);
        client_address(fields, peer, trusted, field);
        require(client_address(fields, client, trusted, field) == client);
        // The trusted proxy adds a line of its own, or adds to the client's: then it is either understood, or the proxy
        // itself is the answer. Never is it what the client wrote.
        const std::string own = is_forwarded ? "for=203.0.113.9" : "203.0.113.9";
        fields.add(name, own);
        require(client_address(fields, peer, trusted, field) == client);
        HttpFields joined;
        const auto line = std::string{bytes} + ", " + own;
        joined.add(name, line);
        const auto found = client_address(joined, peer, trusted, field);
        require(found == client || (is_forwarded && found == peer));
    }
    return 0;
}
