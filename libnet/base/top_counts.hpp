#pragma once
// Which of any number of names come most often, in bounded memory.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace libnet::inline v0::base {

/// A space-saving sketch (Metwally, Agrawal, El Abbadi 2005).
///
/// Theory of operation. It counts `size` names. A name that isn't among them takes the place of the one with the smallest count,
/// and goes on from that count, which is then its `error`: so much less it may have been. A name that has come more often than
/// all weight divided by `size` is always among them, whatever else came. `fade` halves everything, so that what was hot an
/// hour ago makes room for what is hot now.
///
/// The smallest is found by a heap: a name that comes costs one look-up and a few moves.
class TopCounts {
public:
    struct Entry {
        std::string name{};
        std::uint64_t count = 0;  ///< at most so often
        std::uint64_t error = 0;  ///< and so much less at the least
        std::uint64_t extra = 0;  ///< what came along with it, such as octets: since it is counted
        friend bool operator==(const Entry&, const Entry&) = default;
    };

    /// `size` is 1 or more. Names are cut to `longest` octets.
    explicit TopCounts(std::size_t size = 64, std::size_t longest = 200) : size_{size}, longest_{longest} {}

    void add(std::string_view name, std::uint64_t weight = 1, std::uint64_t extra = 0)
    {
        name = name.substr(0, longest_);
        if (const auto known = places_.find(name); known != places_.end()) {
            auto& entry = *known->second;
            entry.count += weight;
            entry.extra += extra;
            return sink(entry.place);
        }
        if (heap_.size() < size_) {
            heap_.push_back(std::make_unique<Counted>());
            heap_.back()->place = heap_.size() - 1;
            take(*heap_.back(), name, 0, weight, extra);
            return rise(heap_.size() - 1);
        }
        auto& least = *heap_.front();
        places_.erase(least.name);
        take(least, name, least.count, weight, extra);
        sink(0);
    }

    /// Adds what another one has counted.
    void merge(const TopCounts& other)
    {
        for (const auto& entry : other.heap_) add(entry->name, entry->count, entry->extra);
    }

    /// Halves all counts, and forgets what comes to nothing.
    void fade()
    {
        auto before = std::exchange(heap_, {});
        places_.clear();
        for (const auto& entry : before)
            if (entry->count > 1) {
                add(entry->name, entry->count / 2, entry->extra / 2);
                places_.find(entry->name)->second->error = entry->error / 2;
            }
    }

    void clear() noexcept
    {
        places_.clear();
        heap_.clear();
    }

    bool empty() const noexcept { return heap_.empty(); }

    /// The `most` with the highest counts, the highest first; where they are equal, by their names.
    std::vector<Entry> top(std::size_t most) const
    {
        std::vector<Entry> all;
        all.reserve(heap_.size());
        for (const auto& entry : heap_) all.push_back(*entry);
        const auto comes_first = [](const Entry& a, const Entry& b) {
            return a.count != b.count ? a.count > b.count : a.name < b.name;
        };
        const auto wanted = std::min(most, all.size());
        std::ranges::partial_sort(all, all.begin() + static_cast<std::ptrdiff_t>(wanted), comes_first);
        all.resize(wanted);
        return all;
    }

private:
    struct Counted : Entry {
        std::size_t place = 0;
    };

    void take(Counted& entry, std::string_view name, std::uint64_t error, std::uint64_t weight, std::uint64_t extra)
    {
        entry.name = name;
        entry.error = error;
        entry.count = error + weight;
        entry.extra = extra;
        places_.emplace(std::string_view{entry.name}, &entry);
    }

    void exchange(std::size_t one, std::size_t other)
    {
        std::swap(heap_[one], heap_[other]);
        heap_[one]->place = one;
        heap_[other]->place = other;
    }

    void rise(std::size_t at)
    {
        for (; at > 0 && heap_[at]->count < heap_[(at - 1) / 2]->count; at = (at - 1) / 2) exchange(at, (at - 1) / 2);
    }

    void sink(std::size_t at)
    {
        for (;;) {
            auto least = at;
            for (const auto child : {2 * at + 1, 2 * at + 2})
                if (child < heap_.size() && heap_[child]->count < heap_[least]->count) least = child;
            if (least == at) return;
            exchange(at, least);
            at = least;
        }
    }

    std::size_t size_, longest_;
    std::vector<std::unique_ptr<Counted>> heap_{};             // the smallest count in front
    std::unordered_map<std::string_view, Counted*> places_{};  // of the names in it
};

}  // namespace libnet::inline v0::base
