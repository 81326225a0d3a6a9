#pragma once
// Keeps clients within their limits.

#include <libnet/base/token_bucket.hpp>
#include <libnet/engine/access/client_limits.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>
#include <utility>

namespace libnet::inline v0::engine {

/// Who a client is for its limits: an IPv4 address, or the upper half of an IPv6 address.
enum class ClientKey : std::uint64_t {};

/// An IPv4 address inside of an IPv6 one is IPv4.
inline ClientKey client_key(const boost::asio::ip::address& address)
{
    const bool mapped = address.is_v6() && address.to_v6().is_v4_mapped();
    if (address.is_v4() || mapped) {
        const auto v4 =
            mapped ? boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()) : address.to_v4();
        return ClientKey{0xFFFF'0000'0000ULL | v4.to_uint()};  // no network has this prefix: RFC 4291 section 2.4
    }
    std::uint64_t prefix = 0;
    const auto bytes = address.to_v6().to_bytes();
    for (std::size_t i = 0; i < 8; ++i) prefix = prefix << 8 | bytes[i];
    return ClientKey{prefix};
}

/// The clients of a server, as far as they have used up something of their limits. Bounded in size.
class ClientTable {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Wait = std::chrono::nanoseconds;

    /// `seed` must be unknown to clients: it keeps them from choosing addresses that collide.
    ClientTable(const ClientLimits& limits, std::uint64_t seed)
        : limits_{limits},
          requests_{.per_second = limits.requests_per_second, .burst = std::max(1.0, limits.request_burst)},
          bytes_{.per_second = static_cast<double>(limits.bytes_per_second),
                 .burst = static_cast<double>(limits.bytes_per_second)},
          logins_{.per_second = limits.failed_logins_per_minute / 60,
                  .burst = std::max(1.0, limits.failed_logins_per_minute)},
          clients_{0, Hash{seed}}
    {}

    /// A connection is there. False: it is one too many; else `disconnect` must follow.
    bool connect(ClientKey key, Time now)
    {
        auto* const client = find(key, now);
        if (client == nullptr) return false;
        if (limits_.connections != 0 && client->connections >= limits_.connections) return false;
        ++client->connections;
        return true;
    }

    /// A connection that was admitted has ended.
    void disconnect(ClientKey key) noexcept
    {
        if (const auto found = clients_.find(key); found != clients_.end()) --found->second->connections;
    }

    /// A request is there. Zero: it is admitted; else it would be after so long.
    Wait request(ClientKey key, Time now)
    {
        auto* const client = limits_.requests_per_second > 0 ? find(key, now) : nullptr;
        if (client == nullptr) return Wait::zero();
        client->requests.available(requests_, now);
        const auto wait = client->requests.wait_for(requests_, 1);
        if (wait == Wait::zero()) client->requests.take(1);
        return wait;
    }

    /// How long to wait before anything more is sent.
    Wait send(ClientKey key, Time now)
    {
        auto* const client = limits_.bytes_per_second > 0 ? find(key, now) : nullptr;
        if (client == nullptr) return Wait::zero();
        client->bytes.available(bytes_, now);
        return client->bytes.wait_for(bytes_, 0);
    }

    /// Bytes were sent. They may be more than there was room for: the next ones wait the longer.
    void sent(ClientKey key, std::size_t size, Time now)
    {
        auto* const client = limits_.bytes_per_second > 0 ? find(key, now) : nullptr;
        if (client != nullptr) client->bytes.take(static_cast<double>(size));
    }

    /// Zero: a log-in may be tried, and counts as failed from now on; else after so long. Many at once are as many tries.
    Wait log_in(ClientKey key, Time now)
    {
        auto* const client = limits_.failed_logins_per_minute > 0 ? find(key, now) : nullptr;
        if (client == nullptr) return Wait::zero();
        client->logins.available(logins_, now);
        const auto wait = client->logins.wait_for(logins_, 1);
        if (wait == Wait::zero()) client->logins.take(1);
        return wait;
    }

    /// A log-in that was tried was right, or came to nothing: it doesn't count.
    void forgive_login(ClientKey key, Time now)
    {
        auto* const client = limits_.failed_logins_per_minute > 0 ? find(key, now) : nullptr;
        if (client == nullptr) return;
        const auto missing = logins_.burst - client->logins.available(logins_, now);
        client->logins.take(-std::min(1.0, missing));
    }

    /// Clients that are remembered.
    std::size_t size() const noexcept { return clients_.size(); }

private:
    struct Client {
        ClientKey key;
        std::size_t connections = 0;
        base::TokenBucket requests, bytes, logins;
    };
    using Clients = std::list<Client>;  // the one that was seen last in front

    struct Hash {
        std::uint64_t seed;
        std::size_t operator()(ClientKey key) const noexcept
        {
            auto mixed = (static_cast<std::uint64_t>(key) ^ seed) * 0x9E37'79B9'7F4A'7C15ULL;
            mixed = (mixed ^ mixed >> 32 ^ seed) * 0xD6E8'FEB8'6659'FD93ULL;
            return static_cast<std::size_t>(mixed ^ mixed >> 32);
        }
    };

    /// The client, which is there then; null: there is no room, for all that could be forgotten are connected.
    Client* find(ClientKey key, Time now)
    {
        if (const auto found = clients_.find(key); found != clients_.end()) {
            recent_.splice(recent_.begin(), recent_, found->second);
            return &*found->second;
        }
        if (clients_.size() >= limits_.max_clients && !forget_one()) return nullptr;
        recent_.push_front({key, 0, {requests_, now}, {bytes_, now}, {logins_, now}});
        clients_.emplace(key, recent_.begin());
        return &recent_.front();
    }

    bool forget_one()
    {
        unsigned looks = 16;  // bounded: the quiet ones are near the end, unless nearly all are connected
        for (auto client = recent_.end(); client != recent_.begin() && looks > 0; --looks) {
            if ((--client)->connections != 0) continue;
            clients_.erase(client->key);
            recent_.erase(client);
            return true;
        }
        return false;
    }

    ClientLimits limits_;
    base::TokenRate requests_, bytes_, logins_;
    Clients recent_;
    std::unordered_map<ClientKey, Clients::iterator, Hash> clients_;
};

}  // namespace libnet::inline v0::engine
