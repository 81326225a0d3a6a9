#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/ip/address_range.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <compare>
#include <cstddef>
#include <limits>
#include <optional>

namespace libnet::inline v0::wire {

namespace detail {

/// An address of either family as a number of 128 bits.
struct AddressNumber {
    std::uint64_t high = 0, low = 0;
    friend auto operator<=>(const AddressNumber&, const AddressNumber&) = default;
};

inline AddressNumber number_of(const asio::ip::address& address)
{
    if (address.is_v4()) return {0, address.to_v4().to_uint()};
    AddressNumber number;
    const auto bytes = address.to_v6().to_bytes();
    for (std::size_t i = 0; i < 8; ++i) {
        number.high = number.high << 8 | bytes[i];
        number.low = number.low << 8 | bytes[i + 8];
    }
    return number;
}

/// The address of this number, with the family and the scope of `like`.
inline asio::ip::address address_of(AddressNumber number, const asio::ip::address& like)
{
    if (like.is_v4()) return asio::ip::address_v4{static_cast<std::uint32_t>(number.low)};
    asio::ip::address_v6::bytes_type bytes;
    for (std::size_t i = 8; i-- > 0; number.high >>= 8, number.low >>= 8) {
        bytes[i] = static_cast<unsigned char>(number.high & 0xFF);
        bytes[i + 8] = static_cast<unsigned char>(number.low & 0xFF);
    }
    return asio::ip::address_v6{bytes, like.to_v6().scope_id()};
}

inline AddressNumber sum(AddressNumber number, std::uint64_t more)
{
    const auto low = number.low + more;
    return {number.high + (low < more ? 1 : 0), low};
}

/// Ones in the last `bits` bits, 0 to 128.
inline AddressNumber host_mask(unsigned bits)
{
    const auto ones = [](unsigned n) { return n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1; };
    return {bits > 64 ? ones(bits - 64) : 0, ones(bits)};
}

inline std::optional<asio::ip::address> read_address(std::string_view text)
{
    boost::system::error_code failed;
    const auto address = asio::ip::make_address(text, failed);
    // Asio reads up to a zero byte and would take what stands before it.
    if (failed || text.find('\0') != text.npos) return std::nullopt;
    return address;
}

inline boost::system::result<AddressRange, AddressRangeError> hosts_of_prefix(const asio::ip::address& written,
                                                                              std::string_view text)
{
    const auto address = unmapped(written);
    const unsigned width = address.is_v4() ? 32 : 128, written_width = written.is_v4() ? 32 : 128;
    const auto length = base::parse_number<unsigned>(text);
    if (!length || *length > written_width || written_width - *length > width)
        return AddressRangeError::bad_prefix_length;
    const unsigned host_bits = written_width - *length;
    const auto mask = host_mask(host_bits);
    const auto number = number_of(address);
    AddressNumber first{number.high & ~mask.high, number.low & ~mask.low};
    AddressNumber last{number.high | mask.high, number.low | mask.low};
    if (host_bits > 1) {
        first = sum(first, 1);
        if (address.is_v4()) --last.low;
    }
    return AddressRange{address_of(first, address), address_of(last, address)};
}

/// "9" in "10.0.0.1-9" is 10.0.0.9.
inline std::optional<asio::ip::address> read_end(const asio::ip::address& first, std::string_view text)
{
    const auto octet = base::parse_number<std::uint8_t>(text);
    if (!octet || !first.is_v4()) return read_address(text);
    return asio::ip::address_v4{(first.to_v4().to_uint() & 0xFFFFFF00U) | *octet};
}

}  // namespace detail

LIBNETXX_DECL std::uint64_t AddressRange::size() const
{
    const auto from = detail::number_of(first), to = detail::number_of(last);
    const auto low = to.low - from.low;
    const auto high = to.high - from.high - (to.low < from.low ? 1 : 0);
    const auto most = std::numeric_limits<std::uint64_t>::max();
    return high != 0 || low == most ? most : low + 1;
}

LIBNETXX_DECL asio::ip::address AddressRange::at(std::uint64_t index) const
{
    return detail::address_of(detail::sum(detail::number_of(first), index), first);
}

LIBNETXX_DECL bool AddressRange::contains(const asio::ip::address& address) const
{
    if (address.is_v4() != first.is_v4()) return false;
    const auto number = detail::number_of(address);
    return detail::number_of(first) <= number && number <= detail::number_of(last);
}

LIBNETXX_DECL std::string_view expected(AddressRangeError error) noexcept
{
    switch (error) {
    case AddressRangeError::not_an_address:
        return "an IPv4 or IPv6 address";
    case AddressRangeError::bad_prefix_length:
        return "a prefix length from 0 to 32, or to 128 for IPv6";
    case AddressRangeError::bad_end:
        return "an address after '-', or the last octet of an IPv4 address";
    case AddressRangeError::mixed_families:
        return "two addresses of the same IP version";
    case AddressRangeError::backwards:
        return "an end that is not below the start";
    }
    return "a range of addresses";
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, AddressRangeError error)
{
    return out << "expected " << expected(error);
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const AddressRange& range)
{
    out << range.first.to_string();
    return range.first == range.last ? out : out << '-' << range.last.to_string();
}

LIBNETXX_DECL boost::system::result<AddressRange, AddressRangeError> parse_address_range(std::string_view text)
{
    const auto mark = text.find_first_of("/-");
    const auto address = detail::read_address(text.substr(0, mark));
    if (!address) {
        // The name of an interface may hold a hyphen: fe80::1%br-lan.
        if (const auto whole = detail::read_address(text)) return AddressRange{*whole, *whole};
        return AddressRangeError::not_an_address;
    }
    const auto first = unmapped(*address);
    if (mark == text.npos) return AddressRange{first, first};
    const auto rest = text.substr(mark + 1);
    if (text[mark] == '/') return detail::hosts_of_prefix(*address, rest);
    const auto end = detail::read_end(first, rest);
    if (!end) return AddressRangeError::bad_end;
    const auto last = unmapped(*end);
    if (last.is_v4() != first.is_v4()) return AddressRangeError::mixed_families;
    if (detail::number_of(last) < detail::number_of(first)) return AddressRangeError::backwards;
    return AddressRange{first, last};
}

}  // namespace libnet::inline v0::wire
