#pragma once
// Bodies of libnet/wire/icmp/icmp_extensions.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/base/checksum.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/icmp/icmp_extensions.hpp>

#include <algorithm>

namespace libnet::inline v0::wire {

namespace detail {

constexpr std::size_t structure_header_size = 4, object_header_size = 4, legacy_quote_size = 128;
constexpr std::uint8_t mpls_class = 1, interface_class = 2;  // RFC 4950, RFC 5837

/// False: not a whole number of entries.
LIBNETXX_DECL bool decode_mpls(std::span<const std::byte> stack, std::vector<MplsLabel>& labels)
{
    constexpr std::size_t entry_size = 4;
    if (stack.empty() || stack.size() % entry_size != 0) return false;
    for (; !stack.empty() && labels.size() < icmp_extensions_most; stack = stack.subspan(entry_size)) {
        const auto entry = base::load_be<std::uint32_t>(stack);
        labels.push_back({entry >> 12, static_cast<std::uint8_t>(entry >> 9 & 7U), (entry >> 8 & 1U) != 0,
                          static_cast<std::uint8_t>(entry & 0xFFU)});
    }
    return true;
}

/// The octets of an object, taken one sub-object after the other; short: there were fewer than one wanted.
class SubObjects {
public:
    explicit SubObjects(std::span<const std::byte> octets) : octets_{octets} {}

    bool is_short() const noexcept { return short_; }

    std::span<const std::byte> take(std::size_t count)
    {
        short_ = short_ || octets_.size() < count;
        if (short_) return {};
        const auto taken = octets_.first(count);
        octets_ = octets_.subspan(count);
        return taken;
    }

    std::optional<std::uint32_t> number()
    {
        const auto octets = take(sizeof(std::uint32_t));
        return short_ ? std::nullopt : std::optional{base::load_be<std::uint32_t>(octets)};
    }

    /// AFI, two octets of nothing, and the address: RFC 5837 section 4.3.
    std::optional<asio::ip::address> address()
    {
        const auto head = take(4);
        if (short_) return std::nullopt;
        const auto family = base::load_be<std::uint16_t>(head);
        asio::ip::address_v4::bytes_type v4{};
        asio::ip::address_v6::bytes_type v6{};
        const auto octets = take(family == 1 ? v4.size() : v6.size());
        short_ = short_ || (family != 1 && family != 2);
        if (short_) return std::nullopt;
        const auto copy = [&](auto& bytes) {
            std::ranges::transform(octets, bytes.begin(),
                                   [](std::byte b) { return std::to_integer<unsigned char>(b); });
        };
        if (family == 1) {
            copy(v4);
            return asio::ip::address_v4{v4};
        }
        copy(v6);
        return asio::ip::address_v6{v6};
    }

    /// A length that counts its own octet, the name, and zeros, at most 64 together: RFC 5837 section 4.4.
    std::string name()
    {
        constexpr std::size_t most = 64;
        if (octets_.empty()) short_ = true;
        const auto whole = take(short_ ? 0 : std::to_integer<std::size_t>(octets_.front()));
        if (whole.empty() || whole.size() > most) short_ = true;
        std::string text;
        for (const auto octet : whole.subspan(whole.empty() ? 0 : 1)) {
            if (octet == std::byte{0}) break;
            text.push_back(static_cast<char>(octet));
        }
        return text;
    }

private:
    std::span<const std::byte> octets_;
    bool short_ = false;
};

/// The C-Type tells the role and which parts follow, RFC 5837 section 4.1. nullopt: it contradicts itself.
LIBNETXX_DECL std::optional<IcmpInterface> decode_interface(std::uint8_t type, std::span<const std::byte> octets)
{
    constexpr unsigned has_index = 8, has_address = 4, has_name = 2, has_mtu = 1;
    SubObjects parts{octets};
    IcmpInterface interface;
    interface.role = static_cast<IcmpInterfaceRole>(type >> 6);
    if (type & has_index) interface.index = parts.number();
    if (type & has_address) interface.address = parts.address();
    if (type & has_name) interface.name = parts.name();
    if (type & has_mtu) interface.mtu = parts.number();
    return parts.is_short() ? std::nullopt : std::optional{interface};
}

LIBNETXX_DECL void decode_object(IcmpObject head, std::span<const std::byte> payload, IcmpExtensions& result)
{
    if (head.class_number == mpls_class && head.type == 1 && decode_mpls(payload, result.mpls)) return;
    if (head.class_number == interface_class) {
        if (auto interface = decode_interface(head.type, payload)) {
            result.interfaces.push_back(*std::move(interface));
            return;
        }
    }
    head.payload.assign(payload.begin(), payload.end());
    result.others.push_back(std::move(head));
}

}  // namespace detail

LIBNETXX_DECL boost::system::result<IcmpExtensions, IcmpExtensionError> decode_icmp_extensions(
    std::span<const std::byte> structure)
{
    constexpr unsigned version = 2;
    if (structure.size() < detail::structure_header_size) return IcmpExtensionError::truncated;
    if (std::to_integer<unsigned>(structure.front()) >> 4 != version) return IcmpExtensionError::bad_version;
    if (base::load_be<std::uint16_t>(structure, 2) != 0 && base::checksum(structure) != 0)
        return IcmpExtensionError::bad_checksum;
    IcmpExtensions result;
    auto rest = structure.subspan(detail::structure_header_size);
    for (std::size_t count = 0; !rest.empty() && count < icmp_extensions_most; ++count) {
        if (rest.size() < detail::object_header_size) return IcmpExtensionError::truncated;
        const std::size_t length = base::load_be<std::uint16_t>(rest);
        if (length < detail::object_header_size) return IcmpExtensionError::bad_object;
        if (length > rest.size()) return IcmpExtensionError::truncated;
        IcmpObject head;
        head.class_number = std::to_integer<std::uint8_t>(rest[2]);
        head.type = std::to_integer<std::uint8_t>(rest[3]);
        detail::decode_object(std::move(head), rest.subspan(4, length - 4), result);
        // Lengths are multiples of four (RFC 4884 section 7.1), but names of other lengths are met.
        rest = rest.subspan(std::min(rest.size(), (length + 3) / 4 * 4));
    }
    return result;
}

LIBNETXX_DECL std::span<const std::byte> find_icmp_extensions(IpVersion version, std::span<const std::byte> message)
{
    const auto error = decode_icmp_error(version, message);
    if (!error) return {};
    if (!error->extensions.empty()) return error->extensions;
    const bool extensible =
        version == IpVersion::v4
            ? error->type == icmp_type::destination_unreachable || error->type == icmp_type::time_exceeded ||
                  error->type == icmp_type::parameter_problem
            : error->type == icmpv6_type::destination_unreachable || error->type == icmpv6_type::time_exceeded;
    const auto quoted = message.subspan(icmp_header_size);
    if (!extensible || quoted.size() < detail::legacy_quote_size + detail::structure_header_size) return {};
    const auto legacy = quoted.subspan(detail::legacy_quote_size);
    const bool summed = base::load_be<std::uint16_t>(legacy, 2) != 0;
    return summed && decode_icmp_extensions(legacy) ? legacy : std::span<const std::byte>{};
}

}  // namespace libnet::inline v0::wire
