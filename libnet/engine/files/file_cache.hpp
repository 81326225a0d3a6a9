#pragma once
// Which of the files that were looked up a server remembers, and for how long it believes what it knows of them.

#include <libnet/base/siphash.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace libnet::inline v0::engine {

/// Bounds of a FileCache.
struct FileCacheLimits {
    std::size_t entries = 16'384;            ///< at least one
    std::size_t descriptors = 256;           ///< that the entries hold open
    std::uint64_t bytes = 64 * 1024 * 1024;  ///< of memory
    std::chrono::milliseconds belief{1000};  ///< how old what is known may get before it must be confirmed
};

/// What an entry takes up.
struct FileWeight {
    std::size_t descriptors = 0;
    std::uint64_t bytes = 0;
};

/// Remembers one value for each name. Where there are too many, those go first that were not used for longest.
///
/// It knows neither files nor clocks: the owner asks `must_confirm`, looks at the file, and then calls `confirm` or
/// `forget`. Names come from clients, who must not be able to choose names that are slow to find: `key` is secret.
template <typename Value>
class FileCache {
public:
    using Time = std::chrono::steady_clock::time_point;

    struct Entry {
        std::string name;
        Value value;
        FileWeight weight;
        Time confirmed;
    };

    FileCache(const FileCacheLimits& limits, base::SipKey key) : limits_{limits}, entries_{0, Hash{key}} {}
    FileCache(const FileCache&) = delete;
    FileCache& operator=(const FileCache&) = delete;

    /// What is remembered of a name, which counts as used by that; null: nothing. Valid until something is put in or
    /// forgotten.
    Entry* find(std::string_view name)
    {
        const auto found = entries_.find(name);
        if (found == entries_.end()) return nullptr;
        by_use_.splice(by_use_.begin(), by_use_, found->second);
        return &*found->second;
    }

    /// Whether an entry is too old to be used as it is. A clock that has gone back makes it so, too.
    bool must_confirm(const Entry& entry, Time now) const noexcept
    {
        return now - entry.confirmed >= limits_.belief || now < entry.confirmed;
    }

    /// The file was looked at, and is the same.
    void confirm(Entry& entry, Time now) noexcept { entry.confirmed = now; }

    /// Changes the bound on memory, for what is put in from now on.
    void limit_bytes(std::uint64_t bytes) noexcept { limits_.bytes = bytes; }

    /// Remembers a value, in place of an older one. What is too heavy for the limits on its own is not kept.
    void put(std::string_view name, Value value, FileWeight weight, Time confirmed)
    {
        forget(name);
        weight.bytes += overhead + name.size();
        by_use_.push_front({std::string{name}, std::move(value), weight, confirmed});
        entries_.emplace(by_use_.front().name, by_use_.begin());
        descriptors_ += weight.descriptors;
        bytes_ += weight.bytes;
        while (entries_.size() > limits_.entries || descriptors_ > limits_.descriptors || bytes_ > limits_.bytes) {
            drop(std::prev(by_use_.end()));
            ++evictions_;
        }
    }

    /// Forgets a name. True: there was something to forget.
    bool forget(std::string_view name)
    {
        const auto found = entries_.find(name);
        if (found == entries_.end()) return false;
        drop(found->second);
        return true;
    }

    /// Forgets a directory and all that lies in it; empty: everything. True: there was something to forget.
    bool forget_beneath(std::string_view directory)
    {
        return drop_if([directory](const Entry& entry) {
            const std::string_view name = entry.name;
            return directory.empty() ||
                   (name.starts_with(directory) && (name.size() == directory.size() || name[directory.size()] == '/'));
        });
    }

    /// Forgets what holds descriptors: something else needs them more. True: there was something to forget.
    bool give_up_descriptors()
    {
        return drop_if([](const Entry& entry) { return entry.weight.descriptors > 0; });
    }

    /// Forgets what takes that much memory, or more. True: there was something to forget.
    bool forget_larger(std::uint64_t bytes)
    {
        return drop_if([bytes](const Entry& entry) { return entry.weight.bytes >= bytes; });
    }

    std::size_t size() const noexcept { return entries_.size(); }
    std::size_t descriptors() const noexcept { return descriptors_; }
    std::uint64_t bytes() const noexcept { return bytes_; }

    /// How many entries had to go so far because there were too many, or they were too heavy.
    std::uint64_t evictions() const noexcept { return evictions_; }

private:
    using Position = typename std::list<Entry>::iterator;

    /// What an entry costs besides its name and value, roughly.
    static constexpr std::uint64_t overhead = 256;

    struct Hash {
        base::SipKey key;
        std::size_t operator()(std::string_view name) const noexcept
        {
            return base::siphash(key, std::as_bytes(std::span{name.data(), name.size()}));
        }
    };

    void drop(Position position)
    {
        descriptors_ -= position->weight.descriptors;
        bytes_ -= position->weight.bytes;
        entries_.erase(position->name);
        by_use_.erase(position);
    }

    template <typename Predicate>
    bool drop_if(Predicate&& matches)
    {
        const auto before = entries_.size();
        for (auto position = by_use_.begin(); position != by_use_.end();) {
            const auto next = std::next(position);
            if (matches(*position)) drop(position);
            position = next;
        }
        return entries_.size() != before;
    }

    FileCacheLimits limits_;
    std::list<Entry> by_use_;  // what was used last comes first
    std::unordered_map<std::string_view, Position, Hash> entries_;
    std::size_t descriptors_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t evictions_ = 0;
};

}  // namespace libnet::inline v0::engine
