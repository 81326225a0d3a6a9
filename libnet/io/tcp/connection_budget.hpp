#pragma once
// How many connections several servers may have together: those of all threads, at all places.

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <utility>

namespace libnet::inline v0::io {

/// Counts the connections of servers in several threads against one limit. Counting takes no lock. Where there are as many as
/// there may be, a server that has a client waiting asks the others to close one that is spare.
class ConnectionBudget {
public:
    /// A place that was taken is held until this is destroyed.
    class Place {
    public:
        Place() = default;
        explicit Place(ConnectionBudget& budget) noexcept : budget_{&budget} {}
        Place(Place&& other) noexcept : budget_{std::exchange(other.budget_, nullptr)} {}
        Place& operator=(Place&& other) noexcept
        {
            std::swap(budget_, other.budget_);
            return *this;
        }
        ~Place()
        {
            if (budget_ != nullptr) budget_->open_.fetch_sub(1, std::memory_order_relaxed);
        }
        explicit operator bool() const noexcept { return budget_ != nullptr; }

    private:
        ConnectionBudget* budget_ = nullptr;
    };

    /// What a server does for others, in whatever thread it is called from, in which nothing may be waited for.
    struct Member {
        std::function<void()> make_room;   ///< closes a spare connection if `take_request` says so
        std::function<void()> look_again;  ///< there may be room
        std::function<void()> shed;        ///< closes all that are spare, and gives memory back
    };
    using Membership = std::list<Member>::iterator;

    /// At most so many; 0: any number.
    explicit ConnectionBudget(std::size_t most) noexcept : most_{most} {}

    /// Changes the limit. Connections that are open stay.
    void limit(std::size_t most) noexcept { most_.store(most, std::memory_order_relaxed); }

    /// Memory is short: has connections closed that are spare and memory given back, each time that it is called, and takes no
    /// more connections while it is held and one is open. Where there is none, no end of one would give any memory back, and it
    /// would wait for ever.
    void hold(bool held)
    {
        if (held_.exchange(held, std::memory_order_relaxed) == held && !held) return;
        const std::lock_guard alone{mutex_};
        for (const auto& member : members_) held ? member.shed() : member.look_again();
    }

    /// A place for another connection; nothing: there are as many as there may be.
    Place take() noexcept
    {
        const auto most = most_now();
        const auto before = open_.fetch_add(1, std::memory_order_relaxed);
        Place place{*this};
        return most == 0 || before < most ? std::move(place) : Place{};
    }

    /// A place beyond the limit, if need be.
    Place take_anyway() noexcept
    {
        open_.fetch_add(1, std::memory_order_relaxed);
        return Place{*this};
    }

    bool is_full() const noexcept
    {
        const auto most = most_now();
        return most != 0 && open() >= most;
    }
    std::size_t open() const noexcept { return open_.load(std::memory_order_relaxed); }

    Membership join(Member member)
    {
        const std::lock_guard alone{mutex_};
        return members_.insert(members_.end(), std::move(member));
    }
    void leave(Membership membership) noexcept
    {
        std::list<Member> gone;
        const std::lock_guard alone{mutex_};
        gone.splice(gone.end(), members_, membership);
    }

    /// Asks the other servers to close one connection that is spare, for a client who waits.
    void ask(Membership who)
    {
        const std::lock_guard alone{mutex_};
        wanted_.store(true);
        for (auto member = members_.begin(); member != members_.end(); ++member)
            if (member != who) member->make_room();
    }

    /// For who has been asked, and can close one: whether one is wanted still.
    bool take_request() noexcept { return wanted_.exchange(false); }

    /// One was closed for others.
    void tell_room()
    {
        const std::lock_guard alone{mutex_};
        for (const auto& member : members_) member.look_again();
    }

private:
    std::size_t most_now() const noexcept
    {
        return held_.load(std::memory_order_relaxed) ? 1 : most_.load(std::memory_order_relaxed);
    }

    std::atomic<std::size_t> most_, open_{0};
    std::atomic<bool> wanted_{false}, held_{false};
    std::mutex mutex_;  // only where there is no room, and where servers come and go
    std::list<Member> members_;
};

}  // namespace libnet::inline v0::io
