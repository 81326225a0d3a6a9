#pragma once
// Makes inputs that are nearly right from inputs that are.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace live {

/// The random numbers of one input. The same seed and number make the same input, whatever happened before.
class Dice {
public:
    Dice(std::uint64_t seed, std::uint64_t number) : engine_{seed * 0x9E37'79B9'7F4A'7C15ULL + number} {}

    /// 0 to `end - 1`; 0 where `end` is 0.
    std::size_t below(std::size_t end) { return end == 0 ? 0 : static_cast<std::size_t>(engine_() % end); }
    bool once_in(std::size_t times) { return below(times) == 0; }

private:
    std::mt19937_64 engine_;
};

/// What HTTP, SOCKS and what stands before them, and those who read it, may stumble over.
inline constexpr std::array<std::string_view, 56> dictionary{"\r\n",
                                                             "\n",
                                                             "\r",
                                                             "\r\n\r\n",
                                                             " ",
                                                             "\t",
                                                             ":",
                                                             ";",
                                                             ",",
                                                             "%2F",
                                                             "%00",
                                                             "%2e%2e/",
                                                             "../",
                                                             "//",
                                                             "HTTP/1.1",
                                                             "HTTP/1.0",
                                                             "HTTP/2.0",
                                                             "Host: a\r\n",
                                                             "Content-Length: 5\r\n",
                                                             "Content-Length: 18446744073709551615\r\n",
                                                             "Transfer-Encoding: chunked\r\n",
                                                             "Transfer-Encoding: gzip, chunked\r\n",
                                                             "Expect: 100-continue\r\n",
                                                             "Connection: close\r\n",
                                                             "Connection: keep-alive, Upgrade\r\n",
                                                             "Upgrade: h2c\r\n",
                                                             "Range: bytes=0-0,2-4,-1\r\n",
                                                             "Range: bytes=9223372036854775807-\r\n",
                                                             "If-None-Match: *\r\n",
                                                             "If-Range: \"a\"\r\n",
                                                             "Accept-Encoding: gzip, br;q=0.5, identity;q=0\r\n",
                                                             "Authorization: Basic YWxpY2U6c2VjcmV0\r\n",
                                                             "Authorization: Basic bWFsbG9yeTp3cm9uZw==\r\n",
                                                             "Sec-Fetch-Mode: navigate\r\n",
                                                             "0\r\n\r\n",
                                                             "ffffffffffffffff\r\n",
                                                             "-1",
                                                             "*",
                                                             "\"",
                                                             "GET ",
                                                             "HEAD ",
                                                             "POST ",
                                                             "CONNECT ",
                                                             "OPTIONS * ",
                                                             "PROXY TCP4 ",
                                                             "PROXY UNKNOWN\r\n",
                                                             "X-Forwarded-For: 192.0.2.1\r\n",
                                                             "Forwarded: for=\"[2001:db8::1]\"\r\n",
                                                             "Proxy-Authorization: Basic YWxpY2U6c2VjcmV0\r\n",
                                                             "Upgrade: websocket\r\n",
                                                             "Via: 1.1 a, 1.1 b\r\n",
                                                             "Max-Forwards: 0\r\n",
                                                             "Accept: application/json\r\n",
                                                             std::string_view{"\5\1\0\3", 4},
                                                             std::string_view{"\4\1\0\120\0\0\0\1", 8},
                                                             std::string_view{"\x88\x82\1\2\3\4", 6}};

/// Changes an input in a few places. `others` are good inputs, of which pieces get in.
inline std::string mutate(std::string input, const std::vector<std::string>& others, Dice& dice)
{
    constexpr std::size_t longest = 200'000;
    for (auto changes = dice.below(6); changes > 0; --changes) {
        const auto at = dice.below(input.size() + 1);
        const auto length = std::min(dice.below(64), input.size() - at);
        switch (dice.below(8)) {
        case 0:
            if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << dice.below(8)));
            break;
        case 1:
            input.insert(at, std::string(1 + dice.below(4), static_cast<char>(dice.below(256))));
            break;
        case 2:
            input.erase(at, length);
            break;
        case 3:
            input.insert(at, input.substr(at, length));
            break;
        case 4:
            input.insert(at, dictionary[dice.below(dictionary.size())]);
            break;
        case 5:
            input.replace(at, length, dictionary[dice.below(dictionary.size())]);
            break;
        case 6: {
            const auto& other = others[dice.below(others.size())];
            const auto from = dice.below(other.size());
            input.insert(at, other.substr(from, dice.below(200)));
            break;
        }
        default:  // much of something
            input.insert(at, std::string(dice.once_in(10) ? 70'000 : 3000, static_cast<char>(dice.below(256))));
        }
        if (input.size() > longest) input.resize(longest);
    }
    return input;
}

}  // namespace live
