#pragma once
// Whom a client of a UDP relay talks to: which datagrams are its own, and which are for it.

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::engine {

/// Who may send datagrams to a relay: whoever asked for it (RFC 1928 section 7).
class UdpClient {
public:
    using Address = boost::asio::ip::address;

    /// `address`: where the client's TCP connection comes from. `port`: the one that it has said it will send from; 0: it hasn't.
    UdpClient(Address address, std::uint16_t port) : address_{std::move(address)}, port_{port} {}

    /// Whether a datagram from there is the client's. The first one of its address says the port, where the client hasn't.
    bool sends_from(const Address& address, std::uint16_t port) noexcept
    {
        if (address != address_ || port == 0) return false;
        if (port_ == 0) port_ = port;
        return port == port_;
    }

    const Address& address() const noexcept { return address_; }
    std::uint16_t port() const noexcept { return port_; }  ///< where its answers go; 0: it isn't known yet

private:
    Address address_;
    std::uint16_t port_;
};

/// The destinations of one client, a bounded number of them: when one more comes, the one that has been silent for the longest is
/// forgotten. An answer is one that comes from a destination; others are not for the client.
///
/// `T` is what else is kept for a destination. Finding one looks at all of them: the bound is meant to be small.
template <typename T>
class UdpFlows {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Address = boost::asio::ip::address;

    struct Flow {
        std::string host;  ///< as the client has it, in its one spelling
        std::uint16_t port;
        std::optional<Address> address;  ///< where its datagrams go; nothing: its name is being looked up
        T extra;
        TimePoint used;
    };

    explicit UdpFlows(std::size_t most) : most_{most} {}

    /// The flow to this destination, which is used now; null: there is none.
    Flow* find(std::string_view host, std::uint16_t port, TimePoint now)
    {
        return use([&](const Flow& flow) { return flow.port == port && flow.host == host; }, now);
    }

    /// The flow whose destination this is; null: the client has not sent anything there.
    Flow* find_sender(const Address& address, std::uint16_t port, TimePoint now)
    {
        return use([&](const Flow& flow) { return flow.port == port && flow.address == address; }, now);
    }

    /// Adds one. References to others stay valid, but for the one that is forgotten.
    Flow& add(std::string host, std::uint16_t port, T extra, TimePoint now)
    {
        if (flows_.size() >= most_ && !flows_.empty()) flows_.pop_front();
        flows_.push_back(Flow{std::move(host), port, std::nullopt, std::move(extra), now});
        return flows_.back();
    }

    void erase(const Flow& flow)
    {
        flows_.remove_if([&flow](const Flow& each) { return &each == &flow; });
    }

    /// How many have no address yet; those that have waited for one since before `oldest` are forgotten.
    std::size_t unresolved(TimePoint oldest)
    {
        flows_.remove_if([oldest](const Flow& flow) { return !flow.address && flow.used < oldest; });
        return static_cast<std::size_t>(std::ranges::count_if(flows_, [](const Flow& flow) { return !flow.address; }));
    }

    std::size_t size() const noexcept { return flows_.size(); }
    void clear() noexcept { flows_.clear(); }

private:
    template <typename Fits>
    Flow* use(Fits fits, TimePoint now)
    {
        const auto found = std::find_if(flows_.begin(), flows_.end(), fits);
        if (found == flows_.end()) return nullptr;
        if (found->address) found->used = now;  // else it is the look-up's time that counts
        flows_.splice(flows_.end(), flows_, found);
        return &*found;
    }

    std::size_t most_;
    std::list<Flow> flows_{};  // the one that was used least recently first
};

}  // namespace libnet::inline v0::engine
