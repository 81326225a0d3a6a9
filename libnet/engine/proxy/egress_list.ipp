#pragma once

#include <libnet/base/text.hpp>
#include <libnet/engine/proxy/egress_list.hpp>
#include <libnet/wire/dns/idn.hpp>
#include <libnet/wire/http/host_name.hpp>

#include <algorithm>
#include <bit>
#include <iterator>
#include <limits>
#include <span>
#include <stdexcept>
#include <utility>

namespace libnet::inline v0::engine {

namespace detail {

inline constexpr std::size_t most_label_counts = 63;

LIBNETXX_DECL std::uint64_t label_bit(std::size_t labels) noexcept
{
    return std::uint64_t{1} << std::min(labels, most_label_counts);
}

LIBNETXX_DECL std::size_t count_labels(std::string_view name) noexcept
{
    return 1 + static_cast<std::size_t>(std::ranges::count(name, '.'));
}

/// What ends an entry in its line. The line feed of the last line is added.
LIBNETXX_DECL bool ends_entry(char c) noexcept { return c == '\n' || c == '\r' || c == ' ' || c == '\t' || c == '#'; }

LIBNETXX_DECL std::invalid_argument bad_entry(std::string_view entry, std::string_view why)
{
    constexpr std::size_t most = 80;
    return std::invalid_argument{"'" + std::string{entry.substr(0, most)} + "' " + std::string{why}};
}

/// A line whose entry is a name in UTF-8, with the name in ASCII; another line, and what is no such name, as it is.
LIBNETXX_DECL std::string with_ascii_name(std::string_view line)
{
    const auto end_of_entry = std::ranges::find_if(line, ends_entry) - line.begin();
    const auto entry = line.substr(0, static_cast<std::size_t>(end_of_entry));
    const bool has_subdomains = entry.starts_with('.');
    const auto ascii = wire::ascii_host_name(std::string{entry.substr(has_subdomains ? 1 : 0)});
    if (!ascii) return std::string{line};
    return (has_subdomains ? "." : "") + *ascii + std::string{line.substr(entry.size())};
}

/// The list with all its names in ASCII. Most lists are as they come.
LIBNETXX_DECL std::string with_ascii_names(std::string text)
{
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (std::ranges::all_of(text, is_ascii)) return text;
    std::string written;
    written.reserve(text.size());
    for (std::string_view rest = text; !rest.empty();) {
        const auto line = base::take_line(rest);
        if (std::ranges::all_of(line, is_ascii)) written += line;
        else written += with_ascii_name(line);
        written += '\n';
    }
    return written;
}

}  // namespace detail

LIBNETXX_DECL EgressList::EgressList(std::string text, base::SipKey seed)
    : text_{detail::with_ascii_names(std::move(text))},
      seed_{seed}
{
    if (text_.size() >= std::numeric_limits<std::uint32_t>::max() - 1)
        throw std::invalid_argument{"a list has less than 4 GiB"};
    if (!text_.ends_with('\n')) text_ += '\n';
    reserve_places();
    std::vector<Range> ranges;
    std::size_t number = 1;
    for (std::size_t begin = 0; begin < text_.size(); ++number) {
        const auto end = text_.find('\n', begin);
        try {
            read_line(begin, end, ranges);
        } catch (const std::invalid_argument& error) {
            throw std::invalid_argument{"line " + std::to_string(number) + ": " + error.what()};
        }
        begin = end + 1;
    }
    sort_networks(ranges);
}

/// One place for each line is enough, a third more than that leaves some of them free.
LIBNETXX_DECL void EgressList::reserve_places()
{
    const auto lines = static_cast<std::size_t>(std::ranges::count(text_, '\n'));
    places_.resize(std::bit_ceil(lines + lines / 3 + 1));
}

LIBNETXX_DECL void EgressList::read_line(std::size_t begin, std::size_t end, std::vector<Range>& ranges)
{
    while (begin < end && detail::ends_entry(text_[begin]) && text_[begin] != '#') ++begin;
    auto entry_end = begin;
    while (entry_end < end && !detail::ends_entry(text_[entry_end])) ++entry_end;
    if (begin == entry_end) return;
    const auto rest = base::trim(std::string_view{text_}.substr(entry_end, end - entry_end));
    if (!rest.empty() && rest.front() != '#' && rest != "\r")
        throw detail::bad_entry(rest, "stands behind an entry: one entry a line, and # before a comment");

    for (auto i = begin; i < entry_end; ++i) text_[i] = base::to_lower(text_[i]);
    std::string_view entry{text_.data() + begin, entry_end - begin};
    if (entry.size() > 1 && entry.ends_with('.')) {
        text_[entry_end - 1] = ' ';  // an entry ends where its name ends
        entry.remove_suffix(1);
    }
    const bool is_network =
        entry.find_first_of(":/") != entry.npos || wire::detail::is_numeric_label(entry.substr(entry.rfind('.') + 1));
    if (is_network) return add_network(begin, entry, ranges);
    add_name(begin, entry);
}

LIBNETXX_DECL void EgressList::add_name(std::size_t begin, std::string_view name)
{
    const bool has_subdomains = name.starts_with('.');
    const auto host = name.substr(has_subdomains ? 1 : 0);
    if (name.starts_with("*.")) throw detail::bad_entry(name, "has a star: .example.com is a domain and all below it");
    if (host.ends_with('.') || !wire::is_host_name(host))
        throw detail::bad_entry(name, "is neither a host name nor a network");

    const auto hash = hash_of(host);
    const auto mask = places_.size() - 1;
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    for (auto at = hash & mask;; at = (at + 1) & mask) {
        auto& place = places_[at];
        if (place.offset == 0) {
            place = {static_cast<std::uint32_t>(begin + 1), tag};
            break;
        }
        if (place.tag == tag && entry_at(place.offset - 1) == name) return;
    }
    ++name_count_;
    if (has_subdomains) label_counts_ |= detail::label_bit(detail::count_labels(host));
}

LIBNETXX_DECL void EgressList::add_network(std::size_t begin, std::string_view entry, std::vector<Range>& ranges)
{
    namespace ip = boost::asio::ip;
    const auto slash = entry.find('/');
    const auto host = entry.substr(0, slash);
    boost::system::error_code failed;
    const auto address = ip::make_address(host, failed);
    // Asio reads up to a zero octet, and takes scopes.
    if (failed || host.find_first_of(std::string_view{"%\0", 2}) != host.npos)
        throw detail::bad_entry(entry, "is no network like 192.0.2.0/24 or 2001:db8::/32");
    const unsigned most = address.is_v4() ? 32 : 128;
    const auto bits = slash == entry.npos ? std::optional{most} : base::parse_number<unsigned>(entry.substr(slash + 1));
    if (!bits || *bits > most) throw detail::bad_entry(entry, "has no prefix length from 0 to 32, or to 128 for IPv6");

    // The same bits of every address of the network, and those that differ.
    const auto counted = *bits + 128 - most;
    const auto all = ~std::uint64_t{0};
    const Bits mask{counted >= 64 ? all : ~(all >> counted), counted <= 64    ? 0
                                                             : counted == 128 ? all
                                                                              : ~(all >> (counted - 64))};
    const auto of_network = bits_of(address);
    const Bits first{of_network.high & mask.high, of_network.low & mask.low};
    ranges.push_back({first, {first.high | ~mask.high, first.low | ~mask.low}, static_cast<std::uint32_t>(begin)});
}

/// Two networks are apart, or one is within the other: a network within the one before is left out.
LIBNETXX_DECL void EgressList::sort_networks(std::vector<Range>& ranges)
{
    std::ranges::sort(ranges, [](const Range& a, const Range& b) {
        return a.first != b.first ? a.first < b.first : a.last > b.last;
    });
    for (const auto& range : ranges) {
        if (!lasts_.empty() && range.last <= lasts_.back()) continue;
        firsts_.push_back(range.first);
        lasts_.push_back(range.last);
        network_offsets_.push_back(range.offset);
    }
    firsts_.shrink_to_fit();
    lasts_.shrink_to_fit();
    network_offsets_.shrink_to_fit();
}

LIBNETXX_DECL std::string_view EgressList::entry_at(std::size_t offset) const noexcept
{
    auto end = offset;
    while (!detail::ends_entry(text_[end])) ++end;
    return {text_.data() + offset, end - offset};
}

LIBNETXX_DECL std::uint64_t EgressList::hash_of(std::string_view name) const noexcept
{
    return base::siphash(seed_, std::as_bytes(std::span{name.data(), name.size()}));
}

/// `is_whole`: the name is the host's own, which entries with and without a dot in front fit; else only those with one.
LIBNETXX_DECL std::optional<std::string_view> EgressList::find_place(std::uint64_t hash, std::string_view name,
                                                                     bool is_whole) const noexcept
{
    const auto mask = places_.size() - 1;
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    for (auto at = hash & mask; places_[at].offset != 0; at = (at + 1) & mask) {
        if (places_[at].tag != tag) continue;
        const auto entry = entry_at(places_[at].offset - 1);
        const bool has_subdomains = entry.starts_with('.');
        if (entry.substr(has_subdomains ? 1 : 0) == name && (is_whole || has_subdomains)) return entry;
    }
    return std::nullopt;
}

LIBNETXX_DECL std::optional<std::string_view> EgressList::find(std::string_view name) const noexcept
{
    if (name_count_ == 0 || name.size() > 253) return std::nullopt;
    // A name of 253 octets has at most 127 labels. All places are fetched before the first is looked at: each is somewhere
    // else in memory, and together they take hardly longer than one.
    std::uint64_t hashes[128];
    std::uint8_t begins[128];
    std::size_t count = 0;
    auto labels = detail::count_labels(name);
    for (std::size_t begin = 0; count < std::size(hashes); --labels) {
        if (begin == 0 || (label_counts_ & detail::label_bit(labels)) != 0) {
            hashes[count] = hash_of(name.substr(begin));
            begins[count] = static_cast<std::uint8_t>(begin);
            __builtin_prefetch(&places_[hashes[count] & (places_.size() - 1)]);
            ++count;
        }
        const auto dot = name.find('.', begin);
        if (dot == name.npos) break;
        begin = dot + 1;
    }
    for (std::size_t i = 0; i < count; ++i)
        if (const auto entry = find_place(hashes[i], name.substr(begins[i]), i == 0)) return entry;
    return std::nullopt;
}

LIBNETXX_DECL EgressList::Bits EgressList::bits_of(const boost::asio::ip::address& address) noexcept
{
    if (address.is_v4()) return {0, std::uint64_t{0xFFFF} << 32 | address.to_v4().to_uint()};
    Bits bits;
    const auto octets = address.to_v6().to_bytes();
    for (std::size_t i = 0; i < 8; ++i) {
        bits.high = bits.high << 8 | octets[i];
        bits.low = bits.low << 8 | octets[i + 8];
    }
    return bits;
}

LIBNETXX_DECL std::optional<std::string_view> EgressList::find(const boost::asio::ip::address& address) const noexcept
{
    const auto bits = bits_of(address);
    const auto after = std::ranges::upper_bound(firsts_, bits);
    if (after == firsts_.begin()) return std::nullopt;
    const auto index = static_cast<std::size_t>(after - firsts_.begin()) - 1;
    if (lasts_[index] < bits) return std::nullopt;
    return entry_at(network_offsets_[index]);
}

LIBNETXX_DECL std::size_t EgressList::line_of(std::string_view entry) const noexcept
{
    const auto offset = static_cast<std::size_t>(entry.data() - text_.data());
    return 1 + static_cast<std::size_t>(std::ranges::count(std::string_view{text_}.substr(0, offset), '\n'));
}

}  // namespace libnet::inline v0::engine
