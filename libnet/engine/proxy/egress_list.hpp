#pragma once
// Lists of domains and networks: a million lines of them are looked up in some hundred nanoseconds.

#include <libnet/base/siphash.hpp>
#include <libnet/config.hpp>

#include <boost/asio/ip/address.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::engine {

/// What a list file says, ready to be asked. It doesn't change: a list that is read again is another object, and who asks
/// meanwhile keeps the old one.
///
/// A line is one of
///
///     example.com        this host
///     .example.com       this host and every name below it
///     192.0.2.0/24       a network, or one address, of either family
///     # to the end of the line is a comment
///
/// Names may be in any case and may end with a dot. They may be in UTF-8, by IDNA (see wire::ascii_host_name): `find` knows and
/// returns them as "xn--…".
///
/// Memory: the text itself, 8 octets for each of less than 8/3 times as many places as there are lines, and 36 for each
/// network.
class EgressList {
public:
    EgressList() = default;

    /// Reads a list. `seed` should be random: whoever writes lines, or asks for names, must not be able to choose such that
    /// fall into one place of the table.
    /// @throws std::invalid_argument  a line isn't valid: `what()` says which one and why ("line 7: ..."); or the text has
    /// 4 GiB or more
    EgressList(std::string text, base::SipKey seed);

    /// The entry, as its line has it, in lower case, that a host's name fits: the longest one. Nothing: there is none. The
    /// name is canonical (wire::canonical_host). The view is valid as long as the list.
    std::optional<std::string_view> find(std::string_view name) const noexcept;

    /// The same for an address, of its largest network in the list. IPv4-mapped addresses are the IPv4 addresses.
    std::optional<std::string_view> find(const boost::asio::ip::address& address) const noexcept;

    /// The number of the line that an entry of `find` stands in, from 1. Takes time in proportion to the list: for people.
    std::size_t line_of(std::string_view entry) const noexcept;

    std::size_t names() const noexcept { return name_count_; }        ///< each counted once
    std::size_t networks() const noexcept { return firsts_.size(); }  ///< those that are not within others
    bool empty() const noexcept { return name_count_ == 0 && firsts_.empty(); }

private:
    /// 128 bits, IPv4 addresses as IPv4-mapped ones.
    struct Bits {
        std::uint64_t high = 0, low = 0;
        friend auto operator<=>(const Bits&, const Bits&) = default;
    };
    /// The text from `offset`, and a bit of hash. `offset` counts from 1; 0: the place is free.
    struct Place {
        std::uint32_t offset = 0, tag = 0;
    };
    struct Range {
        Bits first, last;
        std::uint32_t offset;
    };

    void read_line(std::size_t begin, std::size_t end, std::vector<Range>& ranges);
    void add_name(std::size_t begin, std::string_view name);
    void add_network(std::size_t begin, std::string_view entry, std::vector<Range>& ranges);
    void sort_networks(std::vector<Range>& ranges);
    void reserve_places();
    std::string_view entry_at(std::size_t offset) const noexcept;
    std::uint64_t hash_of(std::string_view name) const noexcept;
    std::optional<std::string_view> find_place(std::uint64_t hash, std::string_view name, bool is_whole) const noexcept;
    static Bits bits_of(const boost::asio::ip::address& address) noexcept;

    std::string text_;
    base::SipKey seed_{};
    std::vector<Place> places_;  // a power of two of them, at most three quarters of them taken
    std::size_t name_count_ = 0;
    std::uint64_t label_counts_ = 0;  // bit n: some ".name" of the list has n labels; the last bit stands for more too
    // Networks that are not within others, in order: no two of them overlap.
    std::vector<Bits> firsts_, lasts_;
    std::vector<std::uint32_t> network_offsets_;
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/egress_list.ipp>
#endif
