#pragma once
// A set that remembers the last so many members.

#include <cstddef>
#include <deque>
#include <unordered_set>

namespace libnet::inline v0::engine {

/// Bounded: the member that was added first is forgotten first.
template <typename Key, typename Hash = std::hash<Key>>
class RecentSet {
public:
    explicit RecentSet(std::size_t capacity) : capacity_{capacity} {}

    bool contains(const Key& key) const { return members_.contains(key); }

    void add(const Key& key)
    {
        if (!members_.insert(key).second) return;
        order_.push_back(key);
        if (order_.size() <= capacity_) return;
        members_.erase(order_.front());
        order_.pop_front();
    }

    std::size_t size() const noexcept { return members_.size(); }

private:
    std::size_t capacity_;
    std::unordered_set<Key, Hash> members_;
    std::deque<Key> order_;
};

}  // namespace libnet::inline v0::engine
