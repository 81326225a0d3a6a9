#pragma once
// Host names in other letters than ASCII's.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#if defined(LIBNETXX_IDN)
#  include <idn2.h>
#endif

namespace libnet::inline v0::wire {

/// The name as name servers know it: one in UTF-8 by IDNA 2008 (RFC 5891), with the non-transitional mapping of UTS 46, as
/// browsers and curl have it; one in ASCII as it is. nullopt: it is no such name, or libnet is built without libidn2.
inline std::optional<std::string> ascii_host_name(const std::string& name)
{
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (std::ranges::all_of(name, is_ascii)) return name;
    if (name.find('\0') != name.npos) return std::nullopt;
#if defined(LIBNETXX_IDN)
    char* converted = nullptr;
    const int status = idn2_to_ascii_8z(name.c_str(), &converted, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const std::unique_ptr<char, void (*)(void*)> owner{converted, &idn2_free};
    if (status != IDN2_OK) return std::nullopt;
    // Some of Unicode's characters are mapped to '@', '/' or ':', and libidn2's own rules against that leave them out.
    const std::string ascii{converted};
    const auto is_of_name = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == '_';
    };
    if (std::ranges::all_of(ascii, is_of_name)) return ascii;
#endif
    return std::nullopt;
}

}  // namespace libnet::inline v0::wire
