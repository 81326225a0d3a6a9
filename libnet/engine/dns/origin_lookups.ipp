#pragma once
// Bodies of libnet/engine/dns/origin_lookups.hpp.

#include <libnet/engine/dns/origin_lookups.hpp>

#include <algorithm>
#include <utility>

namespace libnet::inline v0::engine {

LIBNETXX_DECL OriginLookups::Address OriginLookups::neighbourhood_of(const Address& address)
{
    if (address.is_v4()) return boost::asio::ip::address_v4{address.to_v4().to_uint() & 0xFFFFFF00U};
    auto octets = address.to_v6().to_bytes();
    std::fill(octets.begin() + 6, octets.end(), static_cast<unsigned char>(0));
    return boost::asio::ip::address_v6{octets};
}

LIBNETXX_DECL std::optional<std::string> OriginLookups::look_up(const Address& address)
{
    if (!wire::may_have_origin(address) || find(address) != nullptr || asked_.size() == most) return std::nullopt;
    if (!asked_.try_emplace(neighbourhood_of(address), false).second) return std::nullopt;
    return wire::origin_question(address);
}

LIBNETXX_DECL void OriginLookups::on_answer(const Address& address, std::span<const std::string> records)
{
    const auto asked = asked_.find(neighbourhood_of(address));
    if (asked == asked_.end()) return;
    asked->second = true;
    // Of several prefixes the longest one is the route: its text is the most specific, and comes in any order.
    for (const auto& record : records) {
        auto origin = wire::parse_origin(record, address);
        if (!origin || known_.size() == most) continue;
        if (std::ranges::find(known_, origin->prefix, &wire::AddressOrigin::prefix) == known_.end())
            known_.push_back(*std::move(origin));
    }
}

LIBNETXX_DECL const wire::AddressOrigin* OriginLookups::find(const Address& address) const
{
    const wire::AddressOrigin* best = nullptr;
    for (const auto& origin : known_)
        if (origin.prefix.contains(address) && (!best || origin.prefix_length > best->prefix_length)) best = &origin;
    return best;
}

LIBNETXX_DECL bool OriginLookups::is_settled(const Address& address) const
{
    const auto asked = asked_.find(neighbourhood_of(address));
    return asked == asked_.end() || asked->second;
}

}  // namespace libnet::inline v0::engine
