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
/// browsers and curl have it, where a name in other letters has no ASCII but letters, digits and hyphens: some of Unicode's are another
/// '@' or '/'. One in ASCII as it is. nullopt: it is no such name, or libnet is built without libidn2.
inline std::optional<std::string> ascii_host_name(const std::string& name)
{
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (std::ranges::all_of(name, is_ascii)) return name;
    if (name.find('\0') != name.npos) return std::nullopt;
#if defined(LIBNETXX_IDN)
    char* converted = nullptr;
    constexpr int rules = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES;
    const int status = idn2_to_ascii_8z(name.c_str(), &converted, rules);
    const std::unique_ptr<char, void (*)(void*)> owner{converted, &idn2_free};
    if (status == IDN2_OK) return std::string{converted};
#endif
    return std::nullopt;
}

}  // namespace libnet::inline v0::wire
