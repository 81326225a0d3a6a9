#pragma once

#include <libnet/engine/files/content_hash.hpp>
#include <libnet/io/files/content_hashes.hpp>
#include <libnet/io/files/root_directory.hpp>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include <unistd.h>

namespace libnet::inline v0::io {

namespace detail {

/// Reads until the room is full or the file ends. Less than asked for: it ended, or failed.
LIBNETXX_DECL std::size_t read_piece(int file, std::span<std::byte> room, std::uint64_t at) noexcept
{
    std::size_t size = 0;
    while (size < room.size()) {
        const auto got = ::pread(file, room.data() + size, room.size() - size, static_cast<off_t>(at + size));
        if (got <= 0) break;
        size += static_cast<std::size_t>(got);
    }
    return size;
}

}  // namespace detail

LIBNETXX_DECL std::uint64_t hash_of(std::string_view content) noexcept
{
    engine::ContentHash hash;
    auto rest = std::as_bytes(std::span{content});
    do {
        const auto piece = rest.first(std::min(rest.size(), engine::ContentHash::piece_size));
        hash.add(piece);
        rest = rest.subspan(piece.size());
    } while (!rest.empty());
    return hash.value();
}

LIBNETXX_DECL std::optional<std::uint64_t> hash_of(const FileDescriptor& file, const engine::FileFacts& facts,
                                                   const std::atomic<bool>& give_up)
{
    const auto room = std::make_unique_for_overwrite<std::byte[]>(engine::ContentHash::piece_size);
    engine::ContentHash hash;
    std::uint64_t at = 0;
    do {
        const auto wanted = std::min<std::uint64_t>(engine::ContentHash::piece_size, facts.size - at);
        const std::span piece{room.get(), static_cast<std::size_t>(wanted)};
        if (give_up || detail::read_piece(file.get(), piece, at) != piece.size()) return std::nullopt;
        hash.add(piece);
        at += wanted;
    } while (at < facts.size);
    const auto after = facts_of(file);
    if (!after || !engine::is_same_state(*after, facts)) return std::nullopt;
    return hash.value();
}

LIBNETXX_DECL std::optional<std::uint64_t> ContentHashes::find(const engine::FileFacts& facts) const
{
    const std::lock_guard lock{mutex_};
    const auto found = known_.find(key_of(facts));
    if (found == known_.end()) return std::nullopt;
    return found->second;
}

LIBNETXX_DECL void ContentHashes::put(const engine::FileFacts& facts, std::uint64_t hash)
{
    const std::lock_guard lock{mutex_};
    if (known_.size() >= most) known_.clear();
    known_.insert_or_assign(key_of(facts), hash);
}

LIBNETXX_DECL engine::FileFacts ContentHashes::key_of(engine::FileFacts facts) noexcept
{
    facts.hash.reset();
    facts.settled = facts.text = false;
    return facts;
}

LIBNETXX_DECL std::size_t ContentHashes::Hash::operator()(const engine::FileFacts& facts) const noexcept
{
    // Nobody outside chooses these numbers.
    return static_cast<std::size_t>((facts.inode * 0x9E3779B97F4A7C15U) ^
                                    static_cast<std::uint64_t>(facts.changed.time_since_epoch().count()));
}

}  // namespace libnet::inline v0::io
