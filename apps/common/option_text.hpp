#pragma once
// Values of options as a configuration file would have them: what --print-config shows of defaults.

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace libnet::apps {

/// The text that the option's reader would turn into this value; nothing, where that can't be said of its type, or
/// where there is no value.
template <typename T>
std::optional<std::string> option_text(const T& value)
{
    if constexpr (std::same_as<T, bool>) return value ? "yes" : "no";
    else if constexpr (std::integral<T> || std::floating_point<T>) return fmt::format("{}", value);
    else if constexpr (std::same_as<T, std::string>) return value.empty() ? std::nullopt : std::optional{value};
    else if constexpr (std::same_as<T, boost::asio::ip::address>) return value.to_string();
    else if constexpr (requires { typename T::period; })
        return fmt::format("{}", std::chrono::duration<double>{value}.count());
    else return std::nullopt;
}

/// Texts with commas between them.
template <typename T>
std::optional<std::string> option_text(const std::vector<T>& values)
{
    std::string text;
    for (const auto& value : values)
        if (const auto each = option_text(value)) text += (text.empty() ? "" : ",") + *each;
    return text.empty() ? std::nullopt : std::optional{text};
}

template <typename T>
std::optional<std::string> option_text(const std::optional<T>& value)
{
    return value ? option_text(*value) : std::nullopt;
}

}  // namespace libnet::apps
