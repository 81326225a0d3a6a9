#pragma once
// What proves an answer to be one to a certain probe.

#include <libnet/base/bytes.hpp>
#include <libnet/base/siphash.hpp>
#include <libnet/engine/ping/ping_events.hpp>
#include <libnet/engine/ping/probe_table.hpp>

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace libnet::inline v0::engine {

/// The part of a sequence that fits an ICMP header.
constexpr std::uint16_t wire_sequence(std::uint64_t sequence) noexcept
{
    return static_cast<std::uint16_t>(sequence & 0xFFFFU);
}

/// Makes the keyed hashes that probes carry, and are found by.
class ProbeCookies {
public:
    /// `key`: secret and random.
    explicit ProbeCookies(base::SipKey key) noexcept : key_{key} {}

    /// What a probe is found by in the table: whom it went to, and its sequence on the wire.
    std::uint64_t key_of(const boost::asio::ip::address& address, std::uint16_t sequence) const noexcept
    {
        std::array<std::byte, 18> bytes;
        store_address(bytes, address);
        base::store_be(std::span<std::byte>{bytes}, 16, sequence);
        return base::siphash(key_, bytes);
    }

    //  +----------------------------------------+------------------------------------------+
    //  |  proof: half of a keyed hash of the    |  the probe's slot, xor a mask that is a  |
    //  |  target, the sequence and the address  |  keyed hash of the proof                 |
    //  +----------------------------------------+------------------------------------------+
    /// Who doesn't know the key can guess neither half.
    std::uint64_t cookie_of(ProbeId id, const Probe& probe, const boost::asio::ip::address& address) const noexcept
    {
        std::array<std::byte, 32> bytes;
        const std::span<std::byte> all{bytes};
        store_address(all, address);
        base::store_be(all, 16, probe.sequence);
        base::store_be(all, 24, probe.target.index);
        base::store_be(all, 28, probe.target.generation);
        const auto proof = static_cast<std::uint32_t>(base::siphash(key_, bytes) >> 32);
        return std::uint64_t{proof} << 32 | (id.slot ^ mask_of(proof));
    }

    /// The slot of the probe that a cookie belongs to, if it is a cookie at all.
    std::uint32_t slot_of(std::uint64_t cookie) const noexcept
    {
        return static_cast<std::uint32_t>(cookie) ^ mask_of(static_cast<std::uint32_t>(cookie >> 32));
    }

private:
    std::uint32_t mask_of(std::uint32_t proof) const noexcept
    {
        std::array<std::byte, 4> bytes;
        base::store_be(std::span<std::byte>{bytes}, 0, proof);
        return static_cast<std::uint32_t>(base::siphash(key_, bytes));
    }

    /// The sixteen octets of an address; IPv4 as its IPv4-mapped IPv6 address.
    static void store_address(std::span<std::byte> bytes, const boost::asio::ip::address& address) noexcept
    {
        const auto octets =
            address.is_v6() ? address.to_v6().to_bytes()
                            : boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, address.to_v4()).to_bytes();
        for (std::size_t i = 0; i < octets.size(); ++i) bytes[i] = static_cast<std::byte>(octets[i]);
    }

    base::SipKey key_;
};

}  // namespace libnet::inline v0::engine
