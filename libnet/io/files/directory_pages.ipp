#pragma once

#include <libnet/io/files/content_hashes.hpp>
#include <libnet/io/files/directory_pages.hpp>
#include <libnet/io/files/read_directory.hpp>
#include <libnet/io/loop/give_memory_back.hpp>
#include <libnet/io/loop/random_key.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace libnet::inline v0::io {

namespace detail {

inline constexpr engine::FileCacheLimits page_limits{.entries = 256, .descriptors = 0, .bytes = 16 * 1024 * 1024};

/// No more listings are made while clients have so many octets of them to take.
inline constexpr std::uint64_t most_page_bytes = 64 * 1024 * 1024;

/// Large ones are kept for so long without being asked for, and as long again at most.
inline constexpr std::chrono::seconds unused_for{3};

/// The making of a listing of this size takes tens of megabytes for a moment, in small pieces. They are given to the system
/// when no such listing is asked for any more, and not each time: nobody gets memory from malloc(3) while that is done.
inline constexpr std::uint64_t large_page = 256 * 1024;

struct GiveMemoryBack {
    void operator()() const noexcept { give_memory_back(); }
};

/// What makes one listing another one. No name has a NUL in it.
LIBNETXX_DECL std::string listing_key(const engine::ListDirectory& wanted)
{
    std::string key{wanted.name};
    key += '\0';
    key += wanted.style.format == engine::ListingFormat::json ? 'j' : 'h';
    key += static_cast<char>('0' + static_cast<int>(wanted.style.order.by));
    key += static_cast<char>('0' + static_cast<int>(wanted.style.order.direction));
    return key;
}

}  // namespace detail

/// The making of a listing, and those who wait for it.
struct DirectoryPages::Build {
    Build(const FileStoreShare& share, const FileStore& store, const engine::ListDirectory& wanted)
        : files{store},
          name{wanted.name},
          path{wanted.path},
          limit{wanted.limit},
          style{wanted.style},
          begun{share.clock.steady()},
          time{share.file_time()},
          done{share.executor, Clock::time_point::max()}
    {}

    /// In a thread that may wait.
    void operator()()
    {
        const auto facts = files.root().look_at(name);
        if (!facts) {
            failure = failure_of(facts.error());
            return;
        }
        directory = *facts;
        directory.settled = is_settled(facts->changed, time);
        auto content = read_directory(files.root(), name, limit, files.withheld());
        if (!content) {
            failure = failure_of(content.error());
            return;
        }
        write(*std::move(content));
    }

    void write(engine::DirectoryContent content)
    {
        const auto text = engine::make_listing(path, std::move(content), style);
        hash = hash_of(text);
        size = text.size();
        memory = std::make_unique_for_overwrite<char[]>(size);
        std::ranges::copy(text, memory.get());
    }

    const FileStore& files;
    const std::string name, path;
    const std::size_t limit;
    const engine::ListingStyle style;
    const Clock::time_point begun;
    const engine::FileTime time;  // the same
    engine::FileFacts directory;
    engine::LookUpFailure failure = engine::LookUpFailure::overloaded;  // no thread did it
    std::unique_ptr<char[]> memory{};                                   // the text; null: there is none
    std::uint64_t size = 0, hash = 0;
    FilePointer result{};
    Timer done;  // never expires: cancelled when there is a result
};

LIBNETXX_DECL DirectoryPages::DirectoryPages(FileStoreShare& share, const FileStore& files)
    : share_{share},
      files_{files},
      pages_{detail::page_limits, random_key()},
      unused_{share.executor}
{}

LIBNETXX_DECL Task<FilePointer> DirectoryPages::get(engine::ListDirectory wanted, engine::CacheUse* use)
{
    const auto asked = share_.clock.steady();
    auto key = detail::listing_key(wanted);
    for (;;) {
        auto known = find(key, wanted.name, asked);
        note(use, known ? engine::CacheUse::hit : engine::CacheUse::miss);
        if (known) note_use(known);
        if (known) co_return known;
        const auto found = under_way_.find(key);
        if (found == under_way_.end()) break;
        const auto other = found->second;
        co_await other->done.async_wait(use_tuple);
        if (other->result && !other->result->found) co_return other->result;
    }
    auto page = co_await build(std::move(key), wanted);
    co_return page;
}

/// A listing that is as good as one made now; null: there is none.
LIBNETXX_DECL FilePointer DirectoryPages::find(std::string_view key, std::string_view name, Clock::time_point asked)
{
    const auto* const entry = pages_.find(key);
    if (entry == nullptr) return nullptr;
    if (entry->confirmed >= asked) return entry->value;  // it was begun since
    const auto& then = entry->value->facts;
    if (pages_.must_confirm(*entry, share_.clock.steady()) || !then.settled) return nullptr;
    const auto now = files_.root().look_at(name, Waiting::refused);
    const bool same = now && now->changed == then.changed && now->modified == then.modified &&
                      now->inode == then.inode && now->device == then.device;
    return same ? entry->value : nullptr;
}

LIBNETXX_DECL Task<FilePointer> DirectoryPages::build(std::string key, engine::ListDirectory wanted)
{
    if (*share_.pages > detail::most_page_bytes)
        co_return FilePointer{new SharedFile{StoredFile::failed(engine::LookUpFailure::overloaded)}};
    const auto build = std::make_shared<Build>(share_, files_, wanted);
    under_way_.emplace(key, build);
    auto done = share_.threads.run(*build, asio::deferred);
    co_await std::move(done);
    build->result = keep(key, *build);
    under_way_.erase(key);
    build->done.cancel();
    co_return build->result;
}

/// What became of the reading.
LIBNETXX_DECL FilePointer DirectoryPages::keep(std::string_view key, Build& build)
{
    if (!build.memory) return FilePointer{new SharedFile{StoredFile::failed(build.failure)}};
    const auto size = build.size;
    StoredFile file;
    file.found = true;
    file.facts = build.directory;
    file.facts.size = size;
    file.facts.hash = build.hash;
    file.memory = std::move(build.memory);
    *share_.pages += size;
    file.charge = {nullptr, [pages = share_.pages, size](std::nullptr_t) { *pages -= size; }};
    FilePointer page{new SharedFile{std::move(file)}};
    pages_.put(key, page, {.bytes = size}, build.begun);
    note_use(page);
    return page;
}

LIBNETXX_DECL void DirectoryPages::note_use(const FilePointer& page)
{
    if (page->facts.size < detail::large_page) return;
    is_used_ = true;
    if (!std::exchange(is_watched_, true)) watch_use();
}

/// Looks again and again whether large ones are still asked for, until none is.
LIBNETXX_DECL void DirectoryPages::watch_use()
{
    is_used_ = false;
    unused_.expires_after(detail::unused_for);
    unused_.async_wait([this, alive = std::weak_ptr{alive_}](boost::system::error_code cancelled) {
        if (cancelled || alive.expired()) return;
        if (is_used_) return watch_use();
        is_watched_ = false;
        pages_.forget_larger(detail::large_page);
        static detail::GiveMemoryBack work;  // has no state
        share_.threads.run(work, asio::detached);
    });
}

}  // namespace libnet::inline v0::io
