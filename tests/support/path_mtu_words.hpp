#pragma once
// What tests of a PathMtuSearch say in short.

#include <tests/support/path_mtu_lab.hpp>

#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

namespace libnet::test::path_mtu_words {

inline constexpr auto v4_host = "198.51.100.9";
inline constexpr auto v6_host = "2001:db8::9";

/// What a router says that is silent, tells no MTU, or always the same one.
inline std::optional<std::uint32_t> nothing(std::uint32_t) { return std::nullopt; }
inline std::optional<std::uint32_t> zero(std::uint32_t) { return 0; }
inline auto always(std::uint32_t mtu)
{
    return [mtu](std::uint32_t) -> std::optional<std::uint32_t> { return mtu; };
}

/// The steps, one word each: "68 65535h 1500" for an answer, one too big here, and an answer; b too big, s silent.
inline std::string story(const std::vector<PathMtuStep>& steps)
{
    std::string text;
    for (const auto& step : steps) {
        constexpr const char* marks[] = {"", "b", "h", "s"};
        if (!text.empty()) text += ' ';
        text += std::to_string(step.size) + marks[static_cast<int>(step.outcome)];
    }
    return text;
}

template <typename Value>
std::string words(const Value& value)
{
    std::ostringstream out;
    out << value;
    return out.str();
}

inline const path_mtu_action::Send& sent_by(const PathMtuAction& action)
{
    return std::get<path_mtu_action::Send>(action);
}

}  // namespace libnet::test::path_mtu_words
