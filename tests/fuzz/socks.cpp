// Any octets as each part of a SOCKS conversation: an answer doesn't change when more comes, and lies in what came.

#include <libnet/wire/dns/idn.hpp>
#include <libnet/wire/socks/socks4.hpp>
#include <libnet/wire/socks/socks5.hpp>

#include <cstdlib>
#include <string>

using namespace libnet::wire;

namespace {

void require(bool condition)
{
    if (!condition) std::abort();
}

/// Parses every prefix: nothing, and nothing, then the part, which is then the same for ever; or an error.
template <typename Parse>
void check(std::string_view bytes, Parse parse, std::size_t longest)
{
    const auto whole = parse(bytes);
    if (!whole) return;
    if (!*whole) {
        require(bytes.size() < longest);
        return;
    }
    const auto consumed = (*whole)->consumed;
    require(consumed > 0 && consumed <= bytes.size() && consumed <= longest);
    const std::string exactly{bytes.substr(0, consumed)}, less{bytes.substr(0, consumed - 1)};
    const auto again = parse(exactly), before = parse(less);
    require(again && *again && **again == **whole);
    require(before && !*before);
}

/// A name may be in UTF-8. What is asked for then is ASCII.
void check_name(const SocksDestination& destination)
{
    require(destination.address || (!destination.name.empty() && destination.name.size() <= 255));
    for (const char c : destination.name) require(static_cast<unsigned char>(c) > ' ' && c != '\x7f');
    const auto asked_for = ascii_host_name(destination.name);
    if (!asked_for || *asked_for == destination.name) return;
    require(asked_for->find_first_of("/\\@:?#[]%") == std::string::npos);
    for (const char c : *asked_for) require(c > ' ' && c < '\x7f');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    check(bytes, parse_socks4_request, 520);
    check(bytes, parse_socks5_greeting, 257);
    check(bytes, parse_socks5_login, 513);
    check(bytes, parse_socks5_request, 262);
    if (const auto request = parse_socks4_request(bytes); request && *request)
        check_name((*request)->value.destination);
    if (const auto request = parse_socks5_request(bytes); request && *request)
        check_name((*request)->value.destination);
    if (const auto datagram = parse_socks5_datagram(bytes)) {
        require(datagram->data.empty() || datagram->data.data() + datagram->data.size() == bytes.data() + size);
        check_name(datagram->destination);
    }
    return 0;
}
