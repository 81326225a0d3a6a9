// Any bytes as a response head, at once and in two pieces: the verdict is the same, and within the limits.

#include <libnet/wire/http/http_response_parser.hpp>

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
    for (const std::string_view method : {"GET", "HEAD", "CONNECT"}) {
        ResponseParser parser{limits}, other{limits};
        ResponseHead whole, cut;
        const auto at_once = parser.parse(bytes, method, whole);
        const std::string first{bytes.substr(0, size / 2)};
        auto in_pieces = other.parse(first, method, cut);
        if (in_pieces && *in_pieces == 0) in_pieces = other.parse(bytes, method, cut);
        require(in_pieces == at_once);
        if (!at_once || *at_once == 0) continue;

        require(*at_once <= size && *at_once <= limits.head && whole.fields.size() <= limits.fields);
        require(whole.fields == cut.fields && whole.body == cut.body && whole.keep_alive == cut.keep_alive);
        require(whole.repairs == cut.repairs && whole.content_length == cut.content_length);
        for (const auto& [name, value] : whole.fields) require(value.find_first_of("\r\n") == value.npos);
        require(whole.status >= 100 && whole.status <= 599);
    }
    return 0;
}
