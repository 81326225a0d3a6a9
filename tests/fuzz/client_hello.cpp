// Any octets as the beginning of a TLS connection: a verdict doesn't change when more comes, and names are host names.

#include <libnet/wire/http/host_name.hpp>
#include <libnet/wire/tls/client_hello.hpp>

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
    const auto whole = read_client_hello(bytes);
    require(whole.server_name.empty() || (whole.kind == ClientHelloKind::complete && is_host_name(whole.server_name)));
    for (const auto part : {size / 4, size / 2, size - size / 8}) {
        const std::string prefix{bytes.substr(0, part)};
        const auto sooner = read_client_hello(prefix);
        require(sooner == whole || sooner.kind == ClientHelloKind::incomplete);
    }
    const auto more = read_client_hello(std::string{bytes} + "\x17\3\3");
    require(more == whole || whole.kind == ClientHelloKind::incomplete);
    return 0;
}
