// Any octets as a PROXY header: an answer doesn't change when more comes, and what is written anew is read as the same.

#include <libnet/wire/proxy/proxy_protocol.hpp>

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
    const auto whole = parse_proxy_header(bytes);
    if (!whole) return 0;
    if (!*whole) {
        require(size < max_proxy_header);
        return 0;
    }
    const auto& [header, consumed] = **whole;
    require(consumed > 0 && consumed <= size && consumed <= max_proxy_header);
    const std::string exactly{bytes.substr(0, consumed)}, less{bytes.substr(0, consumed - 1)};
    const auto again = parse_proxy_header(exactly), before = parse_proxy_header(less);
    require(again && *again && **again == **whole);
    require(before && !*before);

    auto expected = header;
    if (expected.authority.size() > 255) expected.authority.resize(255);
    std::string v1, v2;
    append_proxy_header_v2(v2, expected);
    if (!expected.is_proxied) expected = {};
    require((*parse_proxy_header(v2))->header == expected);
    append_proxy_header_v1(v1, expected);
    expected.authority.clear();
    require((*parse_proxy_header(v1))->header == expected);
    return 0;
}
