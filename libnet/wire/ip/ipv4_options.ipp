#pragma once
// Bodies of libnet/wire/ip/ipv4_options.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/wire/ip/ipv4_options.hpp>

namespace libnet::inline v0::wire {

namespace detail {

enum Ipv4OptionType : std::uint8_t {
    end_of_options = 0,
    no_operation = 1,
    record_route = 7,
    timestamp = 68,
    loose_source_route = 131,
    strict_source_route = 137,
};

/// The flag of the timestamp option: what is written with each time.
constexpr std::uint8_t times_only = 0, times_and_addresses = 1, times_of_prespecified = 3;

constexpr std::size_t route_data_at = 3, times_data_at = 4;

/// The part of an option that has been written into: from `data_at` to its pointer, which counts from 1.
LIBNETXX_DECL std::span<const std::byte> written_part(std::span<const std::byte> option, std::size_t data_at)
{
    if (option.size() < data_at) return {};
    const std::size_t pointer = base::load_be<std::uint8_t>(option, 2);
    const std::size_t end = std::min(pointer == 0 ? 0 : pointer - 1, option.size());
    return end <= data_at ? std::span<const std::byte>{} : option.subspan(data_at, end - data_at);
}

LIBNETXX_DECL std::vector<asio::ip::address_v4> decode_route(std::span<const std::byte> option)
{
    std::vector<asio::ip::address_v4> addresses;
    for (auto part = written_part(option, route_data_at); part.size() >= 4; part = part.subspan(4))
        addresses.emplace_back(base::load_be<std::uint32_t>(part, 0));
    return addresses;
}

LIBNETXX_DECL RecordedTimes decode_times(std::span<const std::byte> option)
{
    RecordedTimes result;
    if (option.size() < times_data_at) return result;
    const auto flags = base::load_be<std::uint8_t>(option, 3);
    const bool with_addresses = (flags & 0x0FU) != times_only;
    const std::size_t each = with_addresses ? 8 : 4;
    result.unrecorded = flags >> 4;
    for (auto part = written_part(option, times_data_at); part.size() >= each; part = part.subspan(each)) {
        RecordedTime time;
        if (with_addresses) time.address = asio::ip::address_v4{base::load_be<std::uint32_t>(part, 0)};
        const auto value = base::load_be<std::uint32_t>(part, each - 4);
        time.standard = (value & 0x8000'0000U) == 0;
        time.milliseconds = value & 0x7FFF'FFFFU;
        result.times.push_back(time);
    }
    return result;
}

LIBNETXX_DECL Ipv4Option decode_ipv4_option(std::uint8_t type, std::span<const std::byte> option)
{
    switch (type) {
    case record_route:
        return RecordedRoute{decode_route(option)};
    case loose_source_route:
        return SourceRoute{false, decode_route(option)};
    case strict_source_route:
        return SourceRoute{true, decode_route(option)};
    case timestamp:
        return decode_times(option);
    default:
        return UnknownIpv4Option{type};
    }
}

}  // namespace detail

LIBNETXX_DECL Ipv4OptionOctets encode_ipv4_record(Ipv4Record record)
{
    std::array<std::byte, ipv4_max_options_size> octets{};
    const auto put = [&octets](std::size_t at, std::size_t value) { octets[at] = static_cast<std::byte>(value); };
    std::size_t size = octets.size();
    if (record == Ipv4Record::nothing) return {};
    if (record == Ipv4Record::route) {
        put(0, detail::no_operation);  // so that the addresses lie at multiples of four
        put(1, detail::record_route);
        put(2, size - 1);
        put(3, detail::route_data_at + 1);
        return Ipv4OptionOctets{octets};
    }
    const bool addresses = record == Ipv4Record::timestamps_and_addresses;
    if (addresses) size = detail::times_data_at + std::size_t{4} * 8;
    put(0, detail::timestamp);
    put(1, size);
    put(2, detail::times_data_at + 1);
    put(3, addresses ? detail::times_and_addresses : detail::times_only);
    return Ipv4OptionOctets{std::span{octets}.first(size)};
}

LIBNETXX_DECL Ipv4OptionOctets encode_ipv4_source_route(std::span<const asio::ip::address_v4> hops, bool strict)
{
    hops = hops.first(std::min(hops.size(), ipv4_max_source_route));
    if (hops.empty()) return {};
    std::vector<std::byte> octets(1 + detail::route_data_at + hops.size() * 4);
    octets[0] = std::byte{detail::no_operation};  // so that the addresses lie at multiples of four
    octets[1] = static_cast<std::byte>(strict ? detail::strict_source_route : detail::loose_source_route);
    octets[2] = static_cast<std::byte>(octets.size() - 1);
    octets[3] = static_cast<std::byte>(detail::route_data_at + 1);
    for (std::size_t i = 0; i < hops.size(); ++i)
        base::store_be<std::uint32_t>(octets, 1 + detail::route_data_at + i * 4, hops[i].to_uint());
    return Ipv4OptionOctets{octets};
}

LIBNETXX_DECL Ipv4OptionOctets encode_ipv4_prespecified_times(std::span<const asio::ip::address_v4> hosts)
{
    hosts = hosts.first(std::min(hosts.size(), ipv4_max_prespecified));
    std::vector<std::byte> octets(detail::times_data_at + hosts.size() * 8);
    octets[0] = std::byte{detail::timestamp};
    octets[1] = static_cast<std::byte>(octets.size());
    octets[2] = static_cast<std::byte>(detail::times_data_at + 1);
    octets[3] = std::byte{detail::times_of_prespecified};
    for (std::size_t i = 0; i < hosts.size(); ++i)
        base::store_be<std::uint32_t>(octets, detail::times_data_at + i * 8, hosts[i].to_uint());
    return Ipv4OptionOctets{octets};
}

LIBNETXX_DECL std::vector<Ipv4Option> decode_ipv4_options(std::span<const std::byte> options)
{
    std::vector<Ipv4Option> result;
    while (!options.empty()) {
        const auto type = base::load_be<std::uint8_t>(options, 0);
        if (type == detail::end_of_options) break;
        if (type == detail::no_operation) {
            result.emplace_back(NoOperation{});
            options = options.subspan(1);
            continue;
        }
        const std::size_t length = options.size() < 2 ? 0 : base::load_be<std::uint8_t>(options, 1);
        if (length < 2 || length > options.size()) break;
        result.push_back(detail::decode_ipv4_option(type, options.first(length)));
        options = options.subspan(length);
    }
    return result;
}

}  // namespace libnet::inline v0::wire
