#pragma once
// MD5, RFC 1321: broken as a signature, and still what old formats are made of.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace libnet::inline v0::base {

using Md5Digest = std::array<unsigned char, 16>;

namespace detail {

/// The additive constants of section 3.4: floor(2^32 * abs(sin(i + 1))).
inline constexpr std::array<std::uint32_t, 64> md5_sines{
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

/// How far each round rotates, by turns.
inline constexpr std::array<std::array<int, 4>, 4> md5_turns{
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};

using Md5State = std::array<std::uint32_t, 4>;

inline void md5_block(Md5State& state, std::string_view block) noexcept
{
    std::array<std::uint32_t, 16> words{};
    for (std::size_t i = 0; i < 64; ++i)
        words[i / 4] |= static_cast<std::uint32_t>(static_cast<unsigned char>(block[i])) << (8 * (i % 4));
    auto [a, b, c, d] = state;
    for (std::size_t i = 0; i < 64; ++i) {
        const auto round = i / 16;
        const std::array<std::uint32_t, 4> mixed{(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)};
        const std::array<std::size_t, 4> word{i, (5 * i + 1) % 16, (3 * i + 5) % 16, (7 * i) % 16};
        const auto sum = a + mixed[round] + md5_sines[i] + words[word[round]];
        a = d;
        d = c;
        c = b;
        b += std::rotl(sum, md5_turns[round][i % 4]);
    }
    state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
}

}  // namespace detail

/// The digest of a text.
inline Md5Digest md5(std::string_view text)
{
    std::string last{text.substr(text.size() / 64 * 64)};
    last += '\x80';
    while (last.size() % 64 != 56) last += '\0';
    for (std::uint64_t bits = 8 * std::uint64_t{text.size()}, i = 0; i < 8; ++i)
        last += static_cast<char>(bits >> (8 * i) & 0xFF);

    detail::Md5State state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    for (; text.size() >= 64; text.remove_prefix(64)) detail::md5_block(state, text);
    for (std::size_t at = 0; at < last.size(); at += 64) detail::md5_block(state, std::string_view{last}.substr(at));

    Md5Digest digest;
    for (std::size_t i = 0; i < 16; ++i) digest[i] = static_cast<unsigned char>(state[i / 4] >> (8 * (i % 4)) & 0xFF);
    return digest;
}

}  // namespace libnet::inline v0::base
