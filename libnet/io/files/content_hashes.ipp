#pragma once

#include <libnet/base/siphash.hpp>
#include <libnet/engine/files/content_hash.hpp>
#include <libnet/engine/files/validators.hpp>
#include <libnet/io/files/content_hashes.hpp>
#include <libnet/io/files/root_directory.hpp>
#include <libnet/io/loop/last_error.hpp>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
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

/// What a file of hashes begins with: a record of another layout is another number.
inline constexpr std::uint64_t hash_file_magic = 0x31'73'65'68'73'61'68'6C;  // "lhashes1"

template <typename... Numbers>
std::uint64_t key_of(Numbers... numbers) noexcept
{
    const std::array<std::uint64_t, sizeof...(numbers)> all{numbers...};
    return base::siphash({1, 0}, std::as_bytes(std::span{all}));
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

LIBNETXX_DECL FileHashing::Progress FileHashing::read(const FileDescriptor& file, const engine::FileFacts& facts,
                                                      std::uint64_t most)
{
    const auto room = std::make_unique_for_overwrite<std::byte[]>(engine::ContentHash::piece_size);
    const auto end = at_ + std::min(most, facts.size - at_);
    do {
        const auto wanted = std::min<std::uint64_t>(engine::ContentHash::piece_size, facts.size - at_);
        const std::span piece{room.get(), static_cast<std::size_t>(wanted)};
        if (detail::read_piece(file.get(), piece, at_) != piece.size()) return Progress::failed;
        hash_.add(piece);
        at_ += wanted;
    } while (at_ < end);
    if (at_ < facts.size) return Progress::going_on;
    const auto after = facts_of(file);
    return after && engine::is_same_state(*after, facts) ? Progress::done : Progress::failed;
}

LIBNETXX_DECL std::optional<std::uint64_t> hash_of(const FileDescriptor& file, const engine::FileFacts& facts,
                                                   const std::atomic<bool>& give_up)
{
    FileHashing hashing;
    auto progress = FileHashing::Progress::going_on;
    while (progress == FileHashing::Progress::going_on && !give_up)
        progress = hashing.read(file, facts, engine::ContentHash::piece_size);
    if (progress != FileHashing::Progress::done) return std::nullopt;
    return hashing.value();
}

LIBNETXX_DECL std::string ContentHashes::keep_in(const std::string& path)
{
    FileDescriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600)};
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0) return path + ": " + last_error().message();
    if (!S_ISREG(status.st_mode)) return path + ": not a regular file";
    if (status.st_uid != ::geteuid() || status.st_nlink != 1 || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return path + ": another user owns it or may write to it, or it has another name";
    const std::lock_guard lock{mutex_};
    written_ = read_records(file.get());
    if (written_ == 0) {  // empty, or nothing of ours
        const Record head{.state = detail::hash_file_magic};
        if (::ftruncate(file.get(), 0) != 0 || ::write(file.get(), &head, sizeof head) != sizeof head)
            return path + ": " + last_error().message();
    }
    file_ = std::move(file);
    return {};
}

/// The number of records behind the head; 0 where the file doesn't begin as one of ours, or has more than one should.
LIBNETXX_DECL std::size_t ContentHashes::read_records(int file)
{
    std::vector<Record> records(2 * most + 1);
    const auto size = detail::read_piece(file, std::as_writable_bytes(std::span{records}), 0);
    records.resize(size / sizeof(Record));
    if (size % sizeof(Record) != 0) return 0;  // cut: what is appended would not lie where records begin
    if (records.empty() || records.front().state != detail::hash_file_magic) return 0;
    if (records.size() > 2 * most) return 0;
    for (const auto& record : std::span{records}.subspan(1))
        if (record.check == check_of(record)) remember(record);
    return records.size() - 1;
}

LIBNETXX_DECL std::optional<std::uint64_t> ContentHashes::find(const engine::FileFacts& facts) const
{
    const auto key = record_of(facts, 0).state;
    const std::lock_guard lock{mutex_};
    const auto found = known_.find(key);
    if (found == known_.end()) return std::nullopt;
    return found->second;
}

LIBNETXX_DECL void ContentHashes::put(const engine::FileFacts& facts, std::uint64_t hash, bool lasting)
{
    const auto record = record_of(facts, hash);
    const std::lock_guard lock{mutex_};
    remember(record);
    if (!file_ || !lasting || written_ >= 2 * most) return;
    // One call, at the end: records of several processes don't mix.
    if (::write(file_.get(), &record, sizeof record) == sizeof record) ++written_;
    else file_.reset();
}

LIBNETXX_DECL void ContentHashes::remember(const Record& record)
{
    if (known_.size() >= most) {
        known_.clear();
        by_content_.clear();
        digests_.clear();
    }
    known_.insert_or_assign(record.state, record.hash);
    if (record.size <= engine::most_tagged_by_content) return;
    auto& states = by_content_[content_key(record.size, record.hash)];
    if (std::ranges::find(states, record.digest) != states.end()) return;
    digests_.erase(states.back());
    std::rotate(states.begin(), states.end() - 1, states.end());
    states.front() = record.digest;
    digests_.insert(record.digest);
}

LIBNETXX_DECL std::array<std::uint64_t, 4> ContentHashes::former_states(const engine::FileFacts& facts,
                                                                        std::uint64_t hash) const
{
    std::array<std::uint64_t, 4> states{};
    const std::lock_guard lock{mutex_};
    const auto found = by_content_.find(content_key(facts.size, hash));
    if (found != by_content_.end()) states = found->second;
    std::ranges::replace(states, engine::state_digest(facts), 0);
    return states;
}

LIBNETXX_DECL bool ContentHashes::knows_any(const std::array<std::uint64_t, 4>& digests) const
{
    const std::lock_guard lock{mutex_};
    return std::ranges::any_of(digests, [this](auto digest) { return digest != 0 && digests_.contains(digest); });
}

LIBNETXX_DECL ContentHashes::Record ContentHashes::record_of(const engine::FileFacts& facts,
                                                             std::uint64_t hash) noexcept
{
    Record record;
    record.digest = engine::state_digest(facts);
    record.state = detail::key_of(record.digest, facts.device, facts.size);
    record.size = facts.size;
    record.hash = hash;
    record.check = check_of(record);
    return record;
}

LIBNETXX_DECL std::uint64_t ContentHashes::check_of(const Record& record) noexcept
{
    return detail::key_of(record.state, record.digest, record.size, record.hash);
}

LIBNETXX_DECL std::uint64_t ContentHashes::content_key(std::uint64_t size, std::uint64_t hash) noexcept
{
    return detail::key_of(size, hash);
}

}  // namespace libnet::inline v0::io
