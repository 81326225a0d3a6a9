#pragma once
// Who runs on which of the machine's cores while a server is attacked, so that what is measured is the server.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <sched.h>

namespace hostile {

/// Whose thread it is.
enum class Role : std::uint8_t { server, good_client, origin, attacker };

/// An attacker is elsewhere as a rule, and takes no processor time from the server or the good client. So the server has the
/// first core for itself, with all of its threads; the good client and what stands behind a proxy share the second one or
/// have two; and attackers have what is left of them, at a priority at which everybody else comes first.
class Cores {
public:
    Cores()
    {
        cpu_set_t mine;
        if (::sched_getaffinity(0, sizeof mine, &mine) != 0) throw std::runtime_error{"no cores"};
        for (int core = 0; core < CPU_SETSIZE; ++core)
            if (CPU_ISSET(core, &mine)) all_.push_back(core);
        if (all_.size() < 2) throw std::runtime_error{"the server needs a core of its own: this takes two"};
    }

    std::size_t count() const { return all_.size(); }

    /// Puts the calling thread, and all that it starts from now on, where one of that role runs.
    void take(Role role) const
    {
        const std::size_t last = all_.size() - 1, second = 1;
        if (role == Role::server) return pin(0, 0);
        if (role == Role::good_client) return pin(second, second);
        if (role == Role::origin) return pin(std::min<std::size_t>(2, last), std::min<std::size_t>(2, last));
        pin(std::min<std::size_t>(3, last), last);
        const sched_param none{};
        ::sched_setscheduler(0, SCHED_IDLE, &none);  // sched(7)
    }

private:
    void pin(std::size_t first, std::size_t last) const
    {
        cpu_set_t set;
        CPU_ZERO(&set);
        for (std::size_t i = first; i <= last; ++i) CPU_SET(all_[i], &set);
        if (::sched_setaffinity(0, sizeof set, &set) != 0) throw std::runtime_error{"a thread can't be pinned"};
    }

    std::vector<int> all_;
};

/// As they were when this was asked first: before any thread was pinned.
inline const Cores& cores()
{
    static const Cores all;
    return all;
}

/// The calling thread has that role for a while; then it is the good client again.
struct Place {
    explicit Place(Role role) { cores().take(role); }
    ~Place() { cores().take(Role::good_client); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
};

}  // namespace hostile
