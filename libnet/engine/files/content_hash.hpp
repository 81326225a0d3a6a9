#pragma once
// The hash of a file's content, from which strong entity tags are made.

#include <libnet/base/siphash.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace libnet::inline v0::engine {

/// Hashes a content piece by piece. The same content has the same hash on every machine: the pieces are always the
/// same, and the key is no secret. It tells versions of a file apart; it is no defence against an author who makes two
/// files with one hash, who may as well write either of them into the root.
class ContentHash {
public:
    /// Octets of each piece but the last one.
    static constexpr std::size_t piece_size = 256 * 1024;

    /// The next piece.
    void add(std::span<const std::byte> piece) noexcept { hash_ = base::siphash({hash_, 0}, piece); }

    std::uint64_t value() const noexcept { return hash_; }

private:
    std::uint64_t hash_ = 0;
};

}  // namespace libnet::inline v0::engine
