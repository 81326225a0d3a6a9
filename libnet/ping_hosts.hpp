#pragma once
// Hosts that are pinged: what they are called, where they are, and their numbers.

#include <libnet/address_range.hpp>
#include <libnet/icmp_pinger.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace libnet::inline v0 {

/// A host as the user named it, and the address that it has. There may be a million of them.
struct PingHost {
    enum class State : std::uint8_t {  ///< Whether it can be pinged.
        unresolved,                    ///< its name has no address (yet)
        known,                         ///< it has one
        failed,                        ///< it can't be pinged: no socket for its address
    };
    std::string name;                             ///< as the user wrote it
    boost::asio::ip::address address{};           ///< or the first one of a range
    std::uint32_t index = 0;                      ///< its place among the hosts
    std::shared_ptr<const AddressRange> range{};  ///< null: it is a single host
    State state = State::unresolved;              ///< whether it can be pinged
    bool asked_again = true;                      ///< while it is unresolved
    bool of_range = false;                        ///< one of a range that was taken apart
    bool named = false;                           ///< its addresses are shown with their names

    bool known() const noexcept { return state == State::known; }  ///< it has an address
};

/// Hosts by their indices, in the order of `add`, with their streams through one pinger: for programs that show names, and
/// whose names get their addresses later, or other ones. It only keeps what it is told: it starts and resolves nothing.
/// It costs some 150 octets a host.
class PingHosts {
public:
    /// The pinger must outlive it.
    explicit PingHosts(IcmpPinger& pinger) : pinger_{pinger} {}

    void add(std::vector<std::string> names)  ///< appends them in this order
    {
        entries_.reserve(entries_.size() + names.size());
        for (auto& name : names) add(std::move(name), false);
    }

    /// `of_range`: the name is an address out of a range.
    void add(std::string name, bool of_range)
    {
        PingHost host{.name = std::move(name), .index = static_cast<std::uint32_t>(entries_.size())};
        host.of_range = of_range;
        entries_.push_back({std::move(host)});
    }

    /// The host stands for all of these.
    void set_range(std::size_t index, const AddressRange& range)
    {
        entries_[index].host.range = std::make_shared<const AddressRange>(range);
    }
    void set_named(std::size_t index) { entries_[index].host.named = true; }  ///< PingHost::named

    std::size_t size() const noexcept { return entries_.size(); }                   ///< hosts there are
    const PingHost& host(std::size_t index) const { return entries_[index].host; }  ///< the index is below `size()`

    /// Why it has no address, or can't be pinged; empty if it can.
    std::string_view trouble(std::size_t index) const
    {
        const auto found = troubles_.find(index);
        return found == troubles_.end() ? std::string_view{} : found->second;
    }

    /// The numbers up to now, or to when it was stopped. What was under way then is pending: it might have been answered.
    PingStatistics numbers(std::size_t index) const
    {
        const Entry& entry = entries_[index];
        if (!entry.target) return {};
        auto numbers = pinger_.statistics(*entry.target);
        numbers.pending += std::exchange(numbers.cancelled, 0);
        return numbers;
    }

    /// The host has this address and this stream from now on.
    void start(std::size_t index, const boost::asio::ip::address& address, PingTarget target)
    {
        Entry& entry = entries_[index];
        entry.host.address = address;
        entry.host.state = PingHost::State::known;
        entry.target = target;
        entry.stopped = false;
        entry.answers = 0;
        if (by_target_.size() <= target.index) by_target_.resize(target.index + 1);
        by_target_[target.index] = static_cast<std::uint32_t>(index);
        troubles_.erase(index);
    }

    /// The host's stream goes on with another address.
    void move(std::size_t index, const boost::asio::ip::address& address)
    {
        Entry& entry = entries_[index];
        if (entry.target) pinger_.move(*entry.target, address);
        entry.host.address = address;
    }

    /// This name can't be resolved.
    void give_up(std::size_t index) { entries_[index].host.asked_again = false; }

    /// The host can't be pinged, for this reason: for good, or as long as it is unresolved.
    void fail(std::size_t index, PingHost::State state, std::string why)
    {
        entries_[index].host.state = state;
        troubles_[index] = std::move(why);
    }

    /// Forgets the host's stream and its numbers, so that it can be started anew.
    void forget(std::size_t index)
    {
        Entry& entry = entries_[index];
        if (entry.target) pinger_.remove(*entry.target);
        entry.target.reset();
    }

    bool is_pinged(std::size_t index) const { return entries_[index].target && !entries_[index].stopped; }  ///< running

    /// Ends the host's stream, and keeps its numbers.
    void stop(std::size_t index)
    {
        Entry& entry = entries_[index];
        if (entry.target) pinger_.stop(*entry.target);
        entry.stopped = true;
    }

    /// The host that an event is about.
    std::size_t index_of(const PingEvent& event) const
    {
        return by_target_[std::visit([](const auto& e) { return e.target.index; }, event)];
    }

    /// Counts an answer, and says how many there were.
    std::uint64_t count_answer(std::size_t index) { return ++entries_[index].answers; }

private:
    struct Entry {
        PingHost host;
        std::optional<PingTarget> target{};
        std::uint64_t answers = 0;  ///< in time or late, as far as events tell
        bool stopped = false;
    };

    IcmpPinger& pinger_;
    std::vector<Entry> entries_;
    std::vector<std::uint32_t> by_target_;         ///< index of a host, by the index of its target
    std::map<std::size_t, std::string> troubles_;  ///< usually few
};

}  // namespace libnet::inline v0
