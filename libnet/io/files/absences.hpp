#pragma once
// Names that stand for nothing, as far as servers remember them.

#include <libnet/engine/files/file_cache.hpp>
#include <libnet/engine/files/file_facts.hpp>
#include <libnet/io/loop/random_key.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace libnet::inline v0::io {

/// Remembers of names that they stand for nothing, for all the stores of one event loop.
///
/// Clients make such names up, and can make up any number: so all of them, over the hosts and threads of a process, have
/// one bound in bytes, of which each event loop has its share. Of too many the one that was asked for least recently is
/// forgotten, whichever host it is of. Long names are not remembered at all: no page has many of them.
class Absences {
public:
    using Cache = engine::FileCache<engine::LookUpFailure>;

    static constexpr std::uint64_t most_bytes = 16 * 1024 * 1024;  ///< in a process
    static constexpr std::size_t longest_name = 255;

    explicit Absences(engine::FileCacheLimits limits = {}) : cache_{limits, random_key()} { ++holders; }
    ~Absences() { --holders; }
    Absences(const Absences&) = delete;
    Absences& operator=(const Absences&) = delete;

    /// As FileCache::evictions.
    std::uint64_t evictions() const noexcept { return cache_.evictions(); }

    /// A number for a store, by which its names are told from those of others.
    unsigned add_store() noexcept { return ++stores_; }

    /// What is remembered of a name; null: nothing. Valid until something is put in or forgotten.
    Cache::Entry* find(unsigned store, std::string_view name) { return cache_.find(key_of(store, name)); }

    bool must_confirm(const Cache::Entry& entry, Cache::Time now) const noexcept
    {
        return cache_.must_confirm(entry, now);
    }
    void confirm(Cache::Entry& entry, Cache::Time now) noexcept { cache_.confirm(entry, now); }

    void put(unsigned store, std::string_view name, engine::LookUpFailure failure, Cache::Time confirmed)
    {
        if (name.size() > longest_name) return;
        cache_.limit_bytes(most_bytes / holders);
        cache_.put(key_of(store, name), failure, {}, confirmed);
    }

    /// As FileCache's, for the names of one store.
    bool forget(unsigned store, std::string_view name) { return cache_.forget(key_of(store, name)); }
    bool forget_beneath(unsigned store, std::string_view directory)
    {
        const auto key = key_of(store, directory);
        return cache_.forget_beneath(directory.empty() ? key.substr(0, key.size() - 1) : key);
    }

    std::size_t size() const noexcept { return cache_.size(); }
    std::uint64_t bytes() const noexcept { return cache_.bytes(); }

private:
    /// "7/name". Valid until the next one is made.
    std::string_view key_of(unsigned store, std::string_view name)
    {
        key_ = std::to_string(store);
        return (key_ += '/') += name;
    }

    static inline std::atomic<unsigned> holders{0};  // in the process

    Cache cache_;
    unsigned stores_ = 0;
    std::string key_;
};

}  // namespace libnet::inline v0::io
