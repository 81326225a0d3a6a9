#pragma once

#include <libnet/base/text.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/proxy/egress_limit.hpp>

#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace libnet::inline v0::engine {

namespace detail {

LIBNETXX_DECL std::optional<std::chrono::seconds> limit_period(std::string_view text) noexcept
{
    using namespace std::chrono;
    constexpr std::pair<std::string_view, seconds> periods[]{
        {"s", seconds{1}}, {"min", minutes{1}}, {"hour", hours{1}}, {"day", days{1}}, {"week", weeks{1}}};
    for (const auto& [name, period] : periods)
        if (text == name) return period;
    return std::nullopt;
}

LIBNETXX_DECL std::optional<std::uint64_t> limit_number(std::string_view text) noexcept
{
    constexpr std::string_view units = "kmgt";
    const auto unit = text.empty() ? units.npos : units.find(base::to_lower(text.back()));
    const auto number = base::parse_number<std::uint64_t>(text.substr(0, text.size() - (unit == units.npos ? 0 : 1)));
    const auto shift = unit == units.npos ? 0U : 10U * static_cast<unsigned>(unit + 1);
    constexpr auto most = std::uint64_t{1} << 60;
    if (!number || *number == 0 || *number > most >> shift) return std::nullopt;
    return *number << shift;
}

}  // namespace detail

LIBNETXX_DECL LimitAmount parse_limit_amount(std::string_view text)
{
    const auto slash = text.find('/');
    const auto amount = detail::limit_number(text.substr(0, slash));
    const auto period = slash == text.npos ? std::nullopt : detail::limit_period(text.substr(slash + 1));
    if (!amount || !period)
        throw std::invalid_argument{
            "'" + std::string{text} +
            "' is no limit: give one like 10G/day or 100/min; periods are s, min, hour, day, week"};
    return {*amount, *period};
}

LIBNETXX_DECL std::uint64_t limit_key(const base::SipKey& seed, LimitPer per, std::string_view client, bool is_user,
                                      std::string_view target)
{
    const bool has_client = per == LimitPer::client || per == LimitPer::client_and_target;
    const bool has_target = per == LimitPer::target || per == LimitPer::client_and_target;
    // No user can pass for an address, and no name for the end of another: the length stands in front.
    std::string text;
    if (has_client) text.append(is_user ? "u" : "a").append(std::to_string(client.size())).append(":").append(client);
    if (has_target) text.append(target);
    return base::siphash(seed, std::as_bytes(std::span{text}));
}

}  // namespace libnet::inline v0::engine
