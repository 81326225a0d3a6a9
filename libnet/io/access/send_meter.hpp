#pragma once
// What one connection sends, counted against its client's bandwidth.

#include <libnet/engine/access/client_table.hpp>
#include <libnet/io/access/client_limiter.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace libnet::inline v0::io {

/// Asked before and told after each call that sends. The limiter must outlive it.
class SendMeter {
public:
    using Wait = ClientLimiter::Wait;

    SendMeter(ClientLimiter& limiter, engine::ClientKey client) noexcept
        : limiter_{limiter},
          client_{client},
          piece_{std::clamp<std::uint64_t>(limiter.limits().bytes_per_second / 8, 1024, 256 * 1024)}
    {}

    /// How long nothing is to be sent; zero: now something may be.
    Wait pause() { return limiter_.send(client_); }

    /// So much may be sent at a time: an eighth of a second's worth, so that what flows doesn't come in bursts.
    std::uint64_t piece() const noexcept { return piece_; }

    void sent(std::size_t size)
    {
        if (size > 0) limiter_.sent(client_, size);
    }

private:
    ClientLimiter& limiter_;
    engine::ClientKey client_;
    std::uint64_t piece_;
};

}  // namespace libnet::inline v0::io
