#pragma once
// Bodies of libnet/wire/dns/address_origin.hpp.

#include <libnet/base/text.hpp>
#include <libnet/wire/dns/address_origin.hpp>

#include <algorithm>
#include <array>

namespace libnet::inline v0::wire {

LIBNETXX_DECL std::string AddressOrigin::text() const
{
    std::string text;
    for (const auto system : systems) text += (text.empty() ? "AS" : "/") + std::to_string(system);
    return text;
}

LIBNETXX_DECL std::string origin_question(const asio::ip::address& address)
{
    std::string name;
    if (address.is_v4()) {
        const auto octets = address.to_v4().to_bytes();
        for (auto at = octets.rbegin(); at != octets.rend(); ++at) name += std::to_string(unsigned{*at}) + '.';
        return name + "origin.asn.cymru.com";
    }
    constexpr std::string_view digits = "0123456789abcdef";
    const auto octets = address.to_v6().to_bytes();
    for (std::size_t i = 8; i-- > 0;) {
        name += digits[octets[i] & 0x0FU];
        name += '.';
        name += digits[octets[i] >> 4U];
        name += '.';
    }
    return name + "origin6.asn.cymru.com";
}

LIBNETXX_DECL bool may_have_origin(const asio::ip::address& address) noexcept
{
    const auto in = [&address](const asio::ip::address& network, unsigned bits) {
        return address.is_v4() == network.is_v4() && Network{network, bits}.contains(address);
    };
    if (address.is_unspecified() || address.is_loopback() || address.is_multicast()) return false;
    if (address.is_v6()) {
        constexpr asio::ip::address_v6::bytes_type unique_local{0xFC}, link_local{0xFE, 0x80};
        return !address.to_v6().is_v4_mapped() && !in(asio::ip::address_v6{unique_local}, 7) &&
               !in(asio::ip::address_v6{link_local}, 10);
    }
    struct Block {
        std::uint32_t first;
        unsigned bits;
    };
    constexpr std::array<Block, 7> blocks{{{0x00000000, 8},    // this network
                                           {0x0A000000, 8},    // private
                                           {0x64400000, 10},   // shared by carriers
                                           {0xA9FE0000, 16},   // link-local
                                           {0xAC100000, 12},   // private
                                           {0xC0A80000, 16},   // private
                                           {0xF0000000, 4}}};  // reserved
    return std::ranges::none_of(blocks,
                                [&](const Block& block) { return in(asio::ip::address_v4{block.first}, block.bits); });
}

LIBNETXX_DECL std::optional<AddressOrigin> parse_origin(std::string_view text, const asio::ip::address& address)
{
    constexpr std::size_t longest = 512, most_systems = 8;
    if (text.size() > longest) return std::nullopt;
    const auto next_field = [&text] {
        const auto bar = std::min(text.find('|'), text.size());
        const auto field = base::trim(text.substr(0, bar));
        text.remove_prefix(std::min(bar + 1, text.size()));
        return field;
    };
    AddressOrigin origin;
    auto systems = next_field();
    for (auto word = base::take_word(systems); !word.empty(); word = base::take_word(systems)) {
        const auto number = base::parse_number<std::uint32_t>(word);
        if (!number || origin.systems.size() == most_systems) return std::nullopt;
        origin.systems.push_back(*number);
    }
    const auto network = next_field();
    const auto slash = network.find('/');
    if (slash == network.npos) return std::nullopt;
    const auto prefix = parse_network(network);
    const auto length = base::parse_number<unsigned>(network.substr(slash + 1));
    if (origin.systems.empty() || !prefix || !length || !prefix->contains(address)) return std::nullopt;
    origin.prefix = *prefix;
    origin.prefix_length = *length;
    const auto country = next_field();
    const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (country.size() == 2 && std::ranges::all_of(country, is_letter)) origin.country = country;
    return origin;
}

}  // namespace libnet::inline v0::wire
