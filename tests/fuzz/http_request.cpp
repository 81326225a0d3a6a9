// Any bytes as a request head, at once and in two pieces: the verdict is the same, and within the limits.

#include <libnet/wire/http/http_request_parser.hpp>

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
    constexpr HttpLimits limits{.request_line = 200, .head = 1000, .fields = 10};
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    RequestParser parser{limits};
    RequestHead whole, cut;
    const auto at_once = parser.parse(bytes, whole);
    parser.reset();
    const std::string first{bytes.substr(0, size / 2)};
    auto in_pieces = parser.parse(first, cut);
    if (in_pieces && *in_pieces == 0) in_pieces = parser.parse(bytes, cut);
    require(in_pieces == at_once);
    if (!at_once || *at_once == 0) return 0;

    require(*at_once <= size && *at_once <= limits.head && whole.fields.size() <= limits.fields);
    require(whole.fields == cut.fields && whole.body == cut.body && whole.authority == cut.authority);
    require(whole.authority.host.empty() || parse_authority(to_string(whole.authority)) == whole.authority);
    return 0;
}
