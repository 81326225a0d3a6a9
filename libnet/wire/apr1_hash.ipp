#pragma once

#include <libnet/base/md5.hpp>
#include <libnet/wire/apr1_hash.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace libnet::inline v0::wire {

namespace detail {

LIBNETXX_DECL std::string md5_text(std::string_view text)
{
    const auto digest = base::md5(text);
    return {digest.begin(), digest.end()};
}

/// The digest in crypt(3)'s alphabet, with its octets in the order that MD5-crypt has.
LIBNETXX_DECL void append_crypt64(std::string& text, const std::string& digest)
{
    constexpr std::string_view alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const auto octet = [&digest](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(digest[i])}; };
    const auto append = [&](std::uint32_t bits, int digits) {
        for (; digits > 0; --digits, bits >>= 6) text += alphabet[bits & 63];
    };
    for (std::size_t i = 0; i < 4; ++i) append(octet(i) << 16 | octet(i + 6) << 8 | octet(i + 12), 4);
    append(octet(4) << 16 | octet(10) << 8 | octet(5), 4);
    append(octet(11), 2);
}

}  // namespace detail

LIBNETXX_DECL std::string apr1_hash(std::string_view password, std::string_view salt)
{
    constexpr std::string_view magic = "$apr1$";
    constexpr std::size_t digest_size = 16;
    const std::string key{password};
    salt = salt.substr(0, 8);

    const auto alternate = detail::md5_text(key + std::string{salt} + key);
    std::string text = key;
    text += magic;
    text += salt;
    for (std::size_t left = key.size(); left > 0; left -= std::min(left, digest_size))
        text.append(alternate, 0, std::min(left, digest_size));
    for (std::size_t bits = key.size(); bits > 0; bits >>= 1) text += (bits & 1) != 0 ? '\0' : key.front();
    auto digest = detail::md5_text(text);

    for (unsigned round = 0; round < 1000; ++round) {
        text = round % 2 != 0 ? key : digest;
        if (round % 3 != 0) text += salt;
        if (round % 7 != 0) text += key;
        text += round % 2 != 0 ? digest : key;
        digest = detail::md5_text(text);
    }

    std::string hash{magic};
    hash += salt;
    hash += '$';
    detail::append_crypt64(hash, digest);
    return hash;
}

}  // namespace libnet::inline v0::wire
